"""What can go wrong between the policy and a request."""

from django.db import Error as DatabaseError


class RulesError(Exception):
    """rules.toml says something that can't be followed. The text names the file and the line."""


class NotSignedIn(Exception):
    """The request's purpose needs a signed-in person, and the database knows none by its token."""


class MayOnlyRead(Exception):
    """The token that a program shows is good for reading only, and this would have been more than that."""


def sqlstate(error: DatabaseError) -> str:
    """The SQLSTATE of the database error behind Django's, or '' where there is none."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def is_not_signed_in(error: DatabaseError) -> bool:
    """Whether the database refused because no person is signed in (current_person() raised)."""
    return sqlstate(error) == "42501" and "no signed-in person" in str(error)
