"""A signing key in a file of its own, in the form that Go's programs for signed notes use too."""

import secrets
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from djmixersoft.ledger import durable
from djmixersoft.ledger.notes import Algorithm, BadNote, SigningKey, is_key_name, to_base64, unbase64

_PREFIX: Final = "PRIVATE+KEY+"
_OTHERS: Final = 0o077


class BadKeyFile(Exception):
    """The file of a key can't be used; the message is a sentence."""


def load_or_make(path: Path, algorithm: Algorithm, name: str = "") -> SigningKey:
    """Return the key that is in a file, made at the first time; ``name`` for a new one, or what it has to be.

    A new key without a name gets one that says nothing of anybody. Raises BadKeyFile and OSError.
    """
    if name and not is_key_name(name):
        raise BadKeyFile("The name of a key has no spaces and no plus sign.")
    with durable.alone(path.with_name(f".{path.name}.lock")):
        if not path.exists():
            key = SigningKey(name or f"witness/{secrets.token_hex(8)}", algorithm, Ed25519PrivateKey.generate())
            durable.replace(path, _text(key).encode())
    if path.stat().st_mode & _OTHERS:
        raise BadKeyFile(f"Others than its owner may read {path}. If nobody has, 'chmod 600' mends it.")
    key = _parsed(path)
    if key.algorithm is not algorithm or name not in {"", key.name}:
        raise BadKeyFile(f"The key in {path} is that of {key.name}. Another name needs another folder.")
    return key


def _text(key: SigningKey) -> str:
    material = bytes([key.algorithm]) + key.private.private_bytes_raw()
    return f"{_PREFIX}{key.name}+{key.verifier.id.hex()}+{to_base64(material)}\n"


def _parsed(path: Path) -> SigningKey:
    text = path.read_text("utf-8", "replace")
    name, _, rest = text.removeprefix(_PREFIX).strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        material = unbase64(encoded)
        key = SigningKey(name, Algorithm(material[0]), Ed25519PrivateKey.from_private_bytes(material[1:]))
    except (BadNote, ValueError, IndexError):
        raise BadKeyFile(f"{path} isn't a key, or is damaged.") from None
    if not text.startswith(_PREFIX) or not is_key_name(name) or key.verifier.id.hex() != key_id:
        raise BadKeyFile(f"{path} isn't a key, or is damaged.")
    return key
