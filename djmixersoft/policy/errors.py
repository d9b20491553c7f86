"""What can go wrong between the policy and a request."""

from django.db import Error as DatabaseError

NOBODY = ("no signed-in person", "no signed-in staff")
ASKS_TO_CONFIRM = "DJ007"


class RulesError(Exception):
    """rules.toml says something that can't be followed. The text names the file and the line."""


class NotSignedIn(Exception):
    """The request's purpose needs a signed-in person, and the database knows none by its token."""


class ConfirmAgain(Exception):
    """What is asked for needs a second factor shown within the last 5 minutes (staff_confirmed() raised)."""


class MayOnlyRead(Exception):
    """The token that a program shows is good for reading only, and this would have been more than that."""


def sqlstate(error: DatabaseError) -> str:
    """The SQLSTATE of the database error behind Django's, or '' where there is none."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def is_not_signed_in(error: DatabaseError) -> bool:
    """Whether the database refused because nobody is signed in (current_person() or current_staff() raised)."""
    return sqlstate(error) == "42501" and any(said in str(error) for said in NOBODY)
