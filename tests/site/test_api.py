import hashlib
import json
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.site.browsing import Browser, Person
from tests.site.test_tracks import OGG, body_of, uploaded

API = "/api/v1"
Made = Callable[..., "Program"]


class Program(Browser):
    """A program of somebody's, which shows a token and no cookie."""

    def __init__(self, token: str, account_id: UUID | None) -> None:
        super().__init__()
        self.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        del self.defaults["HTTP_SEC_FETCH_SITE"]
        self.account = f"{API}/accounts/{account_id}"

    @classmethod
    def of(
        cls,
        superuser: psycopg.Connection[Any],
        person: Person,
        *,
        writes: bool = True,
        only: UUID | None = None,
        days: int = 7,
    ) -> "Program":
        """A program of somebody's; its token is written down as make_api_token() would."""
        token = f"{uuid4().hex}{uuid4().hex}"
        superuser.execute(
            "INSERT INTO djms.api_token (token_hash, person_id, name, may_write, account_id, expires)"
            " SELECT sha256(%s::bytea), id, 'test', %s, %s, now() + make_interval(days => %s)"
            " FROM djms.person WHERE email = %s",
            [token.encode(), writes, only, days, person.email],
        )
        return cls(token, person.account_id)

    def ask(self, method: str, path: str, body: object = None, status: int = HTTPStatus.OK) -> Any:  # noqa: ANN401 - JSON
        """What is answered, which must have that status."""
        path = path if path.startswith(API) else f"{self.account}/{path}"
        sent = "" if body is None else json.dumps(body)
        answer = self.generic(method, path, sent, content_type="application/json")
        assert answer.status_code == status, answer.text
        return json.loads(answer.text) if answer.text else None


@pytest.fixture
def program(superuser: psycopg.Connection[Any]) -> Made:
    """Make programs of people's."""
    return partial(Program.of, superuser)


def test_a_program_lists_arranges_and_finds_what_is_in_the_account(owner: Person, program: Made) -> None:
    mine = program(owner)
    uploaded(owner, OGG, "Halo.ogg")
    folder = mine.ask("POST", "folders", {"name": "Friday"}, HTTPStatus.CREATED)["id"]
    (track,) = [item for item in mine.ask("GET", "items")["items"] if item["kind"] == "file"]
    assert track["sha256"] == hashlib.sha256(OGG).hexdigest()
    assert mine.ask("POST", "move", {"items": [track["id"]], "into": folder}) == {"count": 1}
    assert [item["name"] for item in mine.ask("GET", f"items?folder={folder}")["items"]] == ["Halo.ogg"]
    mine.ask("POST", f"items/{track['id']}/name", {"name": "Halo (edit).ogg"})
    mine.ask("POST", f"items/{track['id']}/tags", {"tags": ["peak time"]})
    mine.ask("POST", f"items/{track['id']}/comments", {"text": "loud"}, HTTPStatus.NO_CONTENT)
    assert [item["name"] for item in mine.ask("GET", "find?q=halo%20peak")["items"]] == ["Halo (edit).ogg"]
    assert mine.ask("POST", "copy", {"items": [track["id"]]}) == {"count": 1}
    assert mine.ask("POST", "trash", {"items": [folder]})["count"] >= 1
    assert [thrown["name"] for thrown in mine.ask("GET", "trash")["items"]] == ["Friday"]
    mine.ask("POST", "trash/restore", {"items": [folder]})
    assert mine.ask("GET", f"items/{track['id']}")["parent_id"] == folder
    assert mine.ask("GET", "room")["used"] > 2 * len(OGG)


def test_a_program_gets_a_file_whole_and_in_ranges(owner: Person, program: Made) -> None:
    mine = program(owner)
    item = uploaded(owner).rpartition("/")[2]
    whole = mine.get(f"{mine.account}/items/{item}/file")
    assert hashlib.sha256(body_of(whole)).digest() == hashlib.sha256(OGG).digest()
    part = mine.get(f"{mine.account}/items/{item}/file", headers={"Range": "bytes=5-9"})
    assert part.status_code == HTTPStatus.PARTIAL_CONTENT
    assert body_of(part) == OGG[5:10]


def test_a_program_keeps_any_json_on_an_item(owner: Person, program: Made) -> None:
    mine = program(owner)
    item = uploaded(owner).rpartition("/")[2]
    cues = [{"at": 12.5, "name": "drop"}, None, {"grid": [1, 2, 3]}]
    mine.ask("PUT", f"items/{item}/data/cue-points", cues, HTTPStatus.NO_CONTENT)
    assert mine.ask("GET", f"items/{item}/data") == {"cue-points": cues}
    mine.ask("DELETE", f"items/{item}/data/cue-points", status=HTTPStatus.NO_CONTENT)
    assert mine.ask("GET", f"items/{item}/data") == {}
    bad = mine.generic("PUT", f"{mine.account}/items/{item}/data/x", "{nonsense", content_type="application/json")
    assert bad.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert json.loads(bad.text)["sentence"]


