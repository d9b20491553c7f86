"""The witnesses that whoever runs the site has named: lines of a policy file (C2SP tlog-policy), without the log."""

from pathlib import Path
from typing import Final

from djmixersoft.ledger.policies import BadPolicy, Policy

NOBODY: Final = "quorum none\n"


def witness_lines(path: Path | None) -> str:
    """Return what the file says; without one, that nobody is asked. Raises BadPolicy."""
    if path is None:
        return NOBODY
    try:
        lines = path.read_text("utf-8")
        policy = Policy.parse(lines.encode())
    except (OSError, UnicodeDecodeError) as error:
        message = f"The witnesses' file {path} can't be read ({type(error).__name__})."
        raise BadPolicy(message) from None
    except BadPolicy as wrong:
        message = f"The witnesses' file {path} can't be understood. {wrong}"
        raise BadPolicy(message) from None
    if policy.logs:
        message = f"The witnesses' file {path} names a log; that is this site's own, and is put in by itself."
        raise BadPolicy(message)
    return lines


def policy_text(key: str, path: Path | None) -> str:
    """Return the policy by which what this site gives out is verified; `key`: the heads log's. Raises BadPolicy."""
    return f"log {key}\n{witness_lines(path)}"
