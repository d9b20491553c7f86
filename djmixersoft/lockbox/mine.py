"""What whoever works here asked for, was granted and unlocked: their own, for `support` and `legal-process`.

Ids, states and times. No name of an item, of an account or of a person is in any of it. What is over is told by the
program's clock here, for the page; what may be read, by the database's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils import timezone

from djmixersoft.lockbox.models import Grant, GrantItem, Reading, Request, State

MOST: Final = 50
"""How many requests a page lists, latest first."""
ITEMS: Final = 500
"""How many items of an access a page lists."""
_WAITING: Final = frozenset({State.PENDING, State.ASKED})


@dataclass(frozen=True)
class Asked:
    """A request of one's own. `state`: see models.State, or `expired`."""

    row: Request
    state: str

    @property
    def is_waiting(self) -> bool:
        """Whether its answer is still to come."""
        return self.state in _WAITING


@dataclass(frozen=True)
class Granted:
    """What came of a request. `standing`: `open`, `not-yet`, `over` or `revoked`; `items`: the first of them."""

    row: Grant
    standing: str
    items: Sequence[UUID]


@dataclass(frozen=True)
class Opened:
    """A reading of one's own. `is_open`: neither closed nor over; its access may have been revoked all the same."""

    row: Reading
    request_id: UUID
    may_download: bool
    is_open: bool


def requests() -> list[Asked]:
    """One's own requests, latest first."""
    return [_asked(row) for row in Request.objects.order_by("-created_at")[:MOST]]


def request(request_id: UUID) -> Asked | None:
    """One of one's own requests."""
    row = Request.objects.filter(id=request_id).first()
    return _asked(row) if row else None


def grant(asked: Asked) -> Granted | None:
    """What was granted of a request."""
    row = Grant.objects.filter(account_id=asked.row.account_id, request_id=asked.row.id).first()
    if row is None:
        return None
    covered = GrantItem.objects.filter(account_id=row.account_id, grant_id=row.id).order_by("item_id")
    return Granted(row, _standing(row), list(covered.values_list("item_id", flat=True)[:ITEMS]))


def readings(granted: Granted) -> list[Opened]:
    """What one unlocked by an access, latest first."""
    rows = Reading.objects.filter(account_id=granted.row.account_id, grant_id=granted.row.id)
    return [_opened(row, granted.row) for row in rows.order_by("-at")[:MOST]]


def reading(reading_id: UUID) -> Opened | None:
    """One of one's own readings."""
    row = Reading.objects.filter(id=reading_id).first()
    if row is None:
        return None
    return _opened(row, Grant.objects.get(account_id=row.account_id, id=row.grant_id))


def _asked(row: Request) -> Asked:
    is_over = row.state in _WAITING and row.expires <= timezone.now()
    return Asked(row, "expired" if is_over else row.state)


def _standing(row: Grant) -> str:
    now = timezone.now()
    if row.revoked_at:
        return "revoked"
    if row.ends <= now:
        return "over"
    return "not-yet" if row.starts > now else "open"


def _opened(row: Reading, of: Grant) -> Opened:
    is_open = row.closed_at is None and not of.revoked_at and min(row.ends, of.ends) > timezone.now()
    return Opened(row, of.request_id, of.may_download, is_open)
