"""Measurements: `./run bench [NAME [PART…]] [--json]`. Never an assertion in a test, and never a softened goal.

Each benchmark is a module bench/NAME.py with `figures() -> Iterator[Figure]`. They make data folders of their own in a
temporary folder, and leave the installation's alone. docs/benchmarks.md says what each measures, and what was seen.
"""

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from djmixersoft.operations.refusal import Refusal

if TYPE_CHECKING:
    from bench.figures import Figure

BENCHMARKS = {
    "enforcement": "what the compiled policy costs, against the same checks done by hand (7 minutes)",
    "start": "how long a start takes, and what the idle system costs (2 minutes)",
    "login": "whether a wrong password tells who is registered, and what a flood of log-ins does (2 minutes)",
    "pages": "how long each page takes (1 minute)",
    "content": "files up and down against plain, 50,000 items, 50 clients, cost by work (12 minutes; or by parts)",
    "ledger": "how fast what is on record is sealed, what recording costs, how long verifying takes (3 minutes)",
    "lockbox": "how soon an unlocked item comes, a revoked access ends, Administrators are told (4 minutes)",
    "mutation": "whether the tests notice each part of the policy that is taken away (as long as the tests, and more)",
}
KEEPING = ("enforcement", "mutation")  # those that may keep something for their next run: a filled database, findings
IN_PARTS = "content"  # the one that can be run in parts, and takes a size


def main(
    name: str | None,
    json: bool,  # noqa: FBT001 - the command line's flag
    folder: Path | None = None,
    parts: Sequence[str] = (),
    size: int | None = None,
) -> int:
    """Run a benchmark, or list all; 0 whether or not the goals are met, because a figure is no failure.

    `folder`: where `enforcement` keeps its filled database, or `mutation` what it found so far.
    `parts`: those of `content`; `size`: of its largest file.

    Raises:
        Refusal: there is no benchmark or part of this name, or it keeps nothing, or has neither parts nor a size.

    """
    if name is None:
        print("\n".join(f"./run bench {known:<12} {words}" for known, words in BENCHMARKS.items()))
        return 0
    if name not in BENCHMARKS:
        raise Refusal(f"There is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}.")
    if folder and name not in KEEPING:
        raise Refusal(f"Only {' and '.join(KEEPING)} keep something in a folder; leave out --data.")
    if (parts or size) and name != IN_PARTS:
        raise Refusal(f"Only `bench {IN_PARTS}` has parts and --mib; leave them out.")
    missed: list[Figure] = []
    for number, figure in enumerate(_figures(name, folder, parts, size)):
        if not json and not number:
            print(f"== {name}")
        print(figure.json() if json else figure.line(), flush=True)
        if not figure.met:
            missed.append(figure)
    if missed and not json:
        print("Goals NOT MET: " + ", ".join(f"{figure.id} {figure.goal}" for figure in missed))
    return 0


def _figures(name: str, folder: Path | None, parts: Sequence[str], size: int | None) -> "Iterator[Figure]":
    found = importlib.import_module(f"bench.{name}").figures
    if name in KEEPING:
        return iter(found(folder))
    return iter(found(parts, size) if name == IN_PARTS else found())


def note(text: str) -> None:
    """Say what a benchmark is about to do, apart from its figures."""
    print(text, file=sys.stderr, flush=True)
