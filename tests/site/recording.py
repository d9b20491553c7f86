"""Putting things on record and erasing them, past the pages; and reading the pages that show what is."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import psycopg

from tests.site.browsing import Person
from tests.site.proving import Exported, proven_export

Seal = Callable[[], None]
Superuser = psycopg.Connection[Any]
RENAMED = "administrator:account:renamed"


def put_on_record(superuser: Superuser, person: Person, count: int) -> None:
    """As if an account had been renamed so often."""
    superuser.execute(
        "SELECT djms.record(%s, %s, null, jsonb_build_object('number', n)) FROM generate_series(1, %s) n",
        (RENAMED, person.account_id, count),
    )


def erase(superuser: Superuser, person: Person, index: int) -> None:
    """As law may ask for it: bytes and salt are gone, and an entry says so."""
    superuser.execute(
        "UPDATE djms.ledger_entry SET entry = null, salt = null WHERE id ="
        " (SELECT entry_id FROM djms.ledger_leaf WHERE account_id = %s AND index = %s)",
        (person.account_id, index),
    )
    superuser.execute(
        "SELECT djms.record('ledger:entry:erased', %s, null, jsonb_build_object('index', %s::int))",
        (person.account_id, index),
    )


def lines(page: Any) -> list[str]:  # noqa: ANN401 - a response of the test client
    """The words of each entry that a page shows."""
    rows = re.findall(r'<li class="row">(.*?)</li>', page.text.partition('id="entries"')[2], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def exported(person: Person, path: str, vkey: str) -> Exported:
    answer = person.get(path)
    assert answer.status_code == HTTPStatus.OK
    return proven_export(answer.getvalue(), vkey)


@contextmanager
def heads_say(superuser: Superuser, *, trouble: str = "", damage: int = 0) -> Iterator[None]:
    """The sealer, or the check that reads everything again, has found something wrong."""
    say = "UPDATE djms.ledger_heads SET trouble = %s, damage = %s"
    superuser.execute(say, [trouble, damage])
    try:
        yield
    finally:
        superuser.execute(say, ["", 0])
