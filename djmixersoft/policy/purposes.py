"""Acting for a purpose: the one way to the database.

A purpose is a PostgreSQL role, and its transaction carries the browser's secret; what the role may see and do is
compiled from policy/rules.toml. Outside such a transaction a login has no right at all.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import Func, UUIDField

from djmixersoft.policy.errors import (
    ASKS_TO_CONFIRM,
    ConfirmAgain,
    MayOnlyRead,
    NotSignedIn,
    is_not_signed_in,
    sqlstate,
)
from djmixersoft.policy.rules import role_of

Marked = TypeVar("Marked", bound=Callable[..., Any])
Argument = str | bytes | int | bool | UUID | date | list[UUID] | list[str] | None

_TAKE = (
    "SELECT set_config('role', %s, true), set_config('djms.token', %s, true), set_config('djms.named', %s, true),"
    " set_config('djms.bearer', %s, true)"
)
# Once a transaction has read anything, nothing in it can undo this (PostgreSQL's SET TRANSACTION).
_READ_ONLY = ", set_config('transaction_read_only', 'on', true)"


@contextmanager
def acting_for(
    purpose: str,
    *,
    token: str | None = None,
    named: str | None = None,
    bearer: str | None = None,
    read_only: bool = False,
) -> Iterator[None]:
    """One transaction for one purpose, the outermost: its first statement sets role and secret, which end with it.

    `token`: what the browser's session cookie holds, or a link's secret for the purpose `sharing`. `bearer`: the token
    that a person's program shows, where the purpose takes programs; one that may only read is believed with
    `read_only` alone, where every change is refused. `named`: the exact key of the one row asked for, where the
    purpose's rows are `named`. Raises NotSignedIn where the database knows nobody by the token,
    ConfirmAgain, and MayOnlyRead.
    """
    try:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                take = _TAKE + (_READ_ONLY if read_only else "")
                cursor.execute(take, [role_of(purpose), _clean(token), named or "", _clean(bearer)])
            yield
    except DatabaseError as error:
        if is_not_signed_in(error):
            raise NotSignedIn from error
        if sqlstate(error) == "DJ005":
            raise MayOnlyRead from error
        if sqlstate(error) == ASKS_TO_CONFIRM:
            raise ConfirmAgain from error
        raise


def release_connection() -> None:
    """Gives the connection back to the pool; the next transaction takes one anew.

    Before long work without the database (hashing a password, streaming a file), so that nobody waits for a connection
    that is only held.
    """
    connection.close()


class CurrentPerson(Func):
    """The id of whoever acts in their accounts, as the database knows it, inside a query of the purpose `teamwork`."""

    template = "(SELECT djms.current_member())"
    output_field = UUIDField()


def _clean(token: str | None) -> str:
    """A cookie may hold anything; what PostgreSQL can't hold in a text names no session."""
    return "" if token is None or "\x00" in token else token


def purpose(name: str, *, own_transaction: bool = False, asks_first: bool = False) -> Callable[[Marked], Marked]:
    """Marks a view with its one purpose.

    `own_transaction`: it calls `acting_for` itself, for moments only, because between them it hashes a password or
    streams a file. `asks_first`: and whether whoever asks may is the first thing that it asks the database.
    """

    def mark(function: Marked) -> Marked:
        function.purpose = name  # type: ignore[attr-defined]  # a function can carry attributes, its type can't say so
        function.own_transaction = own_transaction  # type: ignore[attr-defined]  # as above
        function.asks_first = asks_first  # type: ignore[attr-defined]  # as above
        return function

    return mark


def purpose_of(function: object) -> str | None:
    """The purpose that a view or a job is marked with."""
    found = getattr(function, "purpose", None)
    return found if isinstance(found, str) else None


def call_door(name: str, /, **arguments: Argument) -> Any:  # noqa: ANN401 - what a door answers is the door's
    """Calls a door of the database (policy/rules.toml, [[doors]]) and returns its one value."""
    return next(iter(call_door_row(name, **arguments).values()))


def call_door_row(name: str, /, **arguments: Argument) -> dict[str, Any]:
    """Calls a door of the database and returns its out parameters by name."""
    given = ", ".join(f"{key} => %s" for key in arguments)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM djms.{name}({given})", list(arguments.values()))  # noqa: S608 - names are ours
        row = cursor.fetchone()
        columns = [column.name for column in cursor.description or ()]
    return dict(zip(columns, row or (), strict=True))
