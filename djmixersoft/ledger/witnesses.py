"""The witnesses that whoever runs the site has named: lines of a policy file (C2SP tlog-policy), without the log."""

from pathlib import Path
from typing import Final

from djmixersoft.ledger.policies import BadPolicy, Policy

NOBODY: Final = "quorum none\n"


def policy_text(key: str, witnesses: Path | None) -> str:
    """Return the policy by which what this site gives out is verified; `key`: the heads log's. Raises BadPolicy."""
    try:
        lines = witnesses.read_text("utf-8") if witnesses else NOBODY
    except (OSError, UnicodeDecodeError) as error:
        message = f"The witnesses' file {witnesses} can't be read ({type(error).__name__})."
        raise BadPolicy(message) from None
    log = f"log {key}\n"
    text = log + lines
    try:
        policy = Policy.parse(text.encode())
    except BadPolicy as wrong:
        message = f"{witnesses}, after the line of the log: {wrong}"
        raise BadPolicy(message) from None
    if len(policy.logs) > 1:
        message = f"{witnesses}: the log is this site's own; leave out its line."
        raise BadPolicy(message)
    return text
