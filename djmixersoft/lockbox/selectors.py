"""Accesses as they are shown: to an account's Administrators all of the account's, at the desk one's own.

The row policies tell which of the two, by the purpose.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from djmixersoft.lockbox.models import (
    Basis,
    Grant,
    GrantItem,
    Notice,
    Reading,
    ReadingUse,
    Reason,
    Request,
    Setting,
    State,
    What,
)
from djmixersoft.people.selectors import AnyOf

PAGE_SIZE: Final = 50
EXPIRED: Final = "expired"
MOST_COVERED: Final = 500
"""Items of one access that a page shows."""
MOST_USES: Final = 1_000
"""Readings of one access that a page shows."""


@dataclass(frozen=True)
class Use:
    """What was done with an item that was unlocked."""

    what: str
    at: datetime
    last_at: datetime
    times: int

    @property
    def words(self) -> str:
        """In words."""
        return str(What(self.what).label)


@dataclass(frozen=True)
class ReadingRow:
    """That an item was unlocked, and what was done with it. `ended`: when it was closed or its time was over, if so."""

    id: UUID
    item_id: UUID
    at: datetime
    ended: datetime | None
    uses: list[Use]


@dataclass(frozen=True)
class MyReading:
    """An item that one unlocked oneself, as the desk's page of it needs it."""

    id: UUID
    request_id: UUID
    ends: datetime
    may_download: bool


@dataclass(frozen=True)
class NoticeRow:
    """A notice to the Administrators."""

    id: UUID
    sent_at: datetime | None
    acknowledged_at: datetime | None


@dataclass(frozen=True)
class GrantRow:
    """What was granted of a request. `state`: 'open', 'later', 'over' or 'revoked'."""

    id: UUID
    basis: str
    approved_by: UUID | None
    items: int
    starts: datetime
    ends: datetime
    may_download: bool
    revoked_at: datetime | None
    revoked_by: UUID | None
    state: str
    notice: NoticeRow | None = None
    signed_by: UUID | None = None


@dataclass(frozen=True)
class RequestRow:
    """A request for access, as it stands. `state`: one of `State`'s, or 'expired'."""

    account_id: UUID
    id: UUID
    role: str
    pseudonym: str
    items: list[UUID]
    reason: str
    words: str
    hours: int
    may_download: bool
    created_at: datetime
    expires: datetime
    state: str
    question: str
    answer: str
    decided_by: UUID | None
    decided_at: datetime | None
    grant: GrantRow | None = None
    process_id: UUID | None = None
    readings: list[ReadingRow] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether it can still be answered."""
        return self.state in {State.PENDING, State.ASKED}

    @property
    def why(self) -> str:
        """The reason in words."""
        return str(Reason(self.reason).label)


def requests(account_id: UUID | None = None, *, page: int = 1) -> tuple[list[RequestRow], bool]:
    """A page of the requests that whoever asks may see, latest first, and whether there is a next one.

    `account_id`: of one account only; without one, at the desk, what the notices became is left out. What was granted
    is with each, what was read isn't.
    """
    start = (page - 1) * PAGE_SIZE
    found = Request.objects.filter(**({"account_id": account_id} if account_id else {})).order_by("-created_at", "id")
    rows = list(found[start : start + PAGE_SIZE + 1])
    grants = _grants(rows[:PAGE_SIZE], with_notices=account_id is not None)
    return [_request(row, grants.get(row.id)) for row in rows[:PAGE_SIZE]], len(rows) > PAGE_SIZE


def request(account_id: UUID, request_id: UUID) -> RequestRow | None:
    """One request, with what was granted and exactly what was read; None for any that isn't whoever asks's to see."""
    return _whole(Request.objects.filter(account_id=account_id, id=request_id).first(), with_notices=True)


def my_request(request_id: UUID) -> RequestRow | None:
    """The same at the desk, for one's own, without what the notice became."""
    return _whole(Request.objects.filter(id=request_id).first(), with_notices=False)


def my_grant(request_id: UUID) -> tuple[UUID, UUID] | None:
    """The account and the id of what was granted of a request of one's own, at the desk."""
    return Grant.objects.filter(request_id=request_id).values_list("account_id", "id").first()


def my_reading(reading_id: UUID) -> MyReading | None:
    """One of one's own readings, at the desk."""
    row = Reading.objects.filter(id=reading_id).first()
    if row is None:
        return None
    grant = Grant.objects.get(account_id=row.account_id, id=row.grant_id)
    return MyReading(row.id, grant.request_id, row.ends, grant.may_download)


