"""What support does with questions, for the purpose `support`. The database's doors judge it, and do it."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from djmixersoft.contact.inbox import Row
from djmixersoft.contact.models import CannedReply, State
from djmixersoft.policy.purposes import call_door


class Meanwhile(Exception):
    """Somebody wrote, or did something with the question, since it was looked at."""


class Gone(Exception):
    """There is no such question (any more)."""


class NotOfSupport(Exception):
    """Whoever is to look after the question doesn't answer questions (any more)."""


class TitleTaken(Exception):
    """There is a ready answer of that title."""


def reply(ticket_id: UUID, text: str, *, seen: int, closing: bool) -> None:
    """Answers a question; the answer goes out by mail. `seen`: how many messages there were. Raises Meanwhile, Gone."""
    _judge(call_door("reply_to_ticket", ticket=ticket_id, words=text, seen_messages=seen, closing=closing))


def hand_to(ticket: Row, staff_id: UUID | None) -> None:
    """Gives a question, as it was seen, to somebody, or to nobody. Raises Meanwhile, Gone, NotOfSupport."""
    _set(ticket, ticket.state, staff_id)


def set_state(ticket: Row, state: State) -> None:
    """Closes a question, as it was seen, or opens it again. Raises Meanwhile, Gone, NotOfSupport."""
    _set(ticket, state, ticket.assigned_to)


def write_reply(title: str, text: str, *, me: UUID) -> None:
    """Keeps an answer ready, in one's own name. Raises TitleTaken."""
    try:
        with transaction.atomic():
            CannedReply.objects.bulk_create([CannedReply(title=title, text=text, written_by=me)])
    except IntegrityError:
        raise TitleTaken from None


def rewrite_reply(reply_id: UUID, title: str, text: str) -> None:
    """Changes what a ready answer says. Raises TitleTaken."""
    try:
        with transaction.atomic():
            CannedReply.objects.filter(id=reply_id).update(title=title, text=text, changed_at=Now())
    except IntegrityError:
        raise TitleTaken from None


def remove_reply(reply_id: UUID) -> None:
    """Removes a ready answer. No error where somebody else did."""
    CannedReply.objects.filter(id=reply_id).delete()


def _set(ticket: Row, state: State, staff_id: UUID | None) -> None:
    _judge(
        call_door(
            "set_ticket",
            ticket=ticket.id,
            was=ticket.state.value,
            was_with=ticket.assigned_to,
            new_state=state.value,
            looks_after=staff_id,
        )
    )


def _judge(outcome: str) -> None:
    match outcome:
        case "meanwhile":
            raise Meanwhile
        case "gone":
            raise Gone
        case "nobody":
            raise NotOfSupport
