"""The quiet puzzle that a browser solves before a stranger's question is taken: proof of work, as of ALTCHA 2.

It costs a browser about half a second, and whoever sends a thousand questions as much for each. Nobody is told that
somebody solved it, and nobody has to look at pictures.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Final

import altcha

LIFETIME: Final = timedelta(hours=2)
"""How long an answer is taken. The door `ask` remembers used ones for longer than that."""
COST: Final = 5_000  # iterations of PBKDF2
PREFIX: Final = "00"  # how a derived key must begin: one in 256 does
LONGEST: Final = 4_000  # characters of an answer; a real one has about 700


class Wrong(Exception):
    """An answer that isn't one. `expired`: it may have been."""

    def __init__(self, *, expired: bool) -> None:
        """Keep whether it came too late."""
        super().__init__(expired)
        self.expired = expired


def make(key: bytes) -> str:
    """Make a puzzle, as the JSON that the page's script takes. `key`: what it is signed with."""
    expires = datetime.now(UTC) + LIFETIME
    challenge = altcha.create_challenge("PBKDF2/SHA-256", COST, key_prefix=PREFIX, expires_at=expires, hmac_secret=key)
    return json.dumps(challenge.to_dict())


def check(answer: str, key: bytes) -> bytes:
    """Give the hash of the puzzle that an answer solves, by which it is good once. Raises Wrong.

    Of the signed puzzle, not of the answer: several answers solve one, and JSON can be written in many ways.
    """
    if len(answer) > LONGEST or not answer.isascii():
        raise Wrong(expired=False)
    result = altcha.verify_solution(answer, key)
    if not result.verified:
        raise Wrong(expired=result.expired)
    return hashlib.sha256(str(altcha.Payload.from_base64(answer).challenge.signature).encode()).digest()
