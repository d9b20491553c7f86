"""A log's head, signed: its origin, how many entries it has, and their tree's root (C2SP tlog-checkpoint v1.0.0)."""

import re
from dataclasses import dataclass
from typing import Final, Self

from djmixersoft.ledger.merkle import HASH_SIZE
from djmixersoft.ledger.notes import BadNote, Note, SigningKey, VerifierKey, signed, to_base64, unbase64

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says of a log. ``size``: entries; ``root``: 32 bytes."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a checkpoint's text, without the signatures. Lines after the third are passed over. Raises BadNote."""
        lines = text.split("\n")
        if len(lines) < len(("origin", "size", "root", "")) or not all(lines[:-1]) or lines[-1]:
            raise BadNote("the checkpoint doesn't have the lines that it must")
        return cls(lines[0], number(lines[1]), hash_of(lines[2]))

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    def signed(self, key: SigningKey) -> bytes:
        """Make the checkpoint of this head. Raises BadNote where its origin can't be one."""
        return signed(str(self), key)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head, and the note that it stands in."""

    head: Head
    note: Note

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Take a checkpoint apart; nothing of it is to be believed before its signatures are. Raises BadNote."""
        note = Note.parse(data)
        return cls(Head.parse(note.text), note)

    def is_signed_by(self, key: VerifierKey) -> bool:
        """Tell whether the log with this key says so. Raises NotSigned where its line is there, and wrong."""
        return key.name == self.head.origin and key in self.note.signers([key])


def number(text: str) -> int:
    """Read a decimal number as the formats of logs write it. Raises BadNote."""
    if not _SIZE.fullmatch(text):
        raise BadNote("what should be a number isn't")
    return int(text)


def hash_of(text: str) -> bytes:
    """Read a hash in Base64. Raises BadNote."""
    found = unbase64(text)
    if len(found) != HASH_SIZE:
        raise BadNote("what should be a hash isn't")
    return found
