import json
import random
import re
import threading
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

from tests.site.browsing import Person, text_of

AS_DATA = {"headers": {"Accept": "application/json"}}


def started(person: Person, name: str = "Friday’s set") -> str:
    """The path of a document that they started."""
    done = person.post(f"{person.crate}/documents", {"name": name})
    assert done.status_code == HTTPStatus.SEE_OTHER, text_of(done)
    return str(done["Location"])


def save(person: Person, path: str, text: str, base: int, **options: Any) -> Any:  # noqa: ANN401 - a response
    return person.post(path, {"text": text, "base": base}, **options)


def text_in(page: Any) -> str:  # noqa: ANN401 - a response of the test client
    """What stands in the field for the text."""
    found = re.search(r'<textarea name="text"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert found
    import html  # noqa: PLC0415 - for this alone

    return html.unescape(found[1])


def test_a_document_is_written_and_read_by_the_crew_and_by_nobody_else(
    owner: Person, mate: Person, stranger: Person
) -> None:
    path = started(owner)
    assert save(owner, path, "# Warm up\r\n\r\n1. Öpener <b>\n", 1)["Location"] == f"{path}?done=saved"
    assert text_in(mate.get(path)) == "# Warm up\n\n1. Öpener <b>\n"
    for answer in (stranger.get(path), save(stranger, path, "mine", 2), stranger.get(f"{path}/history")):
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert "Öpener" not in answer.text


def test_a_preview_shows_markdown_and_runs_nothing(owner: Person) -> None:
    path = started(owner)
    text = "**loud** <script>alert(1)</script> [x](javascript:alert(1)) ![p](https://elsewhere.example/p.png)\n"
    page = owner.post(path, {"text": text, "base": 1, "preview": "1"})
    assert "<strong>loud</strong>" in page.text
    assert "<script>alert" not in page.text
    assert 'href="javascript:' not in page.text
    assert '<img src="https://elsewhere' not in page.text
    assert text_in(page) == text
    piece = owner.post(f"{owner.crate}/documents/preview", {"text": text})
    assert piece.text.startswith("<p><strong>loud</strong>")
    assert text_in(owner.get(path)) != text, "a preview keeps nothing"


def test_each_save_is_a_version_and_any_can_come_back(owner: Person, mate: Person) -> None:
    path = started(owner)
    save(owner, path, "one\ntwo\n", 1)
    save(mate, path, "one\nthree\n", 2)
    history = owner.get(f"{path}/history")
    assert f"<bdi>{mate.email}</bdi>" in history.text
    assert f"<bdi>{owner.email}</bdi>" in history.text
    assert "<bdi>two</bdi>" in history.text
    assert "<bdi>three</bdi>" in history.text
    assert owner.post(f"{path}/history/2/restore")["Location"] == f"{path}?done=version-restored"
    assert text_in(owner.get(path)) == "one\ntwo\n"
    assert "<bdi>three</bdi>" in owner.get(f"{path}/history?version=3").text, "nothing is lost by a restore"
    assert "Version 4" in owner.get(path).text


@pytest.mark.parametrize(("lines", "kinds"), [(1_900, 1), (8_000, 101)])
def test_what_would_take_minutes_to_compare_is_compared_roughly(owner: Person, lines: int, kinds: int) -> None:
    def text(mark: str) -> str:
        return "\n".join(["first", *(f"{n % kinds}\n{mark}{n}" for n in range(lines // 2)), "last"])

    path = started(owner)
    save(owner, path, text("before"), 1)
    save(owner, path, text("after"), 2)
    # A transaction that leaves the database waiting for half a minute is ended by it.
    shown = owner.get(f"{path}/history?version=3")
    assert "<bdi>before7</bdi>" in shown.text
    assert "<bdi>after7</bdi>" in shown.text
    assert shown.text.count("<bdi>first</bdi>") == 1, "what is the same at both ends is seen to be"


@pytest.mark.parametrize("number", ["0", "99", "-1", "x", "99999999999999999999", "²"])
def test_a_version_that_is_not_there_is_not_found(owner: Person, number: str) -> None:
    path = started(owner)
    assert owner.get(f"{path}/history", data={"version": number}).status_code == HTTPStatus.NOT_FOUND
    assert owner.post(f"{path}/history/{number}/restore").status_code == HTTPStatus.NOT_FOUND


def test_of_two_who_write_at_once_the_second_sees_both_texts_and_overwrites_nothing(
    owner: Person, mate: Person
) -> None:
    path = started(owner)
    save(owner, path, "the owner’s\n", 1)
    conflict = save(mate, path, "the mate’s\n", 1)
    assert conflict.status_code == HTTPStatus.CONFLICT
    assert text_in(conflict) == "the mate’s\n"
    assert "the owner’s" in conflict.text
    assert text_in(owner.get(path)) == "the owner’s\n"
    assert save(mate, path, "the mate’s\n", 2).status_code == HTTPStatus.SEE_OTHER, "knowing both, they may"


def test_a_script_that_saves_gets_the_same_outcomes_as_data(owner: Person) -> None:
    path = started(owner)
    assert json.loads(save(owner, path, "a\n", 1, **AS_DATA).text) == {"version": 2}
    assert json.loads(save(owner, path, "a\n", 1, **AS_DATA).text) == {"version": 2}, "the same again changes nothing"
    conflict = save(owner, path, "b\n", 1, **AS_DATA)
    assert conflict.status_code == HTTPStatus.CONFLICT
    assert {"version": 2, "text": "a\n"}.items() <= json.loads(conflict.text).items()
    wrong = save(owner, path, "b\n", 0, **AS_DATA)
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert json.loads(wrong.text)["sentence"]


def test_too_long_a_text_is_refused_with_a_sentence_and_not_lost(owner: Person) -> None:
    path = started(owner)
    text = "x" * (2**20 + 1)
    refused = save(owner, path, text, 1)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "split this one in two" in refused.text
    assert text_in(refused) == text
    assert save(owner, path, "é" * 2**19, 1).status_code == HTTPStatus.SEE_OTHER, "a million bytes fit"


def test_a_full_account_refuses_with_a_sentence_and_the_text_is_not_lost(
    owner: Person, superuser: psycopg.Connection[Any]
) -> None:
    path = started(owner)
    superuser.execute("UPDATE djms.account_room SET quota = used WHERE account_id = %s", [owner.account_id])
    refused = save(owner, path, "no room for me\n", 1)
    assert refused.status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert text_in(refused) == "no room for me\n"
    assert "make room" in refused.text
    superuser.execute("UPDATE djms.account_room SET quota = used + 100000 WHERE account_id = %s", [owner.account_id])
    assert save(owner, path, "no room for me\n", 1).status_code == HTTPStatus.SEE_OTHER


def test_no_word_of_a_document_lies_on_a_disk_or_in_the_database(
    owner: Person, superuser: psycopg.Connection[Any]
) -> None:
    path, canary = started(owner), f"canary{uuid4().hex}"
    save(owner, path, f"secret {canary}\n", 1)
    assert settings.DATA_FOLDER
    superuser.execute("CHECKPOINT")
    for file in settings.DATA_FOLDER.rglob("*"):
        if file.is_file():
            assert canary.encode() not in file.read_bytes(), file


def test_of_many_saves_at_once_upon_one_version_exactly_one_wins(owner: Person) -> None:
    path, chance = started(owner), random.Random(20261123)
    texts = [f"text {chance.getrandbits(64)}\n" for _ in range(6)]
    gate, answers = threading.Barrier(len(texts)), [0] * len(texts)

    def write(number: int) -> None:
        gate.wait()
        answers[number] = save(owner, path, texts[number], 1).status_code

    threads = [threading.Thread(target=write, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [HTTPStatus.SEE_OTHER] + [HTTPStatus.CONFLICT] * (len(texts) - 1)
    assert text_in(owner.get(path)) == texts[answers.index(HTTPStatus.SEE_OTHER)]


def test_a_folder_that_is_not_there_is_said_and_the_name_kept(owner: Person, stranger: Person) -> None:
    there = str(stranger.post(f"{stranger.crate}/documents", {"name": "theirs"})["Location"]).rpartition("/")[2]
    for folder in (str(uuid4()), there):
        refused = owner.post(f"{owner.crate}/documents", {"name": "My set", "folder": folder})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert 'value="My set"' in refused.text
        assert "isn’t there any more" in text_of(refused)
