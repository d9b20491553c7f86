"""Codes that an app shows: TOTP (RFC 6238) with SHA-1, 6 digits and steps of 30 seconds, which every app knows.

HMAC-SHA-1 is sound here: what is weak in SHA-1 are collisions, of which HMAC has no need (RFC 6151, RFC 6194 §3.3).
"""

import base64
import hmac
from typing import Final
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from djmixersoft.vault.keys import Key

STEP: Final = 30
"""Seconds for which a code is shown."""
DIGITS: Final = 6
DRIFT: Final = 1
"""Steps by which the app's clock may be off, either way."""

_SECRET: Final = b"djmixersoft/proving/totp/v1"
_SECRET_BYTES: Final = 20  # RFC 4226 §4, R6: as long as the hash


def step_of(code: str, key: Key, *, now: float) -> int | None:
    """Return the step whose code this is, about the time `now` (seconds since 1970, UTC); None if it is none's.

    Whoever asks keeps the step, and takes no code of it or of an earlier one again (RFC 6238 §5.2).
    """
    typed = code.encode()
    present = int(now) // STEP
    matching = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(code_at(step, key), typed):
            matching = step
    return matching


def code_at(step: int, key: Key) -> bytes:
    """Return the code of a step (the time divided by 30 seconds), as ASCII digits."""
    return _generator(key).generate(step * STEP)


def setup_key(key: Key) -> str:
    """Return what a person types into their app where it can't read the picture: base 32 in groups of four."""
    text = base64.b32encode(_secret(key)).decode("ascii")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def setup_uri(key: Key, *, account: str, issuer: str) -> str:
    """Return what the picture says to an app (Google Authenticator's key URI format)."""
    query = {"secret": setup_key(key).replace(" ", ""), "issuer": issuer, "digits": DIGITS, "period": STEP}
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode(query, quote_via=quote)}"


def _secret(key: Key) -> bytes:
    return hmac.digest(key.reveal(), _SECRET, "sha256")[:_SECRET_BYTES]


def _generator(key: Key) -> TOTP:
    return TOTP(_secret(key), DIGITS, SHA1(), STEP)  # noqa: S303 - see above
