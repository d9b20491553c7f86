"""Which roles whoever asks for a page has, as far as answering it found out anyway: the menu shows what they cover."""

from contextvars import ContextVar
from typing import Final

_ROLES: Final[ContextVar[tuple[str, ...]]] = ContextVar("roles", default=())


def begin() -> None:
    """Know nothing yet, as each request does at first."""
    _ROLES.set(())


def note(roles: tuple[str, ...]) -> None:
    """Keep the roles of whoever was just found to be at work, for the rest of the request."""
    _ROLES.set(roles)


def known() -> tuple[str, ...]:
    """The roles that were noted; none where nobody is at work, or it isn't known."""
    return _ROLES.get()
