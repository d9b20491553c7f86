"""Approving with a signature: the keys by which an account's Administrators sign, and what is signed.

What is to be signed is written down by the database (draft_approval.sql), word for word; a passkey signs its SHA-256;
this checks the signature, and the database does what was signed and nothing else (sign_approval.sql). Each answers in a
word what came of it, as its door says. For the purpose `teamwork`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from djmixersoft.content import stores
from djmixersoft.lockbox.approval_models import ApprovalKey, Statement
from djmixersoft.lockbox.services import Terms
from djmixersoft.people.passwords import in_line
from djmixersoft.people.services import WrongPassword, own_key
from djmixersoft.policy.purposes import acting_for, call_door, call_door_row
from djmixersoft.proving import factors, passkeys
from djmixersoft.proving.passkeys import Answered
from djmixersoft.vault.keys import Key

NAME: Final = 60  # characters; the database cuts there
CHALLENGE_BYTES: Final = 32


@dataclass(frozen=True)
class KeyRow:
    """An approval key. `state`: 'counts', 'waits' (for a signature by another), 'ending' (lost) or 'ended'."""

    id: UUID
    name: str
    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    spki: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    added_by: UUID
    created_at: datetime
    ends_at: datetime | None
    state: str

    @property
    def counts(self) -> bool:
        """Whether it signs for the account today."""
        return self.state in {"counts", "ending"}


@dataclass(frozen=True)
class Draft:
    """What is to be signed: its words, and their SHA-256."""

    digest: bytes
    statement: bytes = field(repr=False)


@dataclass(frozen=True)
class Signed:
    """What was signed, with which key, and the signature."""

    digest: bytes
    statement: bytes
    key: KeyRow
    client_data: bytes
    authenticator_data: bytes
    signature: bytes


def keys(account_id: UUID) -> list[KeyRow]:
    """An account's approval keys, oldest first; those that ended too, since what they signed stands."""
    return [
        _key(row)
        for row in ApprovalKey.objects.defer("verifier").filter(account_id=account_id).order_by("created_at", "id")
    ]


def counting(account_id: UUID) -> list[KeyRow]:
    """Those by which the account's Administrators sign today; none where they need not."""
    return [one for one in keys(account_id) if one.counts]


def signed(account_id: UUID, digest: bytes) -> Signed | None:
    """What was signed with a digest; None where nothing was."""
    row = Statement.objects.filter(account_id=account_id, digest=digest, signed_at__isnull=False).first()
    key = next((one for one in keys(account_id) if row and one.id == row.key_id), None)
    if row is None or key is None:
        return None
    parts = (bytes(part or b"") for part in (row.client_data, row.authenticator_data, row.signature))
    return Signed(digest, bytes(row.statement), key, *parts)


def signed_access(account_id: UUID, request_id: UUID) -> Signed | None:
    """What an Administrator signed to approve a request; None where that took no signature."""
    found = Statement.objects.filter(
        account_id=account_id, subject_id=request_id, about="access", signed_at__isnull=False
    )
    digest = found.values_list("digest", flat=True).first()
    return signed(account_id, bytes(digest)) if digest else None


def about(account_id: UUID, digest: bytes) -> tuple[str, UUID | None]:
    """What a statement is about, and of which request or key; ('', None) where there is none."""
    found = Statement.objects.filter(account_id=account_id, digest=digest).values_list("about", "subject_id").first()
    return found or ("", None)


def party() -> passkeys.Party:
    """The site, as passkeys know it."""
    return passkeys.Party(settings.SITE_ADDRESS.host, settings.SITE_ADDRESS.origin, "DJMixerSoft")


def begin_key(account_id: UUID, user: tuple[bytes, str]) -> tuple[bytes, str] | None:
    """A challenge for a new key and what the browser is asked; None for who doesn't administer the account."""
    challenge = call_door("begin_approval_key", in_account=account_id)
    if challenge is None:
        return None
    known = [one.credential_id for one in keys(account_id) if one.state != "ended"]
    options = passkeys.creation_options(party(), challenge=bytes(challenge), user=user, known=known)
    return bytes(challenge), options


