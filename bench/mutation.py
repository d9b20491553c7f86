"""The share of broken things that a test notices: every use, right, row policy, door check and lint taken away in turn.

A fast subset of the tests runs for each, in one process with one server; see mutants.py and mutating.py.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from djmixersoft.operations.refusal import Refusal

ROOT = Path(__file__).resolve().parents[1]
# The long rounds of generated statements, of pages and of people's doings would find most mutants too, each in seconds
# instead of moments.
SLOW = (
    "not no_sql_of_a_login and not gets_at_content and not with_alices_token and not whatever_is_done"
    " and not test_4a_matrix and not test_4a_machine and not test_6a_slow"
)


def figures() -> Iterator[Figure]:
    """Run all mutants, tell of the survivors, and give the score.

    Raises:
        Refusal: the tests fail with nothing broken, or can't be run.

    """
    from bench import note

    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("DJMS_", "DATABASE_URL"))}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "bench.mutating", "-k", SLOW, "--no-header"]
        done = subprocess.run(  # noqa: S603 - our own tests
            [*command, "tests/promises", "tests/policy"],
            cwd=ROOT,
            env=plain | {"DJMS_MUTATION_REPORT": report.name, "PYTHONPATH": str(ROOT)},
            check=False,
            stdout=sys.stderr,
        )
        text = Path(report.name).read_text("utf-8")
    if done.returncode or not text:
        raise Refusal("The tests fail with nothing broken; run ./test first.")
    results = json.loads(text)
    ran = [one for one in results if one["killed"] is not None]
    for one in ran:
        if not one["killed"]:
            note(f"survived: {one['mutant']}")
    score = sum(one["killed"] for one in ran) / len(ran)
    seconds = [one["seconds"] for one in ran]
    yield Figure("mutation_score", score, "ratio", ">= 1.0", len(ran), (score, score))
    yield Figure("mutation_seconds", sum(seconds), "s", "none", len(ran), (min(seconds), max(seconds)))