def waiting() -> Counter[UUID]:
    """How many requests wait for an answer, and notices for being seen, by account that whoever asks administers."""
    open_ones = Request.objects.filter(state=State.PENDING, expires__gt=timezone.now())
    unseen = Notice.objects.filter(acknowledged_at=None)
    return Counter(open_ones.values_list("account_id", flat=True).union(unseen.values_list("account_id"), all=True))


def allows_after_notice(account_id: UUID) -> bool:
    """Whether an account lets support open an access of which it is told afterwards."""
    return Setting.objects.filter(account_id=account_id, after_notice=True).exists()


def open_unasked(account_id: UUID) -> set[str]:
    """On what the accesses rest (`Basis`) that are open in an account now, and that no Administrator approved."""
    found = Grant.objects.filter(account_id=account_id, revoked_at=None, ends__gt=timezone.now())
    return set(found.exclude(basis=Basis.APPROVAL).values_list("basis", flat=True))


def covered(account_id: UUID, grant_id: UUID) -> list[UUID]:
    """The ids of the items that a grant covers, the first MOST_COVERED."""
    found = GrantItem.objects.filter(account_id=account_id, grant_id=grant_id)
    return list(found.order_by("item_id").values_list("item_id", flat=True)[:MOST_COVERED])


def covered_among(account_id: UUID, grant_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Those among some ids that a grant covers. A folder is never one of them: what lay in it is."""
    found = GrantItem.objects.filter(AnyOf(F("item_id"), ids), account_id=account_id, grant_id=grant_id)
    return set(found.values_list("item_id", flat=True))


def open_reading_of(account_id: UUID, grant_id: UUID) -> UUID | None:
    """The reading under a grant that is open now, at the desk; there is one at most."""
    found = Reading.objects.filter(account_id=account_id, grant_id=grant_id, closed_at=None, ends__gt=timezone.now())
    return found.values_list("id", flat=True).first()


def _whole(row: Request | None, *, with_notices: bool) -> RequestRow | None:
    if row is None:
        return None
    grant = _grants([row], with_notices=with_notices).get(row.id)
    return _request(row, grant, _readings(row.account_id, grant.id) if grant else [])


def _grants(rows: list[Request], *, with_notices: bool) -> dict[UUID, GrantRow]:
    ids = [row.id for row in rows]
    accounts = {row.account_id for row in rows}
    grants = list(Grant.objects.filter(account_id__in=accounts, request_id__in=ids))
    told = {}
    if with_notices and any(one.basis != "approval" for one in grants):
        told = {
            one.grant_id: NoticeRow(one.id, one.sent_at, one.acknowledged_at)
            for one in Notice.objects.filter(account_id__in=accounts, grant_id__in=[one.id for one in grants])
        }
    return {
        one.request_id: GrantRow(
            one.id,
            one.basis,
            one.approved_by,
            one.items,
            one.starts,
            one.ends,
            one.may_download,
            one.revoked_at,
            one.revoked_by,
            _state_of(one),
            told.get(one.id),
            one.signed_by,
        )
        for one in grants
    }


def _state_of(grant: Grant) -> str:
    if grant.revoked_at:
        return "revoked"
    now = timezone.now()
    return "over" if grant.ends <= now else "later" if grant.starts > now else "open"


def _readings(account_id: UUID, grant_id: UUID) -> list[ReadingRow]:
    rows = list(Reading.objects.filter(account_id=account_id, grant_id=grant_id).order_by("-at")[:MOST_USES])
    uses: dict[UUID, list[Use]] = defaultdict(list)
    found = ReadingUse.objects.filter(account_id=account_id, reading_id__in=[row.id for row in rows])
    for use in found.order_by("at"):
        uses[use.reading_id].append(Use(use.what, use.at, use.last_at, use.times))
    now = timezone.now()
    return [
        ReadingRow(row.id, row.item_id, row.at, row.closed_at or (row.ends if row.ends <= now else None), uses[row.id])
        for row in rows
    ]


def _request(row: Request, grant: GrantRow | None, readings: list[ReadingRow] | None = None) -> RequestRow:
    state = row.state
    if state in {State.PENDING, State.ASKED} and row.expires <= timezone.now():
        state = EXPIRED
    return RequestRow(
        row.account_id,
        row.id,
        row.staff_role,
        row.pseudonym,
        row.items,
        row.reason,
        row.words,
        row.hours,
        row.may_download,
        row.created_at,
        row.expires,
        state,
        row.question,
        row.answer,
        row.decided_by,
        row.decided_at,
        grant,
        row.process_id,
        readings or [],
    )
