"""How PostgreSQL is to join the items of one account with what is looked for among them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


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


def _allow_loops(allowed: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_nestloop', %s, true)", [allowed])
