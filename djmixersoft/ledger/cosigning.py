"""Asking a witness for its cosignature, as a log does (C2SP tlog-witness v1.0.0).

A checkpoint and hashes are all that a witness is sent.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from djmixersoft.ledger.checkpoints import Checkpoint, Head, number
from djmixersoft.ledger.fetching import Answer, Site, Unreachable
from djmixersoft.ledger.notes import BadNote, Note, NotSigned
from djmixersoft.ledger.policies import Witness
from djmixersoft.ledger.submissions import SIZE_TYPE, Submission

_OK: Final = 200
_CONFLICT: Final = 409
_REFUSALS: Final = {
    400: "finds that the request can't be meant",
    403: "doesn't know the key that the checkpoint is signed with",
    404: "doesn't know this log",
    422: "finds that the log hasn't only grown since it looked last",
}
_TRIES: Final = 2
_LONGEST: Final = 32  # bytes of a size, with room


class NotCosigned(Exception):
    """A witness didn't cosign; the message is a sentence that names it.

    ``known``: the size of the log that it says it has cosigned, where that is what keeps it from cosigning this one.
    """

    def __init__(self, sentence: str, known: int | None = None) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.known = known


def cosign(
    checkpoint: bytes,
    prove: Callable[[int], Sequence[bytes]],
    witness: Witness,
    *,
    known: int = 0,
    certificate: Path | None = None,
) -> str:
    """Return a witness's cosignature line under a signed checkpoint, checked.

    ``prove``: makes the proof that the log only grew, from an old size to the checkpoint's; ``known``: the size that
    the witness probably knows (it says so where it is another); ``certificate``: as of `Site`. Raises NotCosigned.
    """
    parsed = Checkpoint.parse(checkpoint)
    size = min(known, parsed.head.size)
    try:
        site = Site(witness.url, certificate)
        for _ in range(_TRIES):
            answer = site.post("/add-checkpoint", bytes(Submission(size, tuple(prove(size)), checkpoint)))
            if answer.status == _OK:
                return _line(answer.body, parsed.note, witness)
            if answer.status != _CONFLICT:
                why = _REFUSALS.get(answer.status, f"answers with {answer.status}")
                raise NotCosigned(f"Witness {witness.name} {why}.")
            size = _known(answer, parsed.head, witness, said=size)
    except Unreachable as error:
        raise NotCosigned(f"Witness {witness.name}: {error}") from None
    raise NotCosigned(f"Witness {witness.name} knows another size of this log each time that it is asked.", size)


def _known(answer: Answer, head: Head, witness: Witness, *, said: int) -> int:
    """Read which size the witness knows, if it makes sense to go on from there. Raises NotCosigned."""
    try:
        known = number(answer.body[:_LONGEST].decode("ascii", "replace").removesuffix("\n"))
    except BadNote:
        known = -1
    if answer.kind != SIZE_TYPE or known < 0:
        raise NotCosigned(f"Witness {witness.name} knows another size of this log, and doesn't say which.")
    if known > head.size:
        raise NotCosigned(f"Witness {witness.name} has seen {known} entries of this log; here are {head.size}.", known)
    if known == said:
        raise NotCosigned(f"Witness {witness.name} has seen another tree of {known} entries of this log.", known)
    return known


def _line(body: bytes, note: Note, witness: Witness) -> str:
    """Return the witness's line of what it answered, checked, passing others over. Raises NotCosigned."""
    key = witness.key
    try:
        answered = Note.parse(f"{note.text}\n".encode() + body)
        is_signed = key in answered.signers([key])
    except (BadNote, NotSigned) as wrong:
        raise NotCosigned(f"What witness {witness.name} answered is no cosignature: {wrong}.") from None
    if not is_signed or answered.text != note.text:
        raise NotCosigned(f"Witness {witness.name} answered with no cosignature of the key that is known of it.")
    return next(str(one) for one in answered.signatures if (one.name, one.key_id) == (key.name, key.id))
