"""Looking into Content without sending it: whether it can be what was stored, and how a text begins.

What is decrypted stays in memory.
"""

import codecs
import unicodedata
from dataclasses import dataclass
from typing import Final

from djmixersoft.vault.cobblestone import Altered, Damage, Reader
from djmixersoft.vault.ranges import Content

MOST_TEXT: Final = 65_536
"""Bytes of a text that are shown in a page; four chunks of ciphertext."""
_KEPT: Final = "\t\n\r"
_UNREADABLE: Final = "\ufffd"


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a text begins: what can be shown of it, and whether more follows."""

    text: str
    has_more: bool


def check_opens(content: Content) -> None:
    """Make sure that the blob is there as a whole and is this item's, at the cost of reading its two ends.

    Closes it. Raises Altered; a change within a blob that is otherwise whole shows only to who reads that part.
    """
    with content.file:
        _reader(content)


def beginning(content: Content, most: int = MOST_TEXT) -> Beginning:
    """Return how a text begins, of `most` bytes at most; what isn't readable in it becomes U+FFFD. Closes the blob.

    Raises Altered.
    """
    with content.file:
        reader = _reader(content)
        head = b"".join(reader.read_range(0, min(most, reader.size)))
    has_more = len(head) < content.size
    # A character that is cut in two at the end is left out.
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(head, final=not has_more)
    return Beginning("".join(map(_shown, text.removeprefix("\ufeff"))), has_more)


def _reader(content: Content) -> Reader:
    reader = Reader(content.file, content.key, content.context)
    if reader.size != content.size:
        raise Altered(Damage.OTHER_SIZE)
    return reader


def _shown(character: str) -> str:
    return _UNREADABLE if character not in _KEPT and unicodedata.category(character) == "Cc" else character
