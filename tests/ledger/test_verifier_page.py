"""The page's code finds what the one file finds, in the same sentences. (tests/browser has the page itself.)"""

import json
import random
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from djmixersoft.site.verifying import TEXTS
from tests.ledger.sealing import Ledger, entry, grown
from tests.ledger.sealing import as_text as text_of
from tests.ledger.test_verifier_refusing import odd_exports, odd_receipts, receipts_and_exports
from tests.ledger.verifying import KEY, Answer, Desk, altered, desk, ledger
from tests.support import IS_LONG, ROOT

__all__ = ["desk"]
MUTATIONS = 2_000 if IS_LONG else 300
Question = Sequence[bytes]


def page_says(questions: Iterable[Question], key: str = KEY) -> list[dict[str, list[str]]]:
    """Ask the page's code, and put its findings into words as the page does."""
    node, web = shutil.which("node"), ROOT / "web"
    if node is None or not (web / "node_modules" / "vite").exists():
        pytest.skip("there is no Node.js here, or nothing was built with it")
    asked = "".join(
        json.dumps({"key": key, "files": [{"name": "it", "data": b64encode(one).decode()} for one in files]}) + "\n"
        for files in questions
    )
    run = [node, str(Path(__file__).parent / "interop" / "page.mjs"), str(web)]
    done = subprocess.run(run, input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [in_words(json.loads(line)) for line in done.stdout.splitlines()]


def in_words(lines: Iterable[dict[str, str | dict[str, str]]]) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for line in lines:
        said.setdefault(str(TEXTS[str(line["kind"])]), []).append(str(TEXTS[str(line["name"])]) % line["values"])
    return said


def file_says(desk: Desk, files: Question, key: str = KEY) -> dict[str, list[str]]:
    names = [desk.file(one) for one in files]
    answer = desk.ask(*(("--key", key) if key else ()), *names)
    for name in names:
        answer = Answer(
            answer.status, {kind: [one.replace(name, "it") for one in some] for kind, some in answer.said.items()}
        )
    return answer.said


def assert_same(desk: Desk, questions: Sequence[Question], key: str = KEY) -> None:
    for files, said in zip(questions, page_says(questions, key), strict=True):
        assert said == file_says(desk, files, key), files


def test_of_files_that_are_fine_it_says_the_same(desk: Desk) -> None:
    older, newer = (text_of(ledger().export(size)) for size in (31, 302))
    sizes = (1, 2, 31, 64, 302)
    receipts = [text_of(ledger().receipt(size - 1, size)) for size in sizes if size in ledger().places]
    unnamed = text_of(grown(9).erase(3, named=False).record(entry(9)).export())
    questions = [
        [older],
        [newer, older],
        [newer, newer],
        *([one] for one in receipts),
        [unnamed],
        [receipts[-1], older],
    ]
    questions += [[text_of(ledger().receipt(17))], [text_of(Ledger(7).record().export())]]
    assert_same(desk, questions)
    assert_same(desk, questions, key="")


def test_of_pairs_that_contradict_it_says_the_same(desk: Desk) -> None:
    rewritten = Ledger(1).record(*(entry(at + 1) for at in range(40)))
    questions = [
        [text_of(grown(20).export()), text_of(rewritten.export())],
        [text_of(grown(5, 2).export()), text_of(grown(5).export())],
    ]
    assert_same(desk, questions)


def test_of_what_is_odd_it_says_the_same(desk: Desk) -> None:
    odd = {name: data for name, (data, _) in (odd_receipts() | odd_exports()).items()}
    assert_same(desk, [[data] for data in odd.values()])
    assert_same(desk, [[text_of(ledger().receipt(3))]], key="nonsense")


def test_what_was_altered_is_no_more_believed_by_the_page(desk: Desk) -> None:
    chance, questions = random.Random(8), list[Question]()
    for _ in range(MUTATIONS):
        data, other = receipts_and_exports(chance)
        questions.append([altered(data, other, chance)])
    assert_same(desk, questions)
