import re
from http import HTTPStatus
from typing import Any

import psycopg
import pytest

from tests.site.browsing import Person, text_of
from tests.site.test_documents import save, started
from tests.site.test_tracks import uploaded


def found(person: Person, **asked: str) -> list[str]:
    """The names of what is found in their account."""
    page = person.get(f"{person.crate}/find", data=asked)
    assert page.status_code == HTTPStatus.OK, text_of(page)
    return re.findall(r'row__title"><a [^>]*><bdi>(.*?)</bdi>', page.text)


@pytest.mark.parametrize(
    "typed",
    [
        "beyonce",
        "BEYONCÉ",
        "bey",
        "b",
        "halo bey",
        "\uff48\uff41\uff4c\uff4f",
        "halo, remix!",
        "extralongdescriptionofeverything",
    ],
)
def test_a_track_is_found_by_the_beginnings_of_its_words(owner: Person, typed: str) -> None:
    uploaded(owner, name="Beyoncé - Halo (remix) extralongdescriptionofeverything.ogg")
    uploaded(owner, name="Something else.ogg")
    assert found(owner, q=typed) == ["Beyoncé - Halo (remix) extralongdescriptionofeverything.ogg"]


@pytest.mark.parametrize("typed", ["eyonce", "halo bex", "remixes", "-", "  ?!", "%", "halo' OR 1=1"])
def test_what_begins_no_word_finds_nothing(owner: Person, typed: str) -> None:
    uploaded(owner, name="Beyoncé - Halo (remix).ogg")
    assert found(owner, q=typed) == []


def test_a_document_is_found_by_its_present_text(owner: Person) -> None:
    path = started(owner, "Friday")
    save(owner, path, "sunrise finale\n", 1)
    assert found(owner, q="sunr") == ["Friday"]
    assert found(owner, q="frid sunrise") == ["Friday"], "words may stand in different places"
    save(owner, path, "sunset finale\n", 2)
    assert found(owner, q="sunrise") == []
    assert found(owner, q="sunset") == ["Friday"]


def test_nobody_finds_what_is_in_another_account(owner: Person, mate: Person, stranger: Person) -> None:
    uploaded(owner, name="Halo.ogg")
    uploaded(stranger, name="Halo of theirs.ogg")
    assert found(owner, q="halo") == ["Halo.ogg"]
    page = stranger.get(f"{owner.crate}/find", data={"q": "halo"})
    assert page.status_code == HTTPStatus.NOT_FOUND
    mates = mate.get(f"{owner.crate}/find", data={"q": "halo"})
    assert "Halo.ogg" in mates.text
    assert found(mate, q="halo") == []


def test_filters_narrow_what_is_found(owner: Person) -> None:
    uploaded(owner, name="Halo.ogg")
    started(owner, "Halo notes")
    assert sorted(found(owner, q="halo")) == ["Halo notes", "Halo.ogg"]
    assert found(owner, q="halo", kind="audio") == ["Halo.ogg"]
    assert found(owner, q="halo", kind="document") == ["Halo notes"]
    assert sorted(found(owner, kind="audio")) == ["Halo.ogg"]
    assert found(owner, q="halo", until="2020-01-01") == []
    assert sorted(found(owner, since="2020-01-01", until="9999-12-31")) == ["Halo notes", "Halo.ogg"]
    assert found(owner, tag="nothing is tagged so") == []


@pytest.mark.parametrize(
    "asked", [{"since": "yesterday"}, {"kind": "nonsense"}, {"by": "nobody"}, {"q": "x" * 201}, {"q": "\x00"}]
)
def test_what_can_not_be_looked_for_gets_a_sentence(owner: Person, asked: dict[str, str]) -> None:
    page = owner.get(f"{owner.crate}/find", data=asked)
    assert page.status_code == HTTPStatus.OK
    assert "This needs another look" in page.text


def test_the_index_holds_no_word_and_differs_between_accounts(
    owner: Person, stranger: Person, superuser: psycopg.Connection[Any]
) -> None:
    uploaded(owner, name="Halo.ogg")
    uploaded(stranger, name="Halo.ogg")
    rows = superuser.execute(
        "SELECT term, count(*) FROM djms.item_term WHERE account_id IN (%s, %s) GROUP BY 1 HAVING count(*) > 1",
        [owner.account_id, stranger.account_id],
    ).fetchall()
    assert rows == []
