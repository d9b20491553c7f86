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
from tests.ledger.growing import key
from tests.ledger.sealing import WITNESSES, Ledger, entry, grown, policy
from tests.ledger.sealing import as_text as text_of
from tests.ledger.test_verifier_refusing import odd_exports, odd_receipts, receipts_and_exports
from tests.ledger.verifying import KEY, Answer, Desk, altered, desk, ledger
from tests.support import IS_LONG, ROOT

__all__ = ["desk"]
MUTATIONS = 2_000 if IS_LONG else 300
OTHER = str(key("djmixersoft-heads/" + "0" * 32).verifier)
Question = Sequence[bytes]


def page_says(questions: Iterable[Question], believed: str) -> list[dict[str, list[str]]]:
    """Ask the page's code, and put its findings into words as the page does."""
    node, web = shutil.which("node"), ROOT / "web"
    if node is None or not (web / "node_modules" / "vite").exists():
        pytest.skip("there is no Node.js here, or nothing was built with it")
    asked = "".join(
        json.dumps({"policy": believed, "files": [{"name": "it", "data": b64encode(one).decode()} for one in files]})
        + "\n"
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


def file_says(desk: Desk, files: Question, believed: str) -> dict[str, list[str]]:
    names = [desk.file(one) for one in files]
    of = "--key" if believed == KEY else "--policy"
    answer = desk.ask(*((of, KEY if believed == KEY else desk.file(believed.encode())) if believed else ()), *names)
    for name in names:
        answer = Answer(
            answer.status, {kind: [one.replace(name, "it") for one in some] for kind, some in answer.said.items()}
        )
    return answer.said


def assert_same(desk: Desk, questions: Sequence[Question], believed: str = KEY) -> None:
    for files, said in zip(questions, page_says(questions, believed), strict=True):
        assert said == file_says(desk, files, believed), (files, believed)


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
    assert_same(desk, questions, believed="")


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
    assert_same(desk, [[text_of(ledger().receipt(3))]], believed="nonsense\n")


def test_of_witnesses_and_quorums_it_says_the_same(desk: Desk) -> None:
    made, questions = grown(9), list[Question]()
    for cosigners in ((), WITNESSES[:1], WITNESSES[1:], WITNESSES):
        questions += [[text_of(made.receipt(3, None, *cosigners))], [text_of(made.export(None, *cosigners))]]
    for quorum in (
        "quorum none",
        "quorum a",
        "group q any a b c\nquorum q",
        "group q all a b c\nquorum q",
        "# both\ngroup p 1 a\t b\n  group q 2 p c\nquorum q",
        "group q 2 a a b\nquorum q",
        "group q 4 a b c\nquorum q",
        "group q 0 a\nquorum q",
        "group q 1 a none\nquorum q",
        "group q x a\nquorum q",
        "quorum d",
        "quorum a\nquorum b",
        "group q 1 a b",
        "quorum a \x01",
        "quorum a\r",
        "witness a x",
        "nothing",
    ):
        assert_same(desk, questions, believed=policy(quorum))
    for text in (f"log {KEY}", f"quorum none\nlog {KEY}", f"log {KEY} x\nquorum none", policy().replace(KEY, OTHER)):
        assert_same(desk, questions, believed=f"{text}\n")


def test_of_altered_cosignatures_it_says_the_same(desk: Desk) -> None:
    chance, made, questions = random.Random(9), text_of(grown(9).receipt(3, None, *WITNESSES)), list[Question]()
    for _ in range(MUTATIONS):
        questions.append([altered(made, made, chance)])
    assert_same(desk, questions, believed=policy())


def test_what_was_altered_is_no_more_believed_by_the_page(desk: Desk) -> None:
    chance, questions = random.Random(8), list[Question]()
    for _ in range(MUTATIONS):
        data, other = receipts_and_exports(chance)
        questions.append([altered(data, other, chance)])
    assert_same(desk, questions)
