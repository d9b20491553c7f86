"""The clauses of policy/privacy.md: each from its `**1b**` to the next clause or heading."""

import re
from pathlib import Path

from djmixersoft.policy.rules import FOLDER

PRIVACY_FILE = FOLDER / "privacy.md"
CLAUSE = re.compile(r"^\*\*([A-Z]?\d+[a-z]?)\*\* ", re.MULTILINE)
_END = re.compile(r"^#", re.MULTILINE)


def clauses(path: Path = PRIVACY_FILE) -> dict[str, str]:
    """The text of each clause by its id, in the order of the page; typographic quotes made plain."""
    text = path.read_text(encoding="utf-8").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    starts = list(CLAUSE.finditer(text))
    found = {}
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        body = text[start.end() : following.start() if following else len(text)]
        heading = _END.search(body)
        found[start[1]] = body[: heading.start() if heading else len(body)].strip()
    return found
