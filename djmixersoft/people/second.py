"""Second factors of the site's people: passkeys, apps that show codes, and codes on paper. Who may what, doors say.

What a factor is, is proving's to say; djmixersoft/staff does the same for our own people.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from djmixersoft.people.passwords import in_line
from djmixersoft.people.services import SELF_SERVICE, TooManyTries, WrongPassword, own_key
from djmixersoft.policy.purposes import acting_for, call_door, call_door_row
from djmixersoft.proving import factors, passkeys, totp
from djmixersoft.proving.keys import root_key
from djmixersoft.vault.keys import Key, KeyRefused

CHALLENGE_BYTES: Final = 32
CODES: Final = 10
_CODE_BYTES: Final = 10  # 80 bits, which nobody guesses in ten tries a quarter of an hour; 16 letters in base 32


class WrongFactor(Exception):
    """What was shown is none of the person's second factors, or was used already."""


class TooManyFactors(Exception):
    """The person has as many second factors as one may have."""


class KnownFactor(Exception):
    """A passkey that is to be added is one of somebody's already."""


@dataclass(frozen=True)
class Me:
    """Whoever typed their password. `proven`: they have shown a second factor too, or have none; `codes`: how many."""

    id: UUID
    session: UUID
    email: str
    proven: bool
    codes: int
    challenge: bytes | None = field(repr=False)


@dataclass(frozen=True)
class FactorRow:
    """One of somebody's second factors. `kind`: totp or passkey."""

    id: UUID
    kind: str
    name: str
    sealed: bytes = field(repr=False)
    credential_id: bytes | None
    public_key: bytes | None
    created_at: datetime


@dataclass(frozen=True)
class New:
    """A factor that was checked, and is to be added."""

    id: UUID
    kind: str
    name: str
    key: Key = field(repr=False)
    credential_id: bytes | None = None
    public_key: bytes | None = None
    count: int = 0
    step: int = 0


def me() -> Me:
    """Whose session the browser holds, proven or not. Raises NotSignedIn, through `acting_for`."""
    row = call_door_row("my_session")
    challenge = None if row["challenge"] is None else bytes(row["challenge"])
    return Me(row["person"], row["session"], row["email"], row["proven"], row["codes"], challenge)


def mine() -> list[FactorRow]:
    """The second factors of whoever holds the session, oldest first. Raises NotSignedIn, through `acting_for`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, kind, name, sealed, credential_id, public_key, created_at FROM djms.my_second_factors()"
        )
        return [FactorRow(*(_plain(value) for value in row)) for row in cursor.fetchall()]


def challenge() -> bytes:
    """A new challenge for a passkey, kept with the session in place of the one before."""
    made = secrets.token_bytes(CHALLENGE_BYTES)
    call_door("session_challenge", new_challenge=made)
    return made


def party() -> passkeys.Party:
    """The site, as passkeys know it."""
    return passkeys.Party(settings.SITE_ADDRESS.host, settings.SITE_ADDRESS.origin, "DJMixerSoft")


def passkeys_of(known: Sequence[FactorRow]) -> dict[bytes, bytes]:
    """Public key by id of the passkeys among second factors."""
    return {one.credential_id: one.public_key for one in known if one.credential_id and one.public_key}


def show_code(code: str) -> None:
    """Shows a code of an app: the session is proven by it. Raises WrongFactor, TooManyTries."""
    _prove(lambda factor, key: _step(code, key) if factor.kind == "totp" else None)


def show_passkey(answer: str) -> None:
    """Shows a passkey's answer to the session's challenge; as `show_code`."""
    asked = me().challenge or b""
    try:
        found = passkeys.answered(party(), challenge=asked, answer=answer, keys=passkeys_of(mine()))
    except passkeys.PasskeyRefused:
        found = None

    def check(factor: FactorRow, _key: Key) -> Checked | None:
        if found is None or factor.credential_id != found.credential_id:
            return None
        return None, found.count, asked

    _prove(check)


def show_recovery_code(code: str) -> None:
    """Shows one of the codes on paper, which is used up by it; as `show_code`."""
    _count()
    if not call_door("use_recovery_code", code=_normal(code)):
        raise WrongFactor


def begin_totp(whose: Me) -> tuple[UUID, Key, bytes]:
    """A factor that shows codes, not added yet: its id, its key, and the key sealed, to be carried by the form."""
    factor, key = uuid4(), Key.generate()
    return factor, key, factors.seal(root_key(), key, owner=whose.session, factor=factor)


def pending_totp(whose: Me, factor: UUID, sealed: bytes) -> Key:
    """The key that `begin_totp` sealed for this session. Raises WrongFactor."""
    try:
        return factors.unseal(root_key(), sealed, owner=whose.session, factor=factor)
    except KeyRefused:
        raise WrongFactor from None


def new_app(factor: UUID, key: Key, *, code: str, name: str) -> New:
    """An app that has shown its first code. Raises WrongFactor."""
    step = totp.step_of(code, key, now=time.time())
    if step is None:
        raise WrongFactor
    return New(factor, "totp", name, key, step=step)


def new_passkey(whose: Me, *, answer: str, name: str) -> New:
    """A passkey that the browser made for the session's challenge. Raises WrongFactor."""
    try:
        made = passkeys.registered(party(), challenge=whose.challenge or b"", answer=answer)
    except passkeys.PasskeyRefused:
        raise WrongFactor from None
    return New(uuid4(), "passkey", name, Key.generate(), made.credential_id, made.public_key, made.count)


