"""Everything by which our own people sign in at the desk. What proves them is judged by the database's doors.

As in djmixersoft/people: who hashes a password stands in line for it, outside of any transaction.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from djmixersoft.people.passwords import Recipe, derive_key, fresh_recipe, in_line
from djmixersoft.people.services import SignedIn, TooManyTries, WrongPassword
from djmixersoft.policy.purposes import acting_for, call_door, call_door_row, release_connection
from djmixersoft.proving import factors, passkeys, totp
from djmixersoft.proving.keys import root_key
from djmixersoft.staff import selectors
from djmixersoft.staff.selectors import Factor, Me
from djmixersoft.vault.keys import Key, KeyRefused

DESK_SIGN_IN = "desk-sign-in"
TOKEN_BYTES = 32
CHALLENGE_BYTES = 32


class WrongFactor(Exception):
    """What was shown is none of the person's second factors, or was used already."""


class TooManyFactors(Exception):
    """The person has as many second factors as one may have."""


class KnownFactor(Exception):
    """A passkey that is to be added is one of somebody's already."""


class LinkGone(Exception):
    """The one-time link is used up, over, or unknown; `state` says which."""

    def __init__(self, state: str) -> None:
        """Keep 'expired' or 'unknown'."""
        super().__init__(state)
        self.state = state


@in_line()
def sign_in(*, email: str, password: str, device: str) -> SignedIn:
    """The first half of signing in. Raises WrongPassword (alike for an unknown address), TooManyTries, Busy."""
    with acting_for(DESK_SIGN_IN):
        recipe = _recipe_for(email)
    release_connection()
    key = derive_key(password, recipe)
    token, token_hash = _new_token()
    with acting_for(DESK_SIGN_IN):
        opened = call_door("open_staff_session", address=email, key=key, new_token_hash=token_hash, device_words=device)
    if not opened:
        raise WrongPassword
    return SignedIn(token, stays=False)


@in_line()
def accept_link(*, link: str, password: str, device: str) -> SignedIn:
    """Sets the password of whoever holds a one-time link; their first factor comes next. Raises LinkGone, Busy."""
    key = _new_key(password)
    token, token_hash = _new_token()
    with acting_for(DESK_SIGN_IN):
        state = call_door("accept_staff_link", token=link, new_token_hash=token_hash, device_words=device, **key)
    if state != "done":
        raise LinkGone(str(state))
    return SignedIn(token, stays=False)


@in_line()
def set_password(*, session: str | None, old_password: str, password: str) -> None:
    """Sets a new password. Raises WrongPassword, TooManyTries, Busy, NotSignedIn, ConfirmAgain."""
    with acting_for(DESK_SIGN_IN, token=session):
        recipe = _recipe_for(selectors.me().email)
    release_connection()
    old_key = derive_key(old_password, recipe)
    key = _new_key(password)
    with acting_for(DESK_SIGN_IN, token=session):
        if not call_door("staff_set_password", old_key=old_key, **key):
            raise WrongPassword


def end_this_session() -> None:
    """Signs out in this browser. No error where that ended already."""
    call_door("end_staff_session")


def show_code(code: str) -> None:
    """Shows a code of one of one's apps: proves the session, or confirms it again. Raises WrongFactor, TooManyTries."""
    _prove(lambda factor, key: _step(code, key) if factor.kind == "totp" else None)


def challenge() -> bytes:
    """A new challenge for a passkey, kept with the session in place of the one before. Raises NotSignedIn."""
    made = secrets.token_bytes(CHALLENGE_BYTES)
    call_door("staff_challenge", new_challenge=made)
    return made


def show_passkey(answer: str) -> None:
    """Shows a passkey's answer to the session's challenge; as `show_code`. Raises WrongFactor, TooManyTries."""
    me, keys = selectors.me(), passkeys_of(selectors.factors())
    try:
        found = passkeys.answered(party(), challenge=me.challenge or b"", answer=answer, keys=keys)
    except passkeys.PasskeyRefused:
        found = None

    def check(factor: Factor, _key: Key) -> Checked | None:
        if found is None or factor.credential_id != found.credential_id:
            return None
        return None, found.count, me.challenge

    _prove(check)


def add_passkey(me: Me, *, answer: str, name: str) -> None:
    """Adds a passkey that the browser made. Raises WrongFactor, TooManyFactors, KnownFactor, ConfirmAgain."""
    try:
        made = passkeys.registered(party(), challenge=me.challenge or b"", answer=answer)
    except passkeys.PasskeyRefused:
        raise WrongFactor from None
    add_factor(
        me,
        uuid4(),
        "passkey",
        name,
        Key.generate(),
        credential_id=made.credential_id,
        public_key=made.public_key,
        count=made.count,
    )


