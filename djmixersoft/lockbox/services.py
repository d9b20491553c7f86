"""Asking for access to Content, answering, unlocking, noting what is read. Who may what is the doors' to say.

At the desk, for the purposes `support` and `legal-process`; on the site, for `teamwork`. Each answers in a word what
came of it, as its door says (doors/*.sql).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import connection

from djmixersoft.content import keys, stores
from djmixersoft.content.models import AccountKey, Item, ItemKey
from djmixersoft.lockbox.models import Reason, What
from djmixersoft.policy.errors import is_not_signed_in, sqlstate
from djmixersoft.policy.purposes import acting_for, call_door, call_door_row
from djmixersoft.staff.selectors import at_work
from djmixersoft.vault.keys import context
from djmixersoft.vault.ranges import Content

PURPOSES: Final = {"support": "support", "legal": "legal-process"}
"""For which purpose somebody in a role reads."""
CUTTING_OFF: Final = "ending-access"
_OVER: Final = "DJ008"
# The row policies show the item that is unlocked, and its keys, alone.
_WITH_KEYS: Final = """
SELECT i.account_id, i.id, i.blob_id, i.name, i.size, i.sha256, i.media_type, a.wrapped, k.wrapped
  FROM item i
  LEFT JOIN account_key a ON a.account_id = i.account_id
  LEFT JOIN item_key k ON k.account_id = i.account_id AND k.item_id = i.id
"""


class NothingUnlocked(Exception):
    """There is no such reading of whoever asks, or it isn't on record yet what is to be done."""


class ReadingOver(Exception):
    """The reading was closed, its time is over, or its access was revoked; or the item is gone."""


class MayNot(Exception):
    """What is to be done isn't what the access allows: a download, where it says none."""


@dataclass(frozen=True)
class Wish:
    """What somebody here asks for. `hours`: 1 to 8; `words`: why, for the Administrators to read."""

    items: Sequence[UUID]
    reason: Reason
    words: str
    hours: int
    may_download: bool = False


@dataclass(frozen=True)
class Unlocked:
    """What an unlocked item is, to be shown once it was named by its reading; `size` in bytes."""

    account_id: UUID
    item_id: UUID
    kind: str
    name: str = field(repr=False)
    size: int
    media_type: str


@dataclass(frozen=True)
class Terms:
    """As much of a request as an Administrator approves. `starts`: None for at once."""

    items: Sequence[UUID]
    hours: int
    starts: datetime | None = None
    may_download: bool = False


def request_access(
    *, account_id: UUID, role: str, wish: Wish, ticket_id: UUID | None = None, process_id: UUID | None = None
) -> tuple[str, UUID | None]:
    """Ask an account's Administrators: 'asked' and the request's id, or why not (request_access.sql)."""
    row = call_door_row(
        "request_access",
        in_account=account_id,
        wanted=list(wish.items),
        as_role=role,
        for_ticket=ticket_id,
        for_process=process_id,
        reason_code=wish.reason.value,
        told=wish.words,
        for_hours=wish.hours,
        download=wish.may_download,
    )
    return row["outcome"], row["new_request"]


def open_after_notice(*, account_id: UUID, wish: Wish, ticket_id: UUID | None = None) -> tuple[str, UUID | None]:
    """Open an access with a notice to follow: 'opened' and the request's id, or why not (open_after_notice.sql).

    Raises ConfirmAgain, through `acting_for`, where no second factor was shown within the last minutes.
    """
    row = call_door_row(
        "open_after_notice",
        in_account=account_id,
        wanted=list(wish.items),
        for_ticket=ticket_id,
        reason_code=wish.reason.value,
        told=wish.words,
        for_hours=wish.hours,
        download=wish.may_download,
    )
    return row["outcome"], row["new_request"]


def withdraw_request(*, account_id: UUID, request_id: UUID) -> str:
    """Take back a request of one's own: 'done' or 'decided'."""
    return str(call_door("withdraw_request", in_account=account_id, request=request_id))


def answer_question(*, account_id: UUID, request_id: UUID, words: str) -> str:
    """Answer what an Administrator asked back: 'done', 'words' or 'decided'."""
    return str(call_door("answer_question", in_account=account_id, request=request_id, told=words))


def unlock(*, account_id: UUID, grant_id: UUID, item_id: UUID) -> tuple[str, UUID | None]:
    """Unlock one item: 'unlocked' and the reading, or why not (unlock.sql). Nothing is shown before it is committed.

    Raises ConfirmAgain, through `acting_for`, where no second factor was shown within the last minutes.
    """
    row = call_door_row("unlock", in_account=account_id, access=grant_id, of_item=item_id)
    return row["outcome"], row["new_reading"]


def close_reading(*, reading_id: UUID) -> str:
    """Be done with an item: 'done' or 'over'."""
    return str(call_door("close_reading", reading=reading_id))


