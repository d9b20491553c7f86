"""What is read of questions: by whoever asked, signed in or with a mailed link."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import Error as DatabaseError

from djmixersoft.contact.models import State, Ticket, TicketItem, TicketMessage
from djmixersoft.policy.errors import sqlstate
from djmixersoft.policy.purposes import acting_for, call_door_row

PER_PAGE = 50
# What who asked may see of a question: not who looks after it.
_COLUMNS = ("id", "reference", "topic", "subject", "state", "created_at", "updated_at")


class NoThread(Exception):
    """The presented link opens no thread."""


@dataclass(frozen=True)
class Asker:
    """Who is about to ask: the address of who is signed in, or ''. `puzzle_key`: what puzzles are signed with."""

    email: str
    puzzle_key: bytes = field(repr=False)


@dataclass(frozen=True)
class TicketRow:
    """A question in a list; `turn` says whose it is to do something."""

    id: UUID
    reference: str
    topic: str
    subject: str
    state: State
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Said:
    """One message of a thread; `by`: the pseudonym of who answered for the company, '' for who asked."""

    text: str = field(repr=False)
    at: datetime
    by: str


@dataclass(frozen=True)
class Thread:
    """A question with all that was said. `item`: the account and item that it is about, where a member named one."""

    ticket: TicketRow
    said: list[Said]
    item: tuple[UUID, UUID] | None = None


@dataclass(frozen=True)
class Draft:
    """A question that waits to be sent."""

    topic: str
    text: str = field(repr=False)


def asker() -> Asker:
    """Who is signed in, if anybody, for the purposes `contact` and `teamwork`."""
    row = call_door_row("asker")
    return Asker(row["address"] or "", bytes(row["puzzle_key"]))


@contextmanager
def holding(secret: str) -> Iterator[Thread | Draft]:
    """A transaction for whoever holds a mailed link, and what it opens. Raises NoThread."""
    try:
        with acting_for("contact", token=secret):
            draft = call_door_row("look_at_draft")
            if draft["topic"]:
                yield Draft(draft["topic"], draft["words"])
                return
            row = Ticket.objects.values_list(*_COLUMNS).first()
            if row is None:
                raise NoThread
            yield Thread(_row(*row), _said(row[0]))
    except DatabaseError as error:
        if sqlstate(error) == "42501" and "no such thread" in str(error):
            raise NoThread from None
        raise


def my_tickets(*, page: int) -> tuple[list[TicketRow], bool]:
    """One's own questions, those with news first, and whether there are more; for the purpose `self-service`."""
    start = (page - 1) * PER_PAGE
    rows = list(Ticket.objects.order_by("-updated_at", "id").values_list(*_COLUMNS)[start : start + PER_PAGE + 1])
    return [_row(*row) for row in rows[:PER_PAGE]], len(rows) > PER_PAGE


def my_thread(ticket_id: UUID) -> Thread | None:
    """One of one's own questions with all that was said; None where it isn't one's own."""
    row = Ticket.objects.filter(id=ticket_id).values_list(*_COLUMNS).first()
    if row is None:
        return None
    item = TicketItem.objects.filter(ticket_id=ticket_id).values_list("account_id", "item_id").first()
    return Thread(_row(*row), _said(ticket_id), item)


def _row(
    ticket_id: UUID, reference: str, topic: str, subject: str, state: str, created_at: datetime, updated_at: datetime
) -> TicketRow:
    return TicketRow(ticket_id, reference, topic, subject, State(state), created_at, updated_at)


def _said(ticket_id: UUID) -> list[Said]:
    rows = TicketMessage.objects.filter(ticket_id=ticket_id).order_by("at", "id").values_list("text", "at", "signature")
    return [Said(*row) for row in rows]
