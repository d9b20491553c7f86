"""The key of a second factor: sealed outside the database's reach, and what follows from it.

From one random key come the secret of a factor that shows codes, and the *sign*: what a process shows the database
after it has checked a factor. The database keeps the sign's SHA-256 only, and the key only wrapped by the vault's root
key; so SQL that is smuggled into the process can claim no factor that wasn't checked.
"""

import hashlib
import hmac
from uuid import UUID

from djmixersoft.vault.keys import Key, RootKey, unwrap_factor_key, wrap_factor_key

_SIGN = b"djmixersoft/proving/sign/v1"


def seal(root: RootKey, key: Key, *, owner: UUID, factor: UUID) -> bytes:
    """Return the factor's key as it may be stored: it opens for this factor of this owner alone."""
    return wrap_factor_key(root, key, owner_id=owner, factor_id=factor)


def unseal(root: RootKey, sealed: bytes | memoryview, *, owner: UUID, factor: UUID) -> Key:
    """Return the factor's key for use. Raises KeyRefused."""
    return unwrap_factor_key(root, sealed, owner_id=owner, factor_id=factor)


def sign_of(key: Key) -> bytes:
    """Return what is shown to the database once the factor was checked: 32 bytes."""
    return hmac.digest(key.reveal(), _SIGN, "sha256")


def verifier_of(key: Key) -> bytes:
    """Return what the database compares the sign with."""
    return hashlib.sha256(sign_of(key)).digest()