def look(*, role: str, token: str, reading_id: UUID) -> Unlocked:
    """What an unlocked item is, in a transaction of its own. Raises NothingUnlocked, ReadingOver, NotSignedIn."""
    with _refusals(), acting_for(PURPOSES[role], token=token, named=str(reading_id)):
        row = Item.objects.only("account_id", "id", "kind", "name", "size", "media_type").first()
    if row is None:
        raise ReadingOver
    return Unlocked(row.account_id, row.id, row.kind, row.name, row.size, row.media_type)


def open_reading(*, role: str, token: str, reading_id: UUID, what: What | None = None) -> Content:
    """An unlocked item with its key and its opened blob, to be sent by ranges after this returns.

    `what` is done with it: by default it is played or shown, as its kind is. In two transactions of its own: what is to
    be done is on record before the key is read. To be called anew for each request, so that the database is asked
    each time.

    Raises:
        NothingUnlocked: no such reading of theirs.
        ReadingOver: it is over.
        MayNot: the access allows no download.
        NotSignedIn: nobody is signed in, or not in that role.
        Missing, KeyRefused: the blob isn't there; a key was altered.

    """
    with _refusals(), acting_for(PURPOSES[role], token=token, named=str(reading_id)):
        at_work(role)
        outcome = call_door("note_reading", reading=reading_id, doing=what and what.value)
    if outcome != "noted":
        raise {"over": ReadingOver, "no-download": MayNot}.get(outcome, NothingUnlocked)
    return content_of(role=role, token=token, reading_id=reading_id)


def content_of(*, role: str, token: str, reading_id: UUID) -> Content:
    """An unlocked item of which it is on record what is done with it; otherwise as `open_reading`."""
    with _refusals(), acting_for(PURPOSES[role], token=token, named=str(reading_id)), connection.cursor() as cursor:
        cursor.execute(_WITH_KEYS)
        row = cursor.fetchone()
    if row is None:
        raise ReadingOver
    account_id, item_id, blob_id, name, size, sha256, media_type, of_account, of_item = row
    if blob_id is None or sha256 is None:
        raise NothingUnlocked
    try:
        key = keys.unwrapped(account_id, item_id, of_account, of_item)
    except (ItemKey.DoesNotExist, AccountKey.DoesNotExist) as error:
        raise ReadingOver from error  # removed a moment ago, and its key with it
    return Content(
        file=stores.blobs().open(str(blob_id)),
        key=key,
        context=context(account_id, item_id, blob_id),
        name=name,
        size=size,
        sha256=bytes(sha256),
        media_type=media_type,
    )


def approve(*, account_id: UUID, request_id: UUID, terms: Terms) -> str:
    """Approve a request or less of it: 'done', or why not (decide_request.sql)."""
    return _decide(account_id, request_id, "approve", terms, "")


def deny(*, account_id: UUID, request_id: UUID) -> str:
    """Refuse a request: 'done', or why not."""
    return _decide(account_id, request_id, "deny", None, "")


def ask_back(*, account_id: UUID, request_id: UUID, words: str) -> str:
    """Ask whoever wants access something first: 'done', or why not."""
    return _decide(account_id, request_id, "ask", None, words)


def revoke_grant(*, account_id: UUID, grant_id: UUID) -> str:
    """Revoke an access: 'done', 'ended' or 'not-yours'."""
    return str(call_door("revoke_grant", in_account=account_id, access=grant_id))


def acknowledge_notice(*, account_id: UUID, notice_id: UUID) -> str:
    """Say that one has seen of which access one was told: 'done' or 'not-yours'."""
    return str(call_door("acknowledge_notice", in_account=account_id, notice=notice_id))


def allow_after_notice(*, account_id: UUID, allowed: bool) -> str:
    """Let support open an access with a notice to follow, or end that: 'done' or 'not-yours'."""
    return str(call_door("allow_after_notice", in_account=account_id, allowed=allowed))


def cut_off_readers() -> int:
    """End the desk's sessions that read by an access that was revoked, or is over; how many there were."""
    with acting_for(CUTTING_OFF):
        return int(call_door("end_readers"))


def _decide(account_id: UUID, request_id: UUID, decision: str, terms: Terms | None, words: str) -> str:
    return str(
        call_door(
            "decide_request",
            in_account=account_id,
            request=request_id,
            decision=decision,
            chosen=list(terms.items) if terms else None,
            for_hours=terms.hours if terms else None,
            from_then=terms.starts if terms else None,
            download=terms.may_download if terms else False,
            told=words,
        )
    )


@contextmanager
def _refusals() -> Iterator[None]:
    """Names the database's refusals; who isn't signed in is told by `acting_for`."""
    try:
        yield
    except DatabaseError as error:
        if sqlstate(error) == _OVER:
            raise ReadingOver from error
        if sqlstate(error) == "42501" and not is_not_signed_in(error):
            raise NothingUnlocked from error
        raise
