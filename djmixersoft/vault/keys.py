"""Keys in three tiers: the root key wraps account keys, an account key wraps the keys of its items.

A wrapped key is ``0x01 || nonce (12 bytes) || AES-256-GCM ciphertext and tag (48 bytes)``, 61 bytes in all.
Its associated data name the tier, the account and the item, so that a row copied to another account or item
opens nothing. Nonces are random: NIST SP 800-38D allows 2**32 wrappings under one key.
"""

import hashlib
import hmac
import os
import re
import secrets
import stat
from enum import StrEnum
from pathlib import Path
from typing import Final, NoReturn, Protocol, final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_SIZE: Final = 32
"""Bytes in every key of the vault."""

_VERSION: Final = b"\x01"
_NONCE_SIZE: Final = 12
_WRAPPED_SIZE: Final = len(_VERSION) + _NONCE_SIZE + KEY_SIZE + 16
_ACCOUNT_KEY: Final = b"djmixersoft/vault/account-key/v1\0"
_ITEM_KEY: Final = b"djmixersoft/vault/item-key/v1\0"
_FACTOR_KEY: Final = b"djmixersoft/vault/factor-key/v1\0"
_PROCESS_KEY: Final = b"djmixersoft/vault/process-key/v1\0"
_PROCESS: Final = b"djmixersoft/vault/process/v1\0"
_ITEM: Final = b"djmixersoft/vault/item/v1\0"
_BLOB: Final = b"djmixersoft/blob/v1"
_BLOB_RANDOM: Final = 8  # bytes


class KeyRefused(Exception):
    """A wrapped key doesn't open: it was altered, or belongs to another account, item or wrapping key."""

    def __str__(self) -> str:
        """Say it in words, without a byte of either key."""
        return "This key doesn't open here: it was altered, or belongs to another account or item."


class RootKeyFault(StrEnum):
    """What is wrong with the file of the root key."""

    MISSING = "The file of the root key isn't there."
    EXPOSED = "The file of the root key can be read by others: its mode must be 0600."
    MALFORMED = "The file of the root key must hold exactly 64 hexadecimal digits."


class RootKeyUnusable(Exception):
    """The root key can't be used; nothing that was encrypted under it can be read until that is repaired."""

    def __init__(self, fault: RootKeyFault, path: Path) -> None:
        """Name the fault and the file."""
        super().__init__(f"{fault} ({path})")
        self.fault = fault


