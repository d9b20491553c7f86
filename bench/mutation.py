"""The share of broken things that a test notices: every use, right, row policy, door check and lint taken away in turn.

For each, those tests run that read, write or call what is broken, until one fails: those of promises and policy first,
in one process with one server, and all others for what these do not notice; see mutants.py and mutating.py.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.figures import Figure
from djmixersoft.operations.refusal import Refusal

ROOT = Path(__file__).resolve().parents[1]
# The long rounds of generated statements, of pages and of people's doings would find most mutants too, each in seconds
# instead of moments.
SLOW = (
    "not no_sql_of_a_login and not gets_at_content and not with_alices_token and not whatever_is_done"
    " and not test_4a_matrix and not test_4a_machine and not test_6a_slow and not test_interop and not test_killed"
    " and not test_verifier"
)
OPTIONS = ("-q", "--no-header", "-p", "bench.mutating", "-m", "not browser", "-k", SLOW)

FIRST = ("tests/promises", "tests/policy")
SECOND = tuple(
    f"tests/{name}"
    for name in ("contact", "content", "desk", "ledger", "legal", "mail", "people", "proving", "site", "staff")
)
PARTS = 2  # shares of the mutants that are tried at once, each with a server of its own


def figures(kept: Path | None = None) -> Iterator[Figure]:
    """Run all mutants, tell of the survivors, and give the score.

    `kept`: a folder for what was found so far; a run of the same code that ended early goes on there.

    Raises:
        Refusal: the tests fail with nothing broken, or can't be run.

    """
    from bench import note

    with tempfile.TemporaryDirectory() as temporary:
        folder = kept or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        only = folder / "survivors.json"
        # Once it is written, the first look has come to its end.
        found = _found(folder / "first") if only.exists() else _run(folder / "first", FIRST)
        results = [one for one in found if one["killed"] is not None]
        survivors = [one["mutant"] for one in results if not one["killed"]]
        if survivors:
            note(f"{len(survivors)} of {len(results)} were not noticed at first; a second look at these, by all tests.")
            only.write_text(json.dumps(survivors), "utf-8")
            seen = _run(folder / "second", [*FIRST, *SECOND], DJMS_MUTATION_ONLY=str(only))
            again = {one["mutant"]: one for one in seen}
            results = [again.get(one["mutant"], one) for one in results]
    for one in results:
        if not one["killed"]:
            note(f"survived: {one['mutant']}")
    score = sum(bool(one["killed"]) for one in results) / len(results)
    seconds = [one["seconds"] for one in results]
    yield Figure("mutation_score", score, "ratio", ">= 1.0", len(results), (score, score))
    yield Figure("mutation_seconds", sum(seconds), "s", "none", len(results), (min(seconds), max(seconds)))


def _run(folder: Path, tests: Sequence[str], **environment: str) -> list[dict[str, Any]]:
    """Run the mutants by some tests, in two halves at once. `killed` is None for what could not be broken."""
    folder.mkdir(exist_ok=True)
    reports = [folder / f"{part}.json" for part in range(PARTS)]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("DJMS_", "DATABASE_URL"))}
    running = [
        subprocess.Popen(  # noqa: S603 - our own tests
            [sys.executable, "-m", "pytest", *OPTIONS, *tests],
            cwd=ROOT,
            env=plain
            | environment
            | {
                "DJMS_MUTATION_REPORT": str(report),
                "DJMS_MUTATION_PART": f"{part}/{PARTS}",
                "PYTHONPATH": str(ROOT),
            },
            stdout=sys.stderr,
        )
        for part, report in enumerate(reports)
    ]
    statuses = [one.wait() for one in running]
    if any(statuses) or not all(report.exists() for report in reports):
        raise Refusal("The tests fail with nothing broken; run ./test first.")
    return _found(folder)


def _found(folder: Path) -> list[dict[str, Any]]:
    return [one for part in range(PARTS) for one in json.loads((folder / f"{part}.json").read_text("utf-8"))]
