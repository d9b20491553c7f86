"""What a log hands to a witness: its new checkpoint, and the proof that it only grew (C2SP tlog-witness v1.0.0)."""

from dataclasses import dataclass
from typing import Final, Self

from djmixersoft.ledger.checkpoints import Checkpoint, hash_of, number
from djmixersoft.ledger.notes import LARGEST as LARGEST_NOTE
from djmixersoft.ledger.notes import BadNote, to_base64

LARGEST: Final = LARGEST_NOTE + 4 * 1024
"""Bytes of a request; the longest proof takes less than 3 KiB of them."""
SIZE_TYPE: Final = "text/x.tlog.size"
"""The media type of the answer that says which size a witness knows."""
_OLD: Final = "old "
_LONGEST: Final = 63
"""Hashes in a proof."""


@dataclass(frozen=True, slots=True)
class Submission:
    """The body of ``add-checkpoint``. ``old``: the size that the witness is held to know; the proof goes from there."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Take a request's body apart. Raises BadNote."""
        head, blank, checkpoint = data.partition(b"\n\n")
        lines = head.decode("utf-8", "replace").split("\n")
        if not blank or not lines[0].startswith(_OLD) or len(lines) > _LONGEST + 1:
            raise BadNote("the request isn't an old size, at most 63 hashes, an empty line, and a checkpoint")
        Checkpoint.parse(checkpoint)
        return cls(number(lines[0].removeprefix(_OLD)), tuple(map(hash_of, lines[1:])), checkpoint)

    def __bytes__(self) -> bytes:
        lines = [f"{_OLD}{self.old}", *map(to_base64, self.proof), "", ""]
        return "\n".join(lines).encode() + self.checkpoint
