"""What one of our own people sees of themselves at the desk, for the purpose `desk-sign-in`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from djmixersoft.policy.purposes import call_door, call_door_row


@dataclass(frozen=True)
class Me:
    """Whoever typed their password at the desk. `proven`: a second factor was shown too; `confirmed`: lately."""

    id: UUID
    session: UUID
    pseudonym: str
    email: str
    roles: tuple[str, ...]
    enrols: bool
    proven: bool
    confirmed: bool
    expires: datetime
    challenge: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Factor:
    """One of somebody's second factors. `kind`: totp or passkey."""

    id: UUID
    kind: str
    name: str
    sealed: bytes = field(repr=False)
    credential_id: bytes | None
    public_key: bytes | None
    sign_count: int
    last_step: int
    created_at: datetime


def me() -> Me:
    """Whose session the browser holds, proven or not; notes that it is used. Raises NotSignedIn."""
    row = call_door_row("my_staff_session")
    challenge = row["challenge"]
    return Me(
        row["staff"],
        row["session"],
        row["pseudonym"],
        row["email"],
        tuple(row["roles"]),
        row["enrols"],
        row["proven"],
        row["confirmed"],
        row["expires"],
        None if challenge is None else bytes(challenge),
    )


def at_work(role: str) -> tuple[str, ...]:
    """All roles of whoever acts, one of us in this role; notes that their session is used. Raises NotSignedIn.

    For the purpose that the role is for; through `acting_for`, as all that a door raises.
    """
    return tuple(call_door("at_work", role=role))


def factors() -> Sequence[Factor]:
    """The second factors of whoever holds the session, oldest first. Raises NotSignedIn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM djms.my_factors()")
        return [Factor(**_row(cursor.description, row)) for row in cursor.fetchall()]


def link_state(token: str) -> tuple[str, str, str]:
    """How a one-time link stands ('open', 'expired' or 'unknown'), and whom it is for: address and pseudonym."""
    row = call_door_row("look_at_staff_link", token=token)
    return row["state"], row["email"] or "", row["pseudonym"] or ""


def _row(columns: Any, row: Sequence[Any]) -> dict[str, Any]:  # noqa: ANN401 - a cursor's own description
    bare = {column.name: value for column, value in zip(columns, row, strict=True)}
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in bare.items()}