@in_line()
def add(*, session: str | None, password: str, whose: Me, new: New) -> list[str]:
    """Adds a second factor that was checked; with the first, the recovery codes, shown this once: else none.

    Raises TooManyFactors, KnownFactor, and as people.services.change_password does.
    """
    shown, codes = own_key(session, password), _new_codes()
    with acting_for(SELF_SERVICE, token=session):
        outcome = call_door(
            "add_second_factor",
            key=shown,
            new_factor=new.id,
            kind=new.kind,
            called=new.name,
            sealed=factors.seal(root_key(), new.key, owner=whose.id, factor=new.id),
            verifier=factors.verifier_of(new.key),
            credential_id=new.credential_id,
            public_key=new.public_key,
            count=new.count,
            step=new.step,
            codes=_hashes(codes),
        )
    match outcome:
        case "password":
            raise WrongPassword
        case "many":
            raise TooManyFactors
        case "known":
            raise KnownFactor
    return codes if outcome == "first" else []


@in_line()
def drop(*, session: str | None, password: str, factor: UUID) -> str:
    """Drops a second factor: 'dropped', 'last' or 'nothing'. Raises as people.services.change_password does."""
    shown = own_key(session, password)
    with acting_for(SELF_SERVICE, token=session):
        outcome = str(call_door("drop_second_factor", key=shown, dropped=factor))
    if outcome == "password":
        raise WrongPassword
    return outcome


@in_line()
def new_codes(*, session: str | None, password: str) -> list[str]:
    """New recovery codes in place of the earlier ones; none where there is no factor. Raises as `drop` does."""
    shown, codes = own_key(session, password), _new_codes()
    with acting_for(SELF_SERVICE, token=session):
        outcome = call_door("make_recovery_codes", key=shown, codes=_hashes(codes))
    if outcome == "password":
        raise WrongPassword
    return codes if outcome == "made" else []


Checked = tuple[int | None, int | None, bytes | None]
"""What a check found: the step of a code, a passkey's count, the challenge that it answered."""


def _prove(check: Callable[[FactorRow, Key], Checked | None]) -> None:
    """Counts a try, and notes the first of one's factors that a check recognises."""
    _count()
    whose = me()
    for factor in mine():
        key = factors.unseal(root_key(), factor.sealed, owner=whose.id, factor=factor.id)
        if (found := check(factor, key)) is None:
            continue
        step, count, answered = found
        sign = factors.sign_of(key)
        if call_door("note_factor", factor=factor.id, sign=sign, step=step, count=count, answered=answered):
            return
    raise WrongFactor


def _count() -> None:
    if seconds := call_door("count_second_try"):
        raise TooManyTries(seconds)


def _step(code: str, key: Key) -> Checked | None:
    step = totp.step_of(code, key, now=time.time())
    return None if step is None else (step, None, None)


def _new_codes() -> list[str]:
    made = (base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower() for _ in range(CODES))
    return ["-".join(one[at : at + 4] for at in range(0, len(one), 4)) for one in made]


def _normal(code: str) -> str:
    """A code as it is hashed: letters and digits of base 32 alone, however they were typed."""
    return "".join(one for one in code.lower() if one.isascii() and one.isalnum())


def _hashes(codes: Sequence[str]) -> list[str]:
    return [hashlib.sha256(_normal(one).encode()).hexdigest() for one in codes]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cursor's own values
    return bytes(value) if isinstance(value, memoryview) else value