def party() -> passkeys.Party:
    """The desk, as passkeys know it."""
    return passkeys.Party(settings.DESK_ADDRESS.host, settings.DESK_ADDRESS.origin, "DJMixerSoft desk")


def passkeys_of(known: Sequence[Factor]) -> dict[bytes, bytes]:
    """Public key by id of the passkeys among second factors."""
    return {one.credential_id: one.public_key for one in known if one.credential_id and one.public_key}


def begin_totp(me: Me) -> tuple[UUID, Key, bytes]:
    """A factor that shows codes, not added yet: its id, its key, and the key sealed, to be carried by the form."""
    factor, key = uuid4(), Key.generate()
    return factor, key, factors.seal(root_key(), key, owner=me.session, factor=factor)


def pending_totp(me: Me, factor: UUID, sealed: bytes) -> Key:
    """The key that `begin_totp` sealed for this session. Raises WrongFactor."""
    try:
        return factors.unseal(root_key(), sealed, owner=me.session, factor=factor)
    except KeyRefused:
        raise WrongFactor from None


def add_totp(me: Me, *, factor: UUID, key: Key, code: str, name: str) -> None:
    """Adds an app that shows codes, once it has shown one. Raises WrongFactor, TooManyFactors, ConfirmAgain."""
    step = totp.step_of(code, key, now=time.time())
    if step is None:
        raise WrongFactor
    add_factor(me, factor, "totp", name, key, step=step)


def add_factor(  # noqa: PLR0913 - a factor is that much
    me: Me,
    factor: UUID,
    kind: str,
    name: str,
    key: Key,
    *,
    step: int = 0,
    credential_id: bytes | None = None,
    public_key: bytes | None = None,
    count: int = 0,
) -> None:
    """Adds a second factor that was checked. Raises TooManyFactors, KnownFactor, ConfirmAgain, NotSignedIn."""
    outcome = call_door(
        "add_factor",
        factor=factor,
        kind=kind,
        name=name,
        sealed=factors.seal(root_key(), key, owner=me.id, factor=factor),
        verifier=factors.verifier_of(key),
        credential_id=credential_id,
        public_key=public_key,
        count=count,
        step=step,
    )
    if outcome == "many":
        raise TooManyFactors
    if outcome == "known":
        raise KnownFactor


def drop_factor(factor: UUID) -> bool:
    """Drops a second factor; False for the last, or one that isn't there. Raises ConfirmAgain, NotSignedIn."""
    return bool(call_door("drop_factor", factor=factor))


Checked = tuple[int | None, int | None, bytes | None]
"""What a check found: the step of a code, a passkey's count, the challenge that it answered."""


def _prove(check: Callable[[Factor, Key], Checked | None]) -> None:
    """Counts a try, and notes the first of one's factors that a check recognises."""
    if seconds := call_door("count_factor_try"):
        raise TooManyTries(seconds)
    me = selectors.me()
    for factor in selectors.factors():
        key = factors.unseal(root_key(), factor.sealed, owner=me.id, factor=factor.id)
        if (found := check(factor, key)) is None:
            continue
        step, count, answered = found
        if call_door(
            "note_second_factor",
            factor=factor.id,
            sign=factors.sign_of(key),
            step=step,
            count=count,
            answered=answered,
        ):
            return
    raise WrongFactor


def _step(code: str, key: Key) -> Checked | None:
    step = totp.step_of(code, key, now=time.time())
    return None if step is None else (step, None, None)


def _recipe_for(email: str) -> Recipe:
    row = call_door_row("staff_sign_in_parameters", address=email)
    if row["wait_seconds"]:
        raise TooManyTries(row["wait_seconds"])
    return Recipe(bytes(row["salt"]), row["memory_kib"], row["passes"], row["lanes"])


def _new_key(password: str) -> dict[str, Any]:
    release_connection()
    recipe = fresh_recipe()
    return {
        "new_salt": recipe.salt,
        "new_memory_kib": recipe.memory_kib,
        "new_passes": recipe.passes,
        "new_lanes": recipe.lanes,
        "new_key": derive_key(password, recipe),
    }


def _new_token() -> tuple[str, bytes]:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return token, hashlib.sha256(token.encode()).digest()
