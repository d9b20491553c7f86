"""Measurements: `./run bench [NAME] [--json]`. Never an assertion in a test, and never a softened goal.

Each benchmark is a module bench/NAME.py with `figures() -> Iterator[Figure]`. They make data folders of their own in a
temporary folder, and leave the installation's alone. docs/benchmarks.md says what each measures, and what was seen.
"""

import importlib
import sys
from typing import TYPE_CHECKING

from djmixersoft.operations.refusal import Refusal

if TYPE_CHECKING:
    from bench.figures import Figure

BENCHMARKS = ("enforcement", "start", "login", "pages", "mutation")
ALONE = ("mutation",)  # takes as long as the tests, so it runs only when it is named


def main(name: str | None, json: bool) -> int:  # noqa: FBT001 - the command line's flag
    """Run one benchmark, or all; 0 when the goals are met, 1 when one is not.

    Raises:
        Refusal: there is no benchmark of this name.

    """
    if name is not None and name not in BENCHMARKS:
        raise Refusal(f"There is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}.")
    missed: list[Figure] = []
    for chosen in [name] if name else [known for known in BENCHMARKS if known not in ALONE]:
        if not json:
            print(f"== {chosen}")
        for figure in importlib.import_module(f"bench.{chosen}").figures():
            print(figure.json() if json else figure.line(), flush=True)
            if not figure.met:
                missed.append(figure)
    if missed and not json:
        print("Not met: " + ", ".join(f"{figure.id} {figure.goal}" for figure in missed))
    return 1 if missed else 0


def note(text: str) -> None:
    """Say what a benchmark is about to do, apart from its figures."""
    print(text, file=sys.stderr, flush=True)
