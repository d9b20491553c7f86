"""A file's name in ``Content-Disposition`` (RFC 6266, RFC 8187), whatever characters it holds."""

import unicodedata
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

MAXIMUM: Final = 255
"""Bytes of UTF-8 in a name that is sent: what the file systems of browsers' machines can take."""

_FALLBACK: Final = "download"
# Embeddings, overrides and isolates turn the order of what follows them on a screen (UAX #9, §2), with which "exe.gpj"
# poses as a picture. Plain marks (U+200E, U+200F, U+061C) turn nothing, and names that are sent do without them too.
TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BIDI: Final = TURNING | frozenset("\u061c\u200e\u200f")
_UNSENDABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_ATTRIBUTE_CHARACTERS: Final = "!#$&+-.^_`|~"


def content_disposition(name: str, *, inline: bool) -> str:
    """Return the header's value, pure ASCII without control characters, for any string at all as ``name``."""
    safe = safe_name(name)
    plain = "".join(c if " " <= c <= "~" and c not in '"%\\' else "_" for c in safe)
    encoded = quote(safe, safe=_ATTRIBUTE_CHARACTERS)
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def safe_name(name: str) -> str:
    """Return ``name`` without what could mislead: controls, bidi marks and path separators become ``_``.

    At most MAXIMUM bytes remain, the ending among them.
    """
    kept = "".join("_" if c in "/\\" or c in _BIDI or unicodedata.category(c) in _UNSENDABLE else c for c in name)
    path = PurePosixPath(kept.strip())
    ending = _shortened(path.suffix, MAXIMUM // 4)
    whole = (_shortened(path.stem, MAXIMUM - len(ending.encode())) + ending).strip(" .")
    return whole or _FALLBACK


def misleads(text: str) -> bool:
    """Tell whether there is a control, half a character or a turning mark in it, which nobody types into a name."""
    return any(c in TURNING or unicodedata.category(c) in _UNSENDABLE for c in text)


def _shortened(text: str, size: int) -> str:
    """Return as many whole characters of ``text`` as fit into ``size`` bytes of UTF-8."""
    return text.encode()[:size].decode(errors="ignore")