@final
class Key:
    """32 secret bytes that show themselves in no ``repr``, log, traceback or pickle."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        """Take the bytes. Raises ValueError unless there are exactly 32."""
        if len(secret) != KEY_SIZE:
            # The caller's value stays out of the message: it may be most of a key.
            raise ValueError(f"a key has {KEY_SIZE} bytes")
        self._secret = bytes(secret)

    @classmethod
    def generate(cls) -> "Key":
        """Return a fresh key from the operating system's random source."""
        return cls(secrets.token_bytes(KEY_SIZE))

    def reveal(self) -> bytes:
        """Return the bytes, for handing straight to a cipher: bind them to no name, so no traceback shows them."""
        return self._secret

    def __eq__(self, other: object) -> bool:
        """Compare in constant time."""
        return isinstance(other, Key) and hmac.compare_digest(self._secret, other._secret)

    __hash__ = None  # type: ignore[assignment]  # a hash would be a fingerprint of the secret

    def __repr__(self) -> str:
        """Say that a key is here, and nothing of it."""
        return "<Key: redacted>"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled, so that a key can't slip into a cache or a job's arguments."""
        raise TypeError("a key is never pickled or copied")


class RootKey(Protocol):
    """Port to whatever holds the root key: a file, or a key manager which never lets it out."""

    def wrap(self, key: Key, bound_to: bytes) -> bytes:
        """Encrypt ``key`` together with the associated data that it is bound to."""
        ...

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> Key:
        """Decrypt a key. Raises KeyRefused where it was altered or is bound to something else."""
        ...


class FileRootKey:
    """The root key as a file of 64 hexadecimal digits, mode 0600, which only the site's OS user may read."""

    def __init__(self, path: Path) -> None:
        """Read and check the file. Raises RootKeyUnusable."""
        self._key = _read_key(path)

    def wrap(self, key: Key, bound_to: bytes) -> bytes:
        """Encrypt ``key`` under the root key, see RootKey."""
        return _wrap(self._key, key, bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> Key:
        """Decrypt a key with the root key, see RootKey."""
        return _unwrap(self._key, wrapped, bound_to)


def create_root_key(path: Path) -> None:
    """Write a fresh root key to ``path``, on disk and with mode 0600. Raises FileExistsError, and replaces nothing."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_SIZE) + "\n")
        file.flush()
        os.fsync(file.fileno())


def wrap_account_key(root: RootKey, key: Key, *, account_id: UUID) -> bytes:
    """Return the account's key as it may be stored."""
    return root.wrap(key, _ACCOUNT_KEY + account_id.bytes)


def unwrap_account_key(root: RootKey, wrapped: bytes | memoryview, *, account_id: UUID) -> Key:
    """Return the account's key for use. Raises KeyRefused."""
    return root.unwrap(bytes(wrapped), _ACCOUNT_KEY + account_id.bytes)


def wrap_item_key(account_key: Key, key: Key, *, account_id: UUID, item_id: UUID) -> bytes:
    """Return the item's key as it may be stored."""
    return _wrap(account_key, key, _ITEM_KEY + account_id.bytes + item_id.bytes)


def unwrap_item_key(account_key: Key, wrapped: bytes | memoryview, *, account_id: UUID, item_id: UUID) -> Key:
    """Return the item's key for use. Raises KeyRefused."""
    return _unwrap(account_key, bytes(wrapped), _ITEM_KEY + account_id.bytes + item_id.bytes)


def wrap_factor_key(root: RootKey, key: Key, *, owner_id: UUID, factor_id: UUID) -> bytes:
    """Return the key of somebody's second factor as it may be stored."""
    return root.wrap(key, _FACTOR_KEY + owner_id.bytes + factor_id.bytes)


def unwrap_factor_key(root: RootKey, wrapped: bytes | memoryview, *, owner_id: UUID, factor_id: UUID) -> Key:
    """Return the key of somebody's second factor for use. Raises KeyRefused."""
    return root.unwrap(bytes(wrapped), _FACTOR_KEY + owner_id.bytes + factor_id.bytes)


def wrap_process_key(root: RootKey, key: Key, *, process_id: UUID) -> bytes:
    """Return the key of a legal process's document as it may be stored."""
    return root.wrap(key, _PROCESS_KEY + process_id.bytes)


def unwrap_process_key(root: RootKey, wrapped: bytes | memoryview, *, process_id: UUID) -> Key:
    """Return the key of a legal process's document for use. Raises KeyRefused."""
    return root.unwrap(bytes(wrapped), _PROCESS_KEY + process_id.bytes)


def new_blob_id(account_id: UUID) -> UUID:
    """Return a fresh name for a blob: 8 random bytes, and 8 that follow from them and the account.

    The database takes no other (`…_named_for_its_account`), so that an account can't name a blob after another's, be
    it only to learn that it is there.
    """
    fresh = secrets.token_bytes(_BLOB_RANDOM)
    bound = hashlib.sha256(_BLOB + account_id.bytes + fresh).digest()
    return UUID(bytes=fresh + bound[: 16 - _BLOB_RANDOM])


def context(account_id: UUID, item_id: UUID, blob_id: UUID) -> bytes:
    """Return the encryption context that binds a blob to its own name, and to one item of one account.

    A fixed label, then the ids as 16 bytes each: no two triples of ids have the same encoding. With the blob's name,
    one version of an item can't be passed off as another.
    """
    return _ITEM + account_id.bytes + item_id.bytes + blob_id.bytes


def process_context(process_id: UUID) -> bytes:
    """Return the encryption context that binds a document to its legal process."""
    return _PROCESS + process_id.bytes


def _wrap(wrapping: Key, key: Key, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_SIZE)
    return _VERSION + nonce + AESGCM(wrapping.reveal()).encrypt(nonce, key.reveal(), _VERSION + bound_to)


def _unwrap(wrapping: Key, wrapped: bytes, bound_to: bytes) -> Key:
    if len(wrapped) != _WRAPPED_SIZE or not wrapped.startswith(_VERSION):
        raise KeyRefused
    nonce, sealed = wrapped[1 : 1 + _NONCE_SIZE], wrapped[1 + _NONCE_SIZE :]
    try:
        return Key(AESGCM(wrapping.reveal()).decrypt(nonce, sealed, _VERSION + bound_to))
    except InvalidTag:
        raise KeyRefused from None


def _read_key(path: Path) -> Key:
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise RootKeyUnusable(RootKeyFault.EXPOSED, path)
            found = re.fullmatch(r"([0-9a-fA-F]{64})\s*", file.read(2 * KEY_SIZE + 8))
    except FileNotFoundError:
        raise RootKeyUnusable(RootKeyFault.MISSING, path) from None
    if found is None:
        raise RootKeyUnusable(RootKeyFault.MALFORMED, path)
    return Key(bytes.fromhex(found[1]))
