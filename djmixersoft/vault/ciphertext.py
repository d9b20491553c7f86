"""Whether a stored file can be what it must be, a Cobblestone message, as far as that shows without its key.

Ciphertext can't be told from random bytes. So a file that can be told from them, by how it begins or by how often
each byte occurs in it, is none; nor is one of a length that the format doesn't have, or one under another name.
"""

import os
import re
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Final

from djmixersoft.vault.cobblestone import HEADER, SEALED_CHUNK, TAG

WINDOW: Final = 65_536  # bytes, read at the beginning, in the middle and at the end
_PLACE: Final = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{4}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# In one piece, or a partial one in a folder under the blob's name (folder_partials).
_INCOMING: Final = re.compile(
    r"incoming/([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/(data|lease|[0-9a-f]{32}))"
)
# How files that people keep begin: four bytes at least, so that random ones hardly ever do.
# (AIFF, FLAC, GIF, gzip, ID3, JPEG, Matroska, Ogg, PDF, PNG, RIFF, XML, xz, ZIP.)
_BEGINNINGS: Final = (
    *(b"FORM", b"fLaC", b"GIF8", b"\x1f\x8b\x08\x00", b"\x1f\x8b\x08\x08", b"ID3\x03\x00", b"ID3\x04\x00"),
    *(b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1", b"\x1a\x45\xdf\xa3", b"OggS", b"%PDF", b"\x89PNG", b"RIFF"),
    *(b"<?xml", b"\xfd7zXZ", b"PK\x03\x04"),
)
_MPEG4: Final = slice(4, 8), b"ftyp"
# Pearson's chi-squared test for equal frequencies. Random bytes exceed these less than once in 10**12 windows; the
# first is for 255 degrees of freedom, the second, for what is too short for that, for the 15 of half-bytes.
_MOST_BYTES, _MOST_HALVES, _SHORT, _TOO_SHORT = 450.0, 100.0, 8_192, 64


class Oddity(StrEnum):
    """In what way a file is not as encrypted files are."""

    MISPLACED = "lying where no stored file lies"
    EXPOSED = "readable by others on the machine"
    MISSIZED = "of a length that no encrypted file has"
    KNOWN = "beginning as plain files do"
    UNEVEN = "with bytes that follow a pattern"


def examined(path: Path, folder: Path) -> tuple[int, Oddity | None]:
    """Look at a file below the folder of blobs. Returns how many bytes were read, and what is odd about it, if so.

    Raises FileNotFoundError: it is gone.
    """
    place = path.relative_to(folder).as_posix()
    arriving = bool(_INCOMING.fullmatch(place))
    if path.is_symlink():
        return 0, Oddity.MISPLACED
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        windows = []
        for start in sorted({0, max(0, status.st_size // 2 - WINDOW // 2), max(0, status.st_size - WINDOW)}):
            file.seek(start)
            windows.append(file.read(WINDOW))
    read = sum(map(len, windows))
    if not (arriving or _PLACE.fullmatch(place)):
        return read, Oddity.MISPLACED
    if status.st_mode & 0o077:
        return read, Oddity.EXPOSED
    if not arriving and not _is_length(status.st_size):
        return read, Oddity.MISSIZED
    if windows[0].startswith(_BEGINNINGS) or windows[0][_MPEG4[0]] == _MPEG4[1]:
        return read, Oddity.KNOWN
    return read, None if all(is_even(window) for window in windows) else Oddity.UNEVEN


def is_even(window: bytes) -> bool:
    """Tell whether bytes occur as often as in random ones; what is too short to tell (64 bytes) passes."""
    if len(window) < _TOO_SHORT:
        return True
    if len(window) >= _SHORT:
        return _chi_squared(Counter(window), len(window), 256) <= _MOST_BYTES
    halves = Counter(byte >> 4 for byte in window) + Counter(byte & 15 for byte in window)
    return _chi_squared(halves, 2 * len(window), 16) <= _MOST_HALVES


def _chi_squared(counts: Counter[int], total: int, bins: int) -> float:
    expected = total / bins
    return sum((counts[value] - expected) ** 2 for value in range(bins)) / expected


def _is_length(size: int) -> bool:
    return size >= HEADER + TAG and (size - HEADER) % SEALED_CHUNK >= TAG
