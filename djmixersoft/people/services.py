"""Everything that changes who a person is, or signs them in.

The functions that hash a password stand in line for it first, so that who is sent away (Busy) has used up no try. They
open their transactions themselves, before and after the hashing, never around it. What proves a person (a password's
key, a mailed link) is judged by the database's doors, not here.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from djmixersoft.people import selectors
from djmixersoft.people.models import ApiToken, PersonAddress, PersonName, Session, Subscription
from djmixersoft.people.passwords import Recipe, derive_key, fresh_recipe, in_line
from djmixersoft.policy.purposes import acting_for, call_door, call_door_row, release_connection

SIGN_IN = "sign-in"
SELF_SERVICE = "self-service"
TOKEN_BYTES = 32
PROGRAMS = "djms_"
"""How the tokens of programs begin, so that who finds one knows what it is."""


class WrongPassword(Exception):
    """The address and the password do not go together."""


class NotTheirAccount(Exception):
    """The person doesn't belong to the account that a token is to be for."""


class TooManyTokens(Exception):
    """The person has as many tokens for their programs as one may have."""


class TooManyTries(Exception):
    """Too many tries for this address; `seconds` until the next may be made."""

    def __init__(self, seconds: int) -> None:
        """Keep how long to wait."""
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class SignedIn:
    """The secret for the browser's cookie, and whether it outlives the browser's closing.

    `is_proven`: False where a second factor is still to be shown.
    """

    token: str
    stays: bool
    is_proven: bool = True

    def __repr__(self) -> str:
        """Keep the secret out of logs and tracebacks."""
        return "SignedIn(…)"


@in_line()
def register(*, email: str, password: str, account_name: str, terms_version: str, newsletter: bool) -> None:
    """Notes a registration; the link that confirms it is mailed. The same for an address that is registered already."""
    key = _new_key(password)
    with acting_for(SIGN_IN):
        call_door(
            "register", address=email, account_name=account_name, terms=terms_version, newsletter=newsletter, **key
        )


def confirm_registration(*, token: str) -> str:
    """Makes a person of a registration: 'confirmed', 'again', 'expired', 'taken' or 'unknown'."""
    return str(call_door("confirm_registration", token=token))


@in_line()
def register_invited(*, token: str, password: str, terms_version: str, newsletter: bool) -> tuple[str, str]:
    """Registers the holder of an invitation's link: ('joined', their address), or ('taken', …) or the link's state."""
    key = _new_key(password)
    with acting_for(SIGN_IN):
        row = call_door_row("register_invited", token=token, terms=terms_version, newsletter=newsletter, **key)
    return row["outcome"], row["address"] or ""


@in_line()
def sign_in(*, email: str, password: str, stay: bool, device: str) -> SignedIn:
    """Signs a person in. Raises WrongPassword (after the same work for an unknown address), TooManyTries, Busy."""
    with acting_for(SIGN_IN):
        recipe = _recipe_for(email)
    release_connection()
    key = derive_key(password, recipe)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with acting_for(SIGN_IN, token=token):
        token_hash = hashlib.sha256(token.encode()).digest()
        opened = call_door(
            "open_session", address=email, key=key, new_token_hash=token_hash, stay=stay, device_words=device
        )
        if not opened:
            raise WrongPassword
        is_proven = bool(call_door_row("my_session")["proven"])
    return SignedIn(token, stay, is_proven)


def request_password_reset(*, email: str) -> None:
    """Mails a link to set a new password, if the address is known."""
    call_door("request_password_reset", address=email)


@in_line()
def reset_password(*, token: str, password: str) -> str:
    """Sets a new password for the holder of a mailed link: 'done', 'expired' or 'unknown'."""
    key = _new_key(password, "new_key")
    with acting_for(SIGN_IN):
        return str(call_door("reset_password", token=token, **key))


def confirm_email_change(*, token: str) -> str:
    """Gives a person the address at which the link was opened: 'done', 'taken', 'expired' or 'unknown'."""
    return str(call_door("confirm_email_change", token=token))