def test_of_two_programs_that_write_a_document_the_second_gets_both_texts(owner: Person, program: Made) -> None:
    one, two = program(owner), program(owner)
    item = one.ask("POST", "documents", {"name": "Set", "text": "a\n"}, HTTPStatus.CREATED)["id"]
    assert one.ask("PUT", f"documents/{item}", {"text": "b\n", "base": 1}) == {"version": 2}
    conflict = two.ask("PUT", f"documents/{item}", {"text": "c\n", "base": 1}, HTTPStatus.CONFLICT)
    assert (conflict["text"], conflict["version"]) == ("b\n", 2)
    assert [version["number"] for version in one.ask("GET", f"documents/{item}/versions")] == [2, 1]
    assert one.ask("GET", f"documents/{item}/versions/1") == {"text": "a\n"}


CHANGES = [
    ("POST", "folders", {"name": "x"}),
    ("POST", "documents", {"name": "x", "text": ""}),
    ("POST", "trash", {"items": ["{item}"]}),
    ("POST", "items/{item}/name", {"name": "x"}),
    ("POST", "items/{item}/tags", {"tags": ["x"]}),
    ("PUT", "items/{item}/data/x", 1),
    ("POST", "copy", {"items": ["{item}"]}),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_a_token_that_may_only_read_changes_nothing(
    owner: Person, program: Made, method: str, path: str, body: object
) -> None:
    item = uploaded(owner).rpartition("/")[2]
    body = json.loads(json.dumps(body).replace("{item}", item))
    reads = program(owner, writes=False)
    before = reads.ask("GET", "items")
    assert "only read" in reads.ask(method, path.replace("{item}", item), body, HTTPStatus.FORBIDDEN)["sentence"]
    assert reads.ask("GET", "items") == before
    program(owner).ask(method, path.replace("{item}", item), body, _status_of(method, path))


def _status_of(method: str, path: str) -> int:
    if method == "PUT":
        return HTTPStatus.NO_CONTENT
    return HTTPStatus.CREATED if path in {"folders", "documents"} else HTTPStatus.OK


def test_a_token_opens_no_other_account_and_a_bound_one_only_its_own(
    owner: Person, mate: Person, stranger: Person, program: Made
) -> None:
    item = uploaded(owner, OGG, "canary.ogg").rpartition("/")[2]
    for token in (program(stranger), program(mate, only=mate.account_id)):
        for path in ("items", f"items/{item}", f"items/{item}/file", "find?q=canary", "room", "trash"):
            answer = token.generic("GET", f"{API}/accounts/{owner.account_id}/{path}")
            assert answer.status_code == HTTPStatus.NOT_FOUND
            assert "canary" not in answer.text
    assert len(program(mate).ask("GET", f"{API}/accounts")) == 2
    assert [one["id"] for one in program(mate, only=mate.account_id).ask("GET", f"{API}/accounts")] == [
        str(mate.account_id)
    ]


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer nonsense", "Basic eDp5", "Bearer \u00e9"])
def test_without_a_good_token_there_is_no_answer_but_what_is_needed(owner: Person, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for path in (f"{API}/accounts", f"{API}/accounts/{owner.account_id}/items"):
        answer = owner.get(path, headers=headers)
        assert answer.status_code == HTTPStatus.UNAUTHORIZED, "a cookie means nothing here"
        assert "token" in json.loads(answer.text)["sentence"]


def test_an_expired_token_is_none(owner: Person, program: Made) -> None:
    program(owner, days=-1).ask("GET", f"{API}/accounts", status=HTTPStatus.UNAUTHORIZED)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "folders", {"name": ""}),
        ("POST", "folders", {"name": "x" * 256}),
        ("POST", "folders", {"name": "a\u0000b"}),
        ("POST", "folders", []),
        ("POST", "move", {"items": []}),
        ("POST", "move", {"items": ["x"]}),
        ("GET", "items?page=0", None),
        ("GET", "items?sort=nonsense", None),
        ("GET", "find?since=yesterday", None),
        ("POST", "documents", {"name": "x", "text": "\u0000"}),
    ],
)
def test_what_can_not_be_understood_gets_a_sentence(
    owner: Person, program: Made, method: str, path: str, body: object
) -> None:
    assert program(owner).ask(method, path, body, HTTPStatus.UNPROCESSABLE_ENTITY)["sentence"]


def test_the_description_is_there_for_everybody(visitor: Browser) -> None:
    described = json.loads(visitor.get(f"{API}/openapi.json").text)
    assert described["openapi"].startswith("3.1")
    assert "/api/v1/accounts/{account_id}/items" in described["paths"]


@pytest.mark.parametrize("path", ["nowhere", "items/x", "documents/{item}/versions/-1", "items/{item}/data/"])
def test_an_address_that_there_is_not_is_answered_as_data_too(owner: Person, program: Made, path: str) -> None:
    item = uploaded(owner).rpartition("/")[2]
    said = program(owner).ask("GET", path.format(item=item), status=HTTPStatus.NOT_FOUND)
    assert "nothing at this address" in said["sentence"]
    assert program(owner).get("/nowhere")["Content-Type"].startswith("text/html")
