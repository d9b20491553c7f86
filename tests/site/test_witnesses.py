"""An Administrator names witnesses of the ledger; it is on record, and nobody else sees which."""

import html
import re
import shlex
from http import HTTPStatus
from typing import Any

import psycopg
import pytest

from djmixersoft.cli import parser
from djmixersoft.ledger.notes import Algorithm, to_base64
from tests.ledger.growing import key
from tests.site.browsing import Browser, Person, text_of
from tests.site.recording import lines
from tests.site.witnessing import name, named, new_witness, page_of

Superuser = psycopg.Connection[Any]
WITNESS = key("witness.example/w", Algorithm.COSIGNATURE)
LOG = key("djmixersoft-heads/1")
LONG = key("w" * 201, Algorithm.COSIGNATURE)


def typed(answer: Any) -> dict[str, str]:  # noqa: ANN401 - a response of the test client
    found = re.findall(r'<input type="text" name="([^"]+)"(?: value="([^"]*)")?', answer.text)
    return {field: html.unescape(value) for field, value in found}


@pytest.mark.parametrize(
    "pasted",
    [
        f"witness w {WITNESS.verifier}",
        f"  witness   {WITNESS.name}  {WITNESS.verifier} https://witness.example \n",
        str(WITNESS.verifier),
    ],
)
def test_the_line_that_the_command_prints_names_it_and_so_does_the_key_alone(owner: Person, pasted: str) -> None:
    assert "The account has named no witness." in page_of(owner)
    answer = name(owner, pasted, "Box <at> home")
    assert answer["Location"] == f"{owner.crate}/witnesses?done=witness-named"
    page = page_of(owner)
    assert "Box <at> home" in page
    assert str(WITNESS.verifier) in page
    assert "Nothing yet" in page
    dropped = owner.post(f"{owner.crate}/witnesses/drop", {"witness": str(WITNESS.verifier)})
    assert dropped["Location"] == f"{owner.crate}/witnesses?done=witness-dropped"
    assert "The account has named no witness." in page_of(owner)


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "Please paste the line, or the key."),
        ("   ", "Please paste the line, or the key."),
        ("witness", "This is no witness’s key."),
        ("witness w", "This is no witness’s key."),
        ("witness w x y z", "This is no witness’s key."),
        (f"log {WITNESS.verifier}", "This is no witness’s key."),
        (str(WITNESS.verifier)[:-1], "This is no witness’s key."),
        (str(WITNESS.verifier).replace("witness.", "w."), "This is no witness’s key."),
        (str(LOG.verifier), "This is a log’s key."),
        (str(LONG.verifier), "longer than 200 characters"),
        ("x" * 1001, "At most 1000 characters fit here"),
        ("a\x00b", "invisible control character"),
    ],
)
def test_what_is_no_witness_is_refused_in_a_sentence_and_what_was_typed_is_kept(
    owner: Person, pasted: str, words: str
) -> None:
    answer = name(owner, pasted)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert words in text_of(answer)
    if "\x00" not in pasted:
        assert typed(answer) == {"name": "Our auditor", "witness": pasted}
    assert "The account has named no witness." in text_of(answer)
    unnamed = name(owner, str(WITNESS.verifier), "")
    assert unnamed.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert typed(unnamed)["witness"] == str(WITNESS.verifier)
    assert name(owner, str(WITNESS.verifier)).status_code == HTTPStatus.SEE_OTHER


def test_a_witness_is_named_once_and_at_most_20_are(owner: Person, superuser: Superuser) -> None:
    named(owner, WITNESS)
    twice = name(owner, str(WITNESS.verifier), "Once more")
    assert twice.status_code == HTTPStatus.CONFLICT
    assert "named this witness already" in text_of(twice)
    assert typed(twice)["name"] == "Once more"
    for number in range(19):
        named(owner, new_witness(), f"Number {number}")
    full = name(owner, new_witness(), "One too many")
    assert full.status_code == HTTPStatus.CONFLICT
    assert "at most 20 witnesses" in text_of(full)
    assert typed(full)["name"] == "One too many"
    owner.post(f"{owner.crate}/witnesses/drop", {"witness": str(WITNESS.verifier)})
    named(owner, new_witness(), "In its place")
    count = superuser.execute("SELECT count(*) FROM djms.ledger_witness WHERE account_id = %s", [owner.account_id])
    assert count.fetchone() == (20,)


def test_naming_and_dropping_are_on_record_by_the_key_alone(owner: Person, record: str, superuser: Superuser) -> None:
    witness = named(owner, new_witness())
    owner.post(f"{owner.crate}/witnesses/drop", {"witness": str(witness.verifier)})
    public = to_base64(b"\x04" + witness.verifier.key)
    newest = lines(owner.get(f"{record}?kind=account"))[:2]
    assert f"A witness of the ledger was dropped: {public}" in newest[0]
    assert f"A witness of the ledger was named: {public}" in newest[1]
    for line in newest:
        assert "as Administrator" in line
    entries = superuser.execute(
        "SELECT convert_from(entry, 'UTF8') FROM djms.ledger_entry WHERE account_id = %s", [owner.account_id]
    )
    said = " ".join(text for (text,) in entries)
    assert public in said
    assert witness.name not in said
    assert "Our auditor" not in said


@pytest.mark.parametrize("which", ["", "x", "a\x00b", str(WITNESS.verifier)])
def test_dropping_what_is_not_there_does_nothing(owner: Person, which: str) -> None:
    kept = named(owner, new_witness())
    answer = owner.post(f"{owner.crate}/witnesses/drop", {"witness": which})
    assert answer["Location"].endswith("?done=nothing-to-do")
    assert str(kept.verifier) in page_of(owner)


def test_only_administrators_see_and_do_it(owner: Person, mate: Person, stranger: Person, visitor: Browser) -> None:
    witness, path = named(owner, new_witness()), f"{owner.crate}/witnesses"
    assert f'href="{path}"' in owner.get(f"{owner.crate}/members").text
    assert f'href="{path}"' not in mate.get(f"{owner.crate}/members").text
    sent = {"name": "Mine", "witness": str(new_witness().verifier)}
    for somebody in (mate, stranger):
        assert somebody.get(path).status_code == HTTPStatus.NOT_FOUND
        assert somebody.post(path, sent).status_code == HTTPStatus.NOT_FOUND
        dropped = somebody.post(f"{path}/drop", {"witness": str(witness.verifier)})
        assert dropped.status_code == HTTPStatus.NOT_FOUND
        assert str(witness.verifier) not in page_of(somebody)
    assert visitor.get(path)["Location"].startswith("/sign-in?next=")
    page = page_of(owner)
    assert str(witness.verifier) in page
    assert "Mine" not in page


def test_the_command_on_the_page_is_one_that_can_be_run(owner: Person, vkey: str) -> None:
    shown = re.search(r"<code>(\./run [^<]+)</code>", owner.get(f"{owner.crate}/witnesses").text)
    assert shown
    words = parser().parse_args(shlex.split(html.unescape(shown[1]))[1:])
    assert (words.action, words.log, words.follow, words.hand_in) == ("witness", [vkey], "https://localhost:8443", True)
