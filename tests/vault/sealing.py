"""Encrypting whole messages for the tests, by the library itself."""

import io
import random
from uuid import UUID

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor

from djmixersoft.vault.cobblestone import Reader
from djmixersoft.vault.keys import Key, context

ACCOUNT = UUID("11111111-1111-4111-8111-111111111111")
ITEM = UUID("22222222-2222-4222-8222-222222222222")
KEY = Key(bytes(range(32)))
BLOB = UUID("33333333-3333-4333-8333-333333333333")
CONTEXT = context(ACCOUNT, ITEM, BLOB)


def noise(size: int, seed: int = 1) -> bytes:
    """Return reproducible bytes."""
    return random.Random(seed).randbytes(size)


def seal(plaintext: bytes, *, key: Key = KEY, bound_to: bytes = CONTEXT) -> bytes:
    """Encrypt with the library."""
    encryptor = Cobblestone256Encryptor(key.reveal(), bound_to)
    return encryptor.update(plaintext) + encryptor.finalize()


def unseal(ciphertext: bytes, *, key: Key = KEY, bound_to: bytes = CONTEXT) -> bytes:
    """Decrypt with the library."""
    decryptor = Cobblestone256Decryptor(key.reveal(), bound_to)
    return decryptor.update(ciphertext) + decryptor.finalize()


def reader(ciphertext: bytes, *, key: Key = KEY, bound_to: bytes = CONTEXT) -> Reader:
    """Open with ours."""
    return Reader(io.BytesIO(ciphertext), key, bound_to)


def read_all(ciphertext: bytes, *, key: Key = KEY, bound_to: bytes = CONTEXT) -> bytes:
    """Read the whole with ours."""
    opened = reader(ciphertext, key=key, bound_to=bound_to)
    return b"".join(opened.read_range(0, opened.size))