@in_line()
def change_password(*, session: str | None, old_password: str, password: str) -> None:
    """Sets a new password for whoever holds the session. Raises WrongPassword, TooManyTries, Busy, NotSignedIn."""
    old_key = own_key(session, old_password)
    key = _new_key(password, "new_key")
    with acting_for(SELF_SERVICE, token=session):
        if not call_door("change_password", old_key=old_key, **key):
            raise WrongPassword


@in_line()
def request_email_change(*, session: str | None, password: str, email: str) -> bool:
    """Mails a link to the wanted address; False where too many were mailed. Raises as change_password does."""
    key = own_key(session, password)
    with acting_for(SELF_SERVICE, token=session):
        outcome = call_door("request_email_change", key=key, new_address=email)
    if outcome == "password":
        raise WrongPassword
    return bool(outcome == "sent")


@in_line()
def make_api_token(
    *, session: str | None, password: str, name: str, may_write: bool, account_id: UUID | None, days: int
) -> str:
    """Makes a token for a program of whoever holds the session, and returns it; only its hash is kept.

    `days` until it ends, 366 at most. `account_id`: the one account that it is good for; None for all. Raises
    NotTheirAccount, TooManyTokens, and as change_password does.
    """
    key = own_key(session, password)
    token = PROGRAMS + secrets.token_urlsafe(TOKEN_BYTES)
    with acting_for(SELF_SERVICE, token=session):
        outcome = call_door(
            "make_api_token",
            key=key,
            new_token_hash=hashlib.sha256(token.encode()).digest(),
            called=name,
            writes=may_write,
            only_account=account_id,
            days=days,
        )
    if outcome == "password":
        raise WrongPassword
    if outcome == "account":
        raise NotTheirAccount
    if outcome == "many":
        raise TooManyTokens
    return token


def end_api_token(*, token_id: UUID) -> None:
    """Ends a token of the signed-in person's programs. No error where it ended already."""
    ApiToken.objects.filter(id=token_id).delete()


def set_name(*, name: str) -> None:
    """Gives the signed-in person a name; an empty one removes it."""
    if name:
        PersonName.objects.update_or_create(person_id=selectors.me().id, defaults={"name": name})
    else:
        PersonName.objects.all().delete()  # the row policy makes "all" one's own


def set_address(*, address: str) -> None:
    """Gives the signed-in person a postal address; an empty one removes it."""
    if address:
        PersonAddress.objects.update_or_create(person_id=selectors.me().id, defaults={"address": address})
    else:
        PersonAddress.objects.all().delete()  # as above


def set_subscription(*, subscribed: bool) -> None:
    """Subscribes the signed-in person to the newsletter, or ends that (clauses 7a to 7c)."""
    if subscribed:
        Subscription.objects.bulk_create([Subscription(person_id=selectors.me().id)], ignore_conflicts=True)
    else:
        Subscription.objects.all().delete()


def end_session(*, session_id: UUID) -> None:
    """Signs the person out in one place. No error where that ended already."""
    Session.objects.filter(id=session_id).delete()


def end_this_session(*, token: str) -> None:
    """Signs the person out in this browser."""
    Session.objects.filter(token_hash=hashlib.sha256(token.encode()).digest()).delete()


def end_all_sessions() -> None:
    """Signs the person out everywhere."""
    Session.objects.all().delete()


def _recipe_for(email: str) -> Recipe:
    row = call_door_row("sign_in_parameters", address=email)
    if row["wait_seconds"]:
        raise TooManyTries(row["wait_seconds"])
    return Recipe(bytes(row["salt"]), row["memory_kib"], row["passes"], row["lanes"])


def own_key(session: str | None, password: str) -> bytes:
    """What a signed-in person's password hashes to; to be called in line. Raises TooManyTries, NotSignedIn."""
    with acting_for(SELF_SERVICE, token=session):
        recipe = _recipe_for(selectors.me().email)
    release_connection()
    return derive_key(password, recipe)


def _new_key(password: str, key_name: str = "key") -> dict[str, Any]:
    release_connection()
    recipe = fresh_recipe()
    return {
        "new_salt": recipe.salt,
        "new_memory_kib": recipe.memory_kib,
        "new_passes": recipe.passes,
        "new_lanes": recipe.lanes,
        key_name: derive_key(password, recipe),
    }
