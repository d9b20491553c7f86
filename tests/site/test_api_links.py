from http import HTTPStatus
from uuid import uuid4

import psycopg
import pytest

from tests.site.browsing import Browser, Person, text_of
from tests.site.sharing import LINK_PASSWORD, uploaded
from tests.site.test_api import Program

WRONG = (
    {"days": 0},
    {"days": 366},
    {"days": "soon"},
    {"password": "short"},
    {"password": "password123"},
    {"password": "p" * 1001},
)


@pytest.fixture
def item(owner: Person) -> str:
    """Upload a file of the owner's."""
    return uploaded(owner).rpartition("/")[2]


def test_a_program_shares_sees_what_for_and_revokes(
    owner: Person, visitor: Browser, superuser: psycopg.Connection[object], item: str
) -> None:
    program = Program.of(superuser, owner)
    made = program.ask("POST", f"items/{item}/links", {"days": 3}, HTTPStatus.CREATED)
    path = made["url"].removeprefix("https://localhost:8443")
    assert "one.ogg" in text_of(visitor.get(path))
    (link,) = program.ask("GET", "links")["links"]
    assert (link["id"], link["item_id"], link["state"], link["has_password"]) == (made["id"], item, "open", False)
    assert [(use["what"], use["times"]) for use in link["uses"]] == [("looked", 1)]
    assert link["latest"][0]["name"] == "one.ogg"
    for _ in range(2):
        program.ask("POST", f"links/{made['id']}/revoke", status=HTTPStatus.NO_CONTENT)
    assert visitor.get(path).status_code == HTTPStatus.GONE
    assert program.ask("GET", "links")["links"][0]["state"] == "revoked"


def test_one_with_a_password_wants_it(
    owner: Person, visitor: Browser, superuser: psycopg.Connection[object], item: str
) -> None:
    wanted = {"password": LINK_PASSWORD}
    made = Program.of(superuser, owner).ask("POST", f"items/{item}/links", wanted, HTTPStatus.CREATED)
    page = visitor.get(made["url"].removeprefix("https://localhost:8443"))
    assert "This link wants a password" in text_of(page)


@pytest.mark.parametrize("body", WRONG)
def test_what_won_t_do_makes_no_link(
    owner: Person, superuser: psycopg.Connection[object], item: str, body: dict[str, object]
) -> None:
    program = Program.of(superuser, owner)
    assert program.ask("POST", f"items/{item}/links", body, HTTPStatus.UNPROCESSABLE_ENTITY)["sentence"]
    assert program.ask("GET", "links")["links"] == []


def test_one_that_may_only_read_sees_links_and_makes_none(
    owner: Person, superuser: psycopg.Connection[object], item: str
) -> None:
    reader = Program.of(superuser, owner, writes=False)
    assert reader.ask("GET", "links") == {"links": [], "more": False}
    reader.ask("POST", f"items/{item}/links", {"password": LINK_PASSWORD}, HTTPStatus.FORBIDDEN)
    reader.ask("POST", f"links/{uuid4()}/revoke", status=HTTPStatus.FORBIDDEN)


def test_another_accounts_program_finds_nothing_to_share(
    owner: Person, stranger: Person, superuser: psycopg.Connection[object], item: str
) -> None:
    theirs = Program.of(superuser, stranger)
    theirs.ask("POST", f"items/{item}/links", {}, HTTPStatus.NOT_FOUND)
    theirs.ask("POST", f"/api/v1/accounts/{owner.account_id}/items/{item}/links", {}, HTTPStatus.NOT_FOUND)
    theirs.ask("GET", f"/api/v1/accounts/{owner.account_id}/links", status=HTTPStatus.NOT_FOUND)
    made = Program.of(superuser, owner).ask("POST", f"items/{item}/links", {}, HTTPStatus.CREATED)
    theirs.ask("POST", f"links/{made['id']}/revoke", status=HTTPStatus.NOT_FOUND)
