"""What support reads of questions, for the purpose `support`."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection
from django.db.models import Func, UUIDField

from djmixersoft.contact.models import CannedReply, State, Ticket, TicketItem, TicketMessage
from djmixersoft.contact.selectors import Said
from djmixersoft.policy.purposes import call_door, call_door_row

PER_PAGE = 50
_COLUMNS = ("id", "reference", "topic", "subject", "state", "email", "assigned_to", "created_at", "updated_at")


class With(StrEnum):
    """Who looks after a question, as the inbox may be narrowed by it."""

    ANYBODY = ""
    ME = "me"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Row:
    """A question in the inbox. `looked_after_by`: a pseudonym, '' for nobody."""

    id: UUID
    reference: str
    topic: str
    subject: str = field(repr=False)
    state: State
    email: str = field(repr=False)
    assigned_to: UUID | None
    created_at: datetime
    updated_at: datetime
    looked_after_by: str = ""


@dataclass(frozen=True)
class About:
    """All that support is told about who asked, and about the account that they named."""

    was_signed_in: bool
    address_proven: bool
    is_registered: bool
    account: UUID | None
    is_member: bool
    is_administrator: bool


@dataclass(frozen=True)
class Letter:
    """A question with all that was said, what is known of who asked, and the ids of items that they named."""

    ticket: Row
    said: list[Said]
    about: About
    items: list[UUID]


class _CurrentStaff(Func):
    template = "(SELECT djms.current_staff('support'))"
    output_field = UUIDField()


def me() -> UUID:
    """Who of support acts. Raises NotSignedIn."""
    found: UUID = call_door("current_staff", role="support")
    return found


def support_staff() -> dict[UUID, str]:
    """Who answers questions: pseudonyms by id. Raises NotSignedIn, so that no empty inbox looks like none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, pseudonym FROM djms.support_staff()")
        return dict(cursor.fetchall())


def inbox(*, state: State | None, whose: With, page: int, staff: dict[UUID, str]) -> tuple[list[Row], bool]:
    """The questions in a state, or all; and whether there are more. Who has waited longest comes first."""
    found = Ticket.objects.order_by("updated_at" if state is State.OPEN else "-updated_at", "id")
    if state is not None:
        found = found.filter(state=state)
    if whose is With.ME:
        found = found.filter(assigned_to=_CurrentStaff())
    elif whose is With.NOBODY:
        found = found.filter(assigned_to=None)
    start = (page - 1) * PER_PAGE
    rows = list(found.values_list(*_COLUMNS)[start : start + PER_PAGE + 1])
    return [_row(row, staff) for row in rows[:PER_PAGE]], len(rows) > PER_PAGE


def letter(ticket_id: UUID, *, staff: dict[UUID, str]) -> Letter | None:
    """One question, whole; None where there is no such (any more)."""
    row = Ticket.objects.filter(id=ticket_id).values_list(*_COLUMNS).first()
    if row is None:
        return None
    said = TicketMessage.objects.filter(ticket_id=ticket_id).order_by("at", "id")
    items = TicketItem.objects.filter(ticket_id=ticket_id).order_by("item_id").values_list("item_id", flat=True)
    about = About(**call_door_row("about_asker", ticket=ticket_id))
    return Letter(
        _row(row, staff), [Said(*one) for one in said.values_list("text", "at", "signature")], about, list(items)
    )


def canned_replies() -> list[CannedReply]:
    """The answers that are ready to be used again, by title."""
    return list(CannedReply.objects.order_by("title", "id"))


def canned_reply(reply_id: UUID) -> CannedReply | None:
    """One of them; None where there is no such (any more)."""
    return CannedReply.objects.filter(id=reply_id).first()


def _row(row: tuple[object, ...], staff: dict[UUID, str]) -> Row:
    given = dict(zip(_COLUMNS, row, strict=True))
    given["state"] = State(str(given["state"]))
    assigned = given["assigned_to"]
    name = staff.get(assigned, "?") if isinstance(assigned, UUID) else ""
    return Row(**given, looked_after_by=name)  # type: ignore[arg-type]  # the columns are the fields
