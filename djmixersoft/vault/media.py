"""What kind of file an upload is: a closed table, decided by its name's ending and its first bytes together.

What a browser claims is never asked. A file whose beginning doesn't fit its ending is just bytes, offered for
download. Types are those of the IANA registry (https://www.iana.org/assignments/media-types).
"""

import codecs
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

HEAD_SIZE: Final = 512
"""Bytes of a file's beginning that are enough to decide."""
# The bits of a frame's header that tell it (ISO/IEC 11172-3 §2.4.1.3; 13818-7 §6.2.1).
_MP3_FIXED, _MP3_SYNC, _MP3_BIT_RATE, _MP3_SAMPLE_RATE = 0xFFE600, 0xFFE200, 0x0000F0, 0x00000C
_ADTS_FIXED, _ADTS_SYNC = 0xFFF6, 0xFFF0


class MediaType(StrEnum):
    """Every type that Content can have."""

    WAV = "audio/wav"
    AIFF = "audio/aiff"
    FLAC = "audio/flac"
    MP3 = "audio/mpeg"
    AAC = "audio/aac"
    MP4 = "audio/mp4"
    OGG = "audio/ogg"
    PNG = "image/png"
    JPEG = "image/jpeg"
    GIF = "image/gif"
    WEBP = "image/webp"
    PDF = "application/pdf"
    TEXT = "text/plain; charset=utf-8"
    BYTES = "application/octet-stream"


def media_type(name: str, head: bytes) -> MediaType:
    """Return the type of the file of that name whose first HEAD_SIZE bytes (or all, if fewer) are ``head``."""
    expected = _ENDINGS.get(PurePosixPath(name).suffix.lower(), MediaType.BYTES)
    return expected if _BEGINNINGS[expected](head) else MediaType.BYTES


def known_media_type(stored: str) -> MediaType:
    """Return a recorded type if it is in the table, else BYTES: what isn't known is never sent as anything else."""
    try:
        return MediaType(stored)
    except ValueError:
        return MediaType.BYTES


def may_be_inline(kind: MediaType) -> bool:
    """Tell whether a browser may show this type itself; it takes none of those for a page.

    A PDF can hold a script, which is for its viewer alone: it has no document of ours and none of our rights.
    """
    return kind is not MediaType.BYTES


def _is_wav(head: bytes) -> bool:
    return head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE"


def _is_aiff(head: bytes) -> bool:
    return head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}


def _is_mp3(head: bytes) -> bool:
    """Accept an ID3 tag, or a frame header: 11 set bits, layer III, a bit rate and sample rate that exist."""
    if head[:3] == b"ID3":
        return True
    first = int.from_bytes(head[:3].ljust(3, b"\xff"))  # cut short, it has no bit rate that exists
    return first & _MP3_FIXED == _MP3_SYNC and _MP3_BIT_RATE & ~first != 0 and _MP3_SAMPLE_RATE & ~first != 0


def _is_aac(head: bytes) -> bool:
    """Accept an ID3 tag, or an ADTS frame header: 12 set bits, layer 0 (ISO/IEC 13818-7)."""
    return head[:3] == b"ID3" or int.from_bytes(head[:2].ljust(2, b"\xff")) & _ADTS_FIXED == _ADTS_SYNC


def _is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _is_text(head: bytes) -> bool:
    """Accept UTF-8 without control characters, a byte order mark before it or not; UTF-16 always has NULs or worse."""
    try:
        # What HEAD_SIZE cuts in two at its end is no fault of the file's.
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD_SIZE)
    except UnicodeDecodeError:
        return False
    return bool(head) and all(character in "\t\n\f\r" or unicodedata.category(character) != "Cc" for character in text)


_ENDINGS: Final = {
    ".wav": MediaType.WAV,
    ".aif": MediaType.AIFF,
    ".aiff": MediaType.AIFF,
    ".flac": MediaType.FLAC,
    ".mp3": MediaType.MP3,
    ".aac": MediaType.AAC,
    ".m4a": MediaType.MP4,
    ".ogg": MediaType.OGG,
    ".oga": MediaType.OGG,
    ".opus": MediaType.OGG,
    ".png": MediaType.PNG,
    ".jpg": MediaType.JPEG,
    ".jpeg": MediaType.JPEG,
    ".gif": MediaType.GIF,
    ".webp": MediaType.WEBP,
    ".pdf": MediaType.PDF,
    ".txt": MediaType.TEXT,
    ".cue": MediaType.TEXT,
    ".csv": MediaType.TEXT,
    ".log": MediaType.TEXT,
    ".m3u": MediaType.TEXT,
    ".m3u8": MediaType.TEXT,
    ".md": MediaType.TEXT,
}

_BEGINNINGS: Final[dict[MediaType, Callable[[bytes], bool]]] = {
    MediaType.WAV: _is_wav,
    MediaType.AIFF: _is_aiff,
    MediaType.FLAC: lambda head: head.startswith(b"fLaC"),
    MediaType.MP3: _is_mp3,
    MediaType.AAC: _is_aac,
    MediaType.MP4: lambda head: head[4:8] == b"ftyp",
    MediaType.OGG: lambda head: head.startswith(b"OggS"),
    MediaType.PNG: lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    MediaType.JPEG: lambda head: head.startswith(b"\xff\xd8\xff"),
    MediaType.GIF: lambda head: head[:6] in {b"GIF87a", b"GIF89a"},
    MediaType.WEBP: _is_webp,
    MediaType.PDF: lambda head: head.startswith(b"%PDF-"),
    MediaType.TEXT: _is_text,
    MediaType.BYTES: lambda _: True,
}
