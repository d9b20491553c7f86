"""4a: every operation of the interface for programs, generated from its description, asked with everybody's tokens."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from uuid import UUID

import psycopg
import pytest

from djmixersoft.site.api.routes import api
from tests.site.browsing import Post, registered
from tests.site.test_api import Program
from tests.site.test_documents import save, started
from tests.site.test_tracks import OGG, uploaded

DESCRIBED = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
OPERATIONS = sorted((path, method.upper()) for path, item in DESCRIBED.items() for method in item)
# A body that each operation takes, by the end of its path; what stands in braces is an id of the account's.
BODIES: dict[tuple[str, str], object] = {
    ("folders", "POST"): {"name": "anew"},
    ("name", "POST"): {"name": "anew"},
    ("move", "POST"): {"items": ["{item}"]},
    ("copy", "POST"): {"items": ["{item}"]},
    ("trash", "POST"): {"items": ["{item}"]},
    ("restore", "POST"): {"items": ["{item}"]},
    ("delete", "POST"): {"items": ["{item}"]},
    ("tags", "POST"): {"tags": ["anew"]},
    ("remove", "POST"): {"tags": ["anew"]},
    ("comments", "POST"): {"text": "anew"},
    ("{name}", "PUT"): 1,
    ("documents", "POST"): {"name": "anew"},
    ("{item_id}", "PUT"): {"text": "anew", "base": 1},
    ("links", "POST"): {"item_id": "{item}", "days": 7},
}


class Crew:
    """Somebody with an account in which every name has a word of its own."""

    def __init__(self, superuser: psycopg.Connection[Any], word: str) -> None:
        self.word, self.person = word, registered(Post(superuser), word, account_name=f"{word}-crew")
        self.item = uploaded(self.person, OGG, f"{word}-track.ogg").rpartition("/")[2]
        document = started(self.person, f"{word}-paper")
        save(self.person, document, f"{word}-said\n", 1)
        self.document = document.rpartition("/")[2]

    def path(self, path: str) -> str:
        item = self.document if "/documents/" in path else self.item
        values: dict[str, object] = {"account_id": self.person.account_id, "item_id": item, "name": "anew", "number": 1}
        return path.format_map(_Ids(values, self.item))


class _Ids(dict[str, object]):
    """Ids by the names of parameters; what isn't known is an item's."""

    def __init__(self, values: dict[str, object], other: str) -> None:
        super().__init__(values)
        self._other = other

    def __missing__(self, _key: str) -> str:
        return self._other


@pytest.fixture(scope="module")
def crews(superuser: psycopg.Connection[Any]) -> tuple[Crew, Crew]:
    superuser.execute("DELETE FROM djms.sign_in_try")
    return Crew(superuser, "ours4api"), Crew(superuser, "theirs4api")


@pytest.fixture(scope="module")
def superuser(cluster: Any) -> Iterator[psycopg.Connection[Any]]:  # noqa: ANN401 - the tests' own server
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        yield connection


def ask(program: Program, crew: Crew, path: str, method: str) -> Any:  # noqa: ANN401 - a response of the test client
    end = path.rpartition("/")[2]
    body = json.dumps(BODIES.get((end, method))).replace("{item}", crew.item) if method in {"POST", "PUT"} else ""
    return program.generic(method, crew.path(path), body, content_type="application/json")


def state(superuser: psycopg.Connection[Any], account_id: UUID | None) -> object:
    """A digest of all that lies in an account."""
    tables = [
        name
        for (name,) in superuser.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'djms' AND column_name = 'account_id' ORDER BY 1"
        )
    ]
    return {
        table: superuser.execute(
            f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM djms.{table} t WHERE account_id = %s".encode(),
            [account_id],
        ).fetchone()
        for table in tables
        if table != "api_token"
    }


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nobody_gets_anything_of_another_account_and_a_reader_changes_nothing(
    crews: tuple[Crew, Crew], superuser: psycopg.Connection[Any], path: str, method: str
) -> None:
    ours, theirs = crews
    before = state(superuser, ours.person.account_id)
    stranger = Program.of(superuser, theirs.person)
    bound = Program.of(superuser, ours.person, only=theirs.person.account_id)
    for program in (stranger, bound):
        answer = ask(program, ours, path, method)
        assert ours.word not in answer.text
        assert "{account_id}" not in path or answer.status_code == HTTPStatus.NOT_FOUND, answer.text
    nobody = ask(Program("nonsense", None), ours, path, method)
    assert nobody.status_code == HTTPStatus.UNAUTHORIZED
    reader = ask(Program.of(superuser, ours.person, writes=False), ours, path, method)
    if method == "GET":
        assert reader.status_code in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}, reader.text
    else:
        assert reader.status_code == HTTPStatus.FORBIDDEN, reader.text
    reader.close()
    assert state(superuser, ours.person.account_id) == before
