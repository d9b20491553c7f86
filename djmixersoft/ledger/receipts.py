"""A receipt: the proof that an entry is in a log, for whoever has nothing else (C2SP tlog-proof v1)."""

import json
from dataclasses import dataclass
from typing import Any, Final, Self

from djmixersoft.ledger.checkpoints import Checkpoint, hash_of, number
from djmixersoft.ledger.merkle import proves_inclusion
from djmixersoft.ledger.notes import LARGEST, BadNote, to_base64, unbase64

RECEIPT_FORMAT: Final = "djmixersoft-receipt/v1"
"""What a receipt's file says it is: it holds an entry, its salt, and two of these proofs (docs/ledger.md)."""
EXPORT_FORMAT: Final = "djmixersoft-export/v1"
"""What an export's first line says it is."""
_TITLE: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "
_LONGEST: Final = 63
"""Hashes in a proof: a log has less than 2**63 entries."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an entry is in a log, the hashes that lead from it to the log's root, and the checkpoint with that root.

    ``extra`` is vouched for by nothing in here.
    """

    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Take a receipt apart. Raises BadNote."""
        if len(data) > 2 * LARGEST:
            raise BadNote("the receipt is too long")
        head, blank, checkpoint = data.partition(b"\n\n")
        lines = head.decode("utf-8", "replace").split("\n")
        if not blank or lines.pop(0) != _TITLE:
            raise BadNote("this is no receipt")
        extra = unbase64(lines.pop(0).removeprefix(_EXTRA)) if lines and lines[0].startswith(_EXTRA) else b""
        if not lines or not lines[0].startswith(_INDEX) or len(lines) > _LONGEST + 1:
            raise BadNote("the receipt doesn't have the lines that it must")
        index = number(lines.pop(0).removeprefix(_INDEX))
        return cls(index, tuple(map(hash_of, lines)), checkpoint, extra)

    def __bytes__(self) -> bytes:
        extra = [f"{_EXTRA}{to_base64(self.extra)}"] if self.extra else []
        lines = [_TITLE, *extra, f"{_INDEX}{self.index}", *map(to_base64, self.proof), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    def proves(self, leaf: bytes) -> bool:
        """Tell whether the leaf with this hash is in the checkpoint's tree, whoever signed that. Raises BadNote."""
        head = Checkpoint.parse(self.checkpoint).head
        return proves_inclusion(self.proof, leaf=leaf, index=self.index, size=head.size, root=head.root)


def line_of(fields: dict[str, Any]) -> bytes:
    """Return fields as a line of a file."""
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"
