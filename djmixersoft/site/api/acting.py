"""How a program acts: as the person whose token it shows, for the purpose `teamwork`, reading only where it only reads.

The token is believed by the database alone. A cookie means nothing here, so no page of another site can use one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final, TypeVar
from uuid import UUID

from django.http import Http404, HttpRequest

from djmixersoft.accounts import selectors as accounts
from djmixersoft.policy.errors import NotSignedIn
from djmixersoft.policy.purposes import acting_for

Operation = TypeVar("Operation", bound=Callable[..., Any])

_SCHEME: Final = "bearer "


def bearer_of(request: HttpRequest) -> str:
    """Return the token that a program shows (RFC 6750 §2.1). Raises NotSignedIn where it shows none."""
    given = request.headers.get("Authorization", "")
    if not given.lower().startswith(_SCHEME):
        raise NotSignedIn
    return given[len(_SCHEME) :].strip()


@contextmanager
def acting(request: HttpRequest, *, account_id: UUID | None = None, read_only: bool = False) -> Iterator[None]:
    """One transaction as the bearer. Raises NotSignedIn, MayOnlyRead; Http404 for an account that isn't theirs."""
    with acting_for("teamwork", bearer=bearer_of(request), read_only=read_only):
        if account_id is not None and accounts.account(account_id) is None:
            accounts.my_person_id()
            raise Http404
        yield


def reading(operation: Operation) -> Operation:
    """Have an operation run in a transaction of the bearer's in which nothing can be changed."""
    return _within(operation, read_only=True)


def writing(operation: Operation) -> Operation:
    """Have an operation run in a transaction of the bearer's."""
    return _within(operation, read_only=False)


def _within(operation: Operation, *, read_only: bool) -> Operation:
    @wraps(operation)
    def run(request: HttpRequest, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - any operation's
        with acting(request, account_id=named.get("account_id"), read_only=read_only):
            return operation(request, *arguments, **named)

    return run  # type: ignore[return-value]  # same signature, which is what `wraps` keeps
