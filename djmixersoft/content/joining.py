"""How PostgreSQL is to join the items of one account with what is looked for among them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def joined_by_hash() -> Iterator[None]:
    """Within the block, which is part of a transaction, an account's rows are gone through once, not again and again.

    The row policies name one's accounts beside the account that a statement asks for. PostgreSQL takes these for
    independent, expects hardly a row, and so takes any index for as good as the one with the id: then it goes through
    all of the account's items once for each of those that are moved, thrown away or found.
    """
    _allow_loops("off")
    yield
    # After an error this needs no undoing: the transaction, or its savepoint, is rolled back, and this with it.
    _allow_loops("on")


def execute_anew(cursor: CursorWrapper, sql: str, arguments: Mapping[str, object]) -> None:
    """Run a statement with a plan for these very arguments.

    A prepared one gets a plan for any arguments after some times; in a large account that takes three times as long.
    """
    with connection.wrap_database_errors:
        cursor.cursor.execute(sql, arguments, prepare=False)


def _allow_loops(allowed: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_nestloop', %s, true)", [allowed])
