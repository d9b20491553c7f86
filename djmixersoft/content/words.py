"""By which words an item is found, as keyed hashes of their beginnings, so that the index holds no word in the clear.

A word is what a reader takes for one: letters and digits, without case, accents and width. Its beginnings up to
LONGEST characters are hashed with HMAC-SHA-256 under a key that follows from the account's (HKDF, RFC 5869), cut to 64
bits. Equal beginnings have equal hashes within one account, and unrelated ones in another. What is searched for is
hashed in the same way, so finding is comparing numbers, which PostgreSQL does with an index under a row policy too.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from djmixersoft.vault.keys import KEY_SIZE, Key

LONGEST: Final = 12
"""Characters of a word that count; what follows makes no difference."""

MOST_WORDS: Final = 5_000
"""Different words of one text that are kept; those that come first."""

_LABEL: Final = b"djmixersoft/content/words/v1"
_WORD: Final = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The different words of a text in the order in which they come, folded."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    return list(dict.fromkeys(_WORD.findall(plain)))


def search_key(account_key: Key) -> Key:
    """The key under which an account's words are hashed."""
    return Key(HKDFExpand(SHA256(), KEY_SIZE, _LABEL).derive(account_key.reveal()))


def terms_of(key: Key, text: str) -> set[int]:
    """What a text is found by: a hash of each beginning of each word, signed 64-bit integers."""
    return _hashed(
        key, (word[:length] for word in words(text)[:MOST_WORDS] for length in range(1, min(len(word), LONGEST) + 1))
    )


def terms_for(key: Key, typed: str) -> set[int]:
    """What is looked for: a hash of each word that was typed, the last perhaps not yet to its end."""
    return _hashed(key, (word[:LONGEST] for word in words(typed)))


def _hashed(key: Key, beginnings: Iterable[str]) -> set[int]:
    secret = key.reveal()
    return {
        int.from_bytes(hmac.digest(secret, beginning.encode(), sha256)[:8], "big", signed=True)
        for beginning in set(beginnings)
    }