def add_key(account_id: UUID, *, challenge: bytes, answer: str, name: str) -> tuple[str, UUID]:
    """Register a passkey that the browser made: 'added', 'sign' (one that is there must), or why not, and its id."""
    key_id, secret = uuid4(), Key.generate()
    try:
        made = passkeys.registered(party(), challenge=challenge, answer=answer)
        plain = passkeys.spki(made.public_key)
    except passkeys.PasskeyRefused:
        return "refused", key_id
    outcome = call_door(
        "add_approval_key",
        in_account=account_id,
        new_key=key_id,
        answered=challenge,
        called=name,
        credential_id=made.credential_id,
        public_key=made.public_key,
        spki=plain,
        sealed=factors.seal(stores.root_key(), secret, owner=account_id, factor=key_id),
        verifier=factors.verifier_of(secret),
        count=made.count,
    )
    return str(outcome), key_id


def draft(account_id: UUID, about: str, subject: UUID | None = None, terms: Terms | None = None) -> tuple[str, Draft]:
    """Write down what is to be signed: 'drafted' and the draft, or why not (draft_approval.sql)."""
    row = call_door_row(
        "draft_approval",
        in_account=account_id,
        about=about,
        subject=subject,
        chosen=list(terms.items) if terms else None,
        for_hours=terms.hours if terms else None,
        from_then=terms.starts if terms else None,
        download=terms.may_download if terms else False,
    )
    return str(row["outcome"]), Draft(bytes(row["digest"] or b""), bytes(row["statement"] or b""))


def request_options(account_id: UUID, digest: bytes) -> str:
    """What the browser is asked: a signature over the digest, by one of the account's keys."""
    known = [one.credential_id for one in counting(account_id)]
    return passkeys.request_options(party(), challenge=digest, known=known)


def sign(account_id: UUID, *, digest: bytes, answer: str) -> str:
    """Do what was signed: 'done', or why not (sign_approval.sql)."""
    rows = counting(account_id)
    found = _answered(rows, digest, answer)
    row = next((one for one in rows if found and one.credential_id == found.credential_id), None)
    if found is None or row is None:
        return "refused"
    secret = factors.unseal(stores.root_key(), row.sealed, owner=account_id, factor=row.id)
    return str(
        call_door(
            "sign_approval",
            in_account=account_id,
            signed=digest,
            by_key=row.id,
            sign=factors.sign_of(secret),
            client_data=found.client_data,
            authenticator_data=found.authenticator_data,
            signature=found.signature,
            count=found.count,
        )
    )


@in_line()
def lose_key(*, session: str | None, account_id: UUID, key_id: UUID, password: str) -> str:
    """Say that a key is lost: it ends in 7 days. Raises WrongPassword, TooManyTries, Busy, NotSignedIn."""
    shown = own_key(session, password)
    with acting_for("teamwork", token=session):
        outcome = str(call_door("lose_approval_key", in_account=account_id, lost=key_id, password=shown))
    if outcome == "password":
        raise WrongPassword
    return outcome


def keep_key(account_id: UUID, key_id: UUID) -> str:
    """Keep a key that another Administrator said is lost: 'done', 'over' or 'not-yours'."""
    return str(call_door("keep_approval_key", in_account=account_id, kept=key_id))


def _answered(rows: Sequence[KeyRow], digest: bytes, answer: str) -> Answered | None:
    known = {one.credential_id: one.public_key for one in rows}
    try:
        return passkeys.answered(party(), challenge=digest, answer=answer, keys=known)
    except passkeys.PasskeyRefused:
        return None


def _key(row: Any) -> KeyRow:  # noqa: ANN401 - Django's row, whose bytes come in one of several forms
    now = timezone.now()
    if row.admitted_at is None:
        state = "waits" if row.expires and row.expires > now else "ended"
    elif row.ends_at is None:
        state = "counts"
    else:
        state = "ending" if row.ends_at > now else "ended"
    return KeyRow(
        row.id,
        row.name,
        bytes(row.credential_id),
        bytes(row.public_key),
        bytes(row.spki),
        bytes(row.sealed),
        row.added_by,
        row.created_at,
        row.ends_at,
        state,
    )
