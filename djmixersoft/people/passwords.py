"""From a password to the key that the database compares: Argon2id (RFC 9106), with OWASP's smallest parameters.

The password and its key never reach a log or a disk; the database keeps only the SHA-256 of the key.
"""

import os
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from zxcvbn import zxcvbn

SHORTEST = 10  # characters
LONGEST = 1000  # characters
JUDGED = 72  # characters; zxcvbn judges no more
PART = 3  # characters of a known word that is looked for in a password
LEFT = 5  # characters that have to be left of it without such words
STRONG_ENOUGH = 3  # of zxcvbn's 0 to 4: safe against an offline attack on a slow hash, as Argon2id is
KEY_BYTES = 32
SALT_BYTES = 16

_PARTS = re.compile(r"[^\W_]+")

# Many may wait to have a password hashed: they cost next to nothing there, while those who are sent away come back at
# once. The last waits for about 2 seconds.
PLACES = 64
_LINE = threading.BoundedSemaphore(PLACES)
PATIENCE = 10.0  # seconds
HASHING_PRIORITY = 10  # of -20 (most) to 19 (least)


class Busy(Exception):
    """Too many passwords wait to be hashed; the person should try again in a moment."""


@dataclass(frozen=True)
class Recipe:
    """How a key is derived from a password: salt, memory in KiB, passes over it, lanes (RFC 9106 section 3.1)."""

    salt: bytes
    memory_kib: int = 19456
    passes: int = 2
    lanes: int = 1


def fresh_recipe() -> Recipe:
    """A recipe for a new password."""
    return Recipe(secrets.token_bytes(SALT_BYTES))


@contextmanager
def in_line() -> Iterator[None]:
    """A place among those who wait to have a password hashed. Raises Busy where there is none left."""
    if not _LINE.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _LINE.release()


def derive_key(password: str, recipe: Recipe) -> bytes:
    """The 32-byte key of a password; about 30 ms of one core. Raises Busy where its turn doesn't come.

    Call it while `in_line`, outside any transaction. Look-alike spellings of a character count as the same (Unicode
    NFKC).
    """
    secret = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    turn = _HASHING.submit(
        hash_secret_raw,
        secret,
        recipe.salt,
        time_cost=recipe.passes,
        memory_cost=recipe.memory_kib,
        parallelism=recipe.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )
    try:
        return turn.result(PATIENCE)
    except TimeoutError:
        turn.cancel()
        raise Busy from None


def _step_back() -> None:
    # On Linux a thread has a priority of its own: setpriority(2), "C library/kernel differences".
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), HASHING_PRIORITY)


# One password is hashed at a time, by a thread that lets all others go first, so that a flood of sign-ins leaves the
# pages their time.
_HASHING = ThreadPoolExecutor(1, "hashing", _step_back)


def is_weak(password: str, *, known: Sequence[str]) -> bool:
    """Whether a password is easily guessed, by somebody who knows these words about the person as well."""
    words = [word for word in known if word]
    return _is_made_of(password, words) or bool(zxcvbn(password[:JUDGED], user_inputs=words)["score"] < STRONG_ENOUGH)


def _is_made_of(password: str, known: Sequence[str]) -> bool:
    """Whether next to nothing is left of it without these words; a blank between two of them is chance to zxcvbn."""
    parts = {part for word in known for part in _PARTS.findall(_bare(word)) if len(part) >= PART}
    left = _bare(password)
    for part in sorted(parts, key=len, reverse=True):
        left = left.replace(part, " ")
    return len(left) < len(_bare(password)) and len("".join(_PARTS.findall(left))) < LEFT


def _bare(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
