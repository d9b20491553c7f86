"""What witnesses hand in of their own accord: verified here, and kept if some account has named the witness."""

import logging
from contextlib import suppress
from enum import StrEnum
from typing import Final

from djmixersoft.ledger import selectors
from djmixersoft.ledger.checkpoints import Checkpoint, Head
from djmixersoft.ledger.notes import BadNote, Note, NotSigned, Signature, VerifierKey
from djmixersoft.ledger.selectors import Sealed
from djmixersoft.policy.purposes import call_door

_LARGEST: Final = 2**63 - 1  # heads that the database can count

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of it. Where several named witnesses signed, the first of these that is so of any."""

    OTHER = "other"
    """It is kept, and isn't of the ledger that is here, although the log's key signed it."""
    TAKEN = "taken"
    KNOWN = "known"
    """Nothing in it is newer than what is kept."""
    MANY = "many"
    """Too many from this witness within a minute."""
    OLDER = "older"
    """A larger size of this witness is kept."""
    UNKNOWN = "unknown"
    """No account has named a witness that signed."""
    FORGED = "forged"
    """A named witness's signature is wrong."""
    UNSIGNED = "unsigned"
    """The heads log didn't sign it."""
    ANOTHER_LOG = "another-log"
    MALFORMED = "malformed"
    NOTHING_SEALED = "nothing-sealed"
    """There is no ledger yet that it could be of."""


def hand_in(*, data: bytes) -> Outcome:
    """Verify a cosigned checkpoint of the heads log, and keep it under each witness that signed and was named."""
    heads = selectors.heads()
    if heads is None:
        return Outcome.NOTHING_SEALED
    try:
        shown = Checkpoint.parse(data)
    except BadNote:
        return Outcome.MALFORMED
    log, head = VerifierKey.parse(heads.key), shown.head
    if head.origin != log.name:
        return Outcome.ANOTHER_LOG
    if not _is_signed_by(log, shown.note) or head.size > _LARGEST:
        return Outcome.UNSIGNED
    named = [VerifierKey.parse(key) for key in _named(shown.note)]
    signed = [(key, found) for key in named if (found := _signature_of(key, shown.note))]
    if not signed:
        return Outcome.FORGED if named else Outcome.UNKNOWN
    checkpoint = f"{shown.note.text}\n{_lines_of(log, shown.note)[0]}".encode()
    is_ours = _is_ours(head, heads)
    outcomes = {_keep(key, *found, head, checkpoint, is_ours=is_ours) for key, found in signed}
    return next(one for one in Outcome if one in outcomes)


def _named(note: Note) -> list[str]:
    signers = "\n".join(f"{one.name}+{one.key_id.hex()}" for one in note.signatures)
    return str(call_door("named_witnesses", signers=signers)).splitlines()


def _is_signed_by(log: VerifierKey, note: Note) -> bool:
    try:
        return log in note.signers([log])
    except NotSigned:
        return False


def _signature_of(witness: VerifierKey, note: Note) -> tuple[int, Signature] | None:
    """What a witness signed last of this, and when, if it did. Each is asked alone: others' keys may have its id."""
    found = []
    for line in _lines_of(witness, note):
        with suppress(NotSigned):
            found.append((witness.check(note.text, line.made) or 0, line))
    return max(found, key=lambda one: one[0], default=None)


def _lines_of(key: VerifierKey, note: Note) -> list[Signature]:
    return [one for one in note.signatures if (one.name, one.key_id) == (key.name, key.id)]


def _is_ours(head: Head, heads: Sealed) -> bool:
    """Whether the ledger that is here began as this head says. One that is beyond it was rolled back, or is another."""
    return head.size <= heads.size and selectors.heads_root(head.size) == head.root


def _keep(witness: VerifierKey, time: int, line: Signature, head: Head, checkpoint: bytes, *, is_ours: bool) -> Outcome:
    """Keep a witness's line, and apart from it the log's text and signature. Others' lines nobody verified."""
    answer = call_door(
        "hand_in_cosignature",
        of_witness=str(witness),
        is_ours=is_ours,
        new_size=head.size,
        new_checkpoint=checkpoint,
        new_line=str(line),
        new_stated=time,
    )
    if is_ours or answer == Outcome.UNKNOWN:
        return Outcome(answer)
    if answer == Outcome.TAKEN:
        # Not by its name, which may be somebody's address.
        logger.error("the witness %s has seen another ledger of %d heads than ours", witness.id.hex(), head.size)
    return Outcome.OTHER
