"""`./run staff`: who of the company's own people may sign in at the desk. For whoever holds the machine."""

import argparse
import hashlib
import re
import secrets
import sys
import unicodedata
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import connection

from djmixersoft.policy.purposes import acting_for, call_door

FINE, NOT_DONE = 0, 1
STAFFING = "staffing"
LINK_BYTES = 32
_FACTORS: Final = {"totp": "an app that shows codes", "passkey": "a passkey"}
_ADDRESS: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")
LONGEST_PSEUDONYM: Final = 40


def run(args: argparse.Namespace) -> int:
    """Do what `./run staff` was asked to, and return the exit status."""
    match args.action:
        case "add":
            return _add(args.email, args.pseudonym, sorted(set(args.role)))
        case "renew":
            return _renew(args.email)
        case "end":
            return _end(args.email)
        case _:
            return _list()


def _add(email: str, pseudonym: str, roles: list[str]) -> int:
    address, called = email.strip().lower(), " ".join(unicodedata.normalize("NFC", pseudonym).split())
    if not _ADDRESS.fullmatch(address):
        return _said(f"{email} is no e-mail address.")
    if not 0 < len(called) <= LONGEST_PSEUDONYM or not called.isprintable():
        return _said(f"A pseudonym has 1 to {LONGEST_PSEUDONYM} characters that can be seen.")
    token = secrets.token_urlsafe(LINK_BYTES)
    with acting_for(STAFFING), connection.cursor() as cursor:
        cursor.execute("SELECT djms.add_staff(%s, %s, %s, %s)", [address, called, roles, _hash(token)])
        ((outcome,),) = cursor.fetchall()
    if outcome == "known":
        return _said(
            f"{address} may sign in already; ./run staff renew makes a new link, ./run staff end lets them out."
        )
    if outcome == "pseudonym":
        return _said(f"The pseudonym {called!r} is somebody's, or was; customers' records name it. Choose another.")
    print(f"{called} may sign in at the desk ({', '.join(roles)}).")
    return _show_link(token)


def _renew(email: str) -> int:
    address, token = email.strip().lower(), secrets.token_urlsafe(LINK_BYTES)
    with acting_for(STAFFING):
        if not call_door("renew_staff", address=address, link_hash=_hash(token)):
            return _said(f"Nobody with the address {address} may sign in at the desk.")
    print(f"The password and the second factors of {address} are forgotten, and every sign-in of theirs has ended.")
    return _show_link(token)


def _end(email: str) -> int:
    address = email.strip().lower()
    with acting_for(STAFFING):
        if not call_door("end_staff", address=address):
            return _said(f"Nobody with the address {address} may sign in at the desk.")
    print(f"{address} may not sign in at the desk any more, and is signed out everywhere. The pseudonym is kept.")
    return FINE


def _list() -> int:
    with acting_for(STAFFING), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM djms.staff_roster()")
        everybody = cursor.fetchall()
    for pseudonym, email, roles, factors, is_invited, created_at, ended_at in everybody:
        if ended_at:
            print(f"{pseudonym}  left on {ended_at:%Y-%m-%d}, came on {created_at:%Y-%m-%d}")
            continue
        how = in_words(factors, is_invited=is_invited)
        print(f"{pseudonym}  {email}  {', '.join(roles)}  since {created_at:%Y-%m-%d}  {how}")
    if not everybody:
        print("Nobody may sign in at the desk yet; ./run staff add lets somebody in.")
    return FINE


def in_words(factors: Sequence[str], *, is_invited: bool) -> str:
    """How somebody signs in, in words."""
    if factors:
        return ", ".join(_FACTORS[one] for one in factors)
    return "has a link that wasn't used yet" if is_invited else "needs a link (staff renew)"


def _show_link(token: str) -> int:
    print("This link sets their password and first second factor. It works once, for a day; give it to them yourself:")
    print(f"{settings.DESK_ADDRESS.origin}/welcome/{token}")
    return FINE


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _said(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return NOT_DONE
