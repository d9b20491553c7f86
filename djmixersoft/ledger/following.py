"""A witness that looks at a site by itself: for whoever can't be reached from outside.

The log hands over no proof here. It is made of the site's tiles, and each tile that is used is checked by it against
the root that the log signed: what doesn't fit is told from what contradicts an earlier checkpoint.
"""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from djmixersoft.ledger.checkpoints import Checkpoint, Head
from djmixersoft.ledger.fetching import Site, Unreachable
from djmixersoft.ledger.merkle import HASH_SIZE, complete_subtrees, consistency_proof, proves_consistency, root_of
from djmixersoft.ledger.notes import BadNote
from djmixersoft.ledger.submissions import Submission
from djmixersoft.ledger.tiles import WIDTH, Tile, nodes_from
from djmixersoft.ledger.witnessing import Forked, Refused, Stale, UnknownLog, Untrusted, Witness

_TRIES: Final = 5
"""Other processes may cosign in the same folder meanwhile, so often in a row."""
_LONGEST: Final = 500  # bytes of an answer that are told


class Contradiction(Exception):
    """What the site shows contradicts what the log signed; the message is a sentence that names the evidence."""


class NotTaken(Exception):
    """The site doesn't take what was cosigned; the message is a sentence with what it said."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was cosigned. ``before``: the size that was known; ``file``: where the cosigned checkpoint is."""

    head: Head
    before: int
    file: Path


def look(site: Site, witness: Witness) -> Seen:
    """Fetch a site's checkpoint, and cosign it if its log has only grown.

    Raises Contradiction; Unreachable where nothing can be said; Damaged and OSError as a witness does.
    """
    for _ in range(_TRIES):
        known = witness.latest()
        checkpoint = _checkpoint(site, witness)
        last = known[checkpoint.head.origin]
        before = last.head.size if last else 0
        proof = _proof(site, witness, last, checkpoint) if last else ()
        try:
            witness.add(Submission(before, proof, bytes(checkpoint.note)))
        except Forked as fork:
            raise Contradiction(f"FORK: {fork} Both checkpoints are kept: {fork.evidence} and beside.") from None
        except Stale:
            continue
        except Refused as wrong:
            raise Contradiction(f"{site.host} shows what can't be: {wrong}") from None
        return Seen(checkpoint.head, before, witness.heads.path(checkpoint.head.origin))
    raise Unreachable("Others cosign in the same folder all the time.")


def hand_in(site: Site, seen: Seen) -> str:
    """Hand what was cosigned to the site, and return what it answered.

    Raises NotTaken where it refuses, and Contradiction where it says that its ledger is another; Unreachable, OSError.
    """
    answer = site.post("/ledger/cosignatures", seen.file.read_bytes(), "text/plain; charset=utf-8")
    # It goes to a terminal, and may be anything.
    words = answer.body[:_LONGEST].decode("utf-8", "replace").strip()
    said = "".join(one if one.isprintable() else " " for one in words) or f"(nothing, with status {answer.status})"
    if answer.status == HTTPStatus.OK:
        return said
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        raise Contradiction(f"{site.host} says of what it showed and this witness signed: {said}")
    raise NotTaken(f"{site.host} didn't take what was cosigned: {said}")


def _checkpoint(site: Site, witness: Witness) -> Checkpoint:
    """Fetch the site's checkpoint, with its log's signature alone. Raises Contradiction and Unreachable."""
    try:
        found = Checkpoint.parse(_fetched(site, "checkpoint"))
    except BadNote as wrong:
        raise Unreachable(f"{site.host} shows no checkpoint: {wrong}.") from None
    try:
        return Checkpoint.parse(witness.authentic(found).encode())
    except UnknownLog:
        raise Contradiction(f"{site.host} shows the log {found.head.origin}, which isn't one of those given.") from None
    except Untrusted as wrong:
        raise Contradiction(f"{site.host}: {wrong}") from None


def _proof(site: Site, witness: Witness, last: Checkpoint, shown: Checkpoint) -> tuple[bytes, ...]:
    """Make the proof that the log has only grown since the last checkpoint. Raises Contradiction and Unreachable."""
    old, new = last.head, shown.head
    files = {"kept": bytes(last.note), "shown": bytes(shown.note)}
    if new.size < old.size:
        evidence = witness.heads.keep_evidence(old, new, files)
        raise Contradiction(
            f"ROLLED BACK: the log had {old.size} entries, and now {site.host} shows {new.size}, signed. "
            f"Both checkpoints are kept: {evidence} and beside."
        )
    if old.size in {0, new.size}:
        return ()
    nodes = nodes_from(lambda tile: _tile(site, tile), new.size)
    began = root_of(nodes(*place) for place in complete_subtrees(old.size))
    proof = consistency_proof(old.size, new.size, nodes)
    # First whether the tiles are those of the tree that was signed, whatever that began as; then what it began as.
    if not proves_consistency(proof, old=old.size, new=new.size, old_root=began, new_root=new.root):
        raise Contradiction(
            f"{site.host} shows tiles that aren't those of the checkpoint it shows. Nothing is cosigned."
        )
    if began != old.root:
        files["proof"] = bytes(Submission(old.size, tuple(proof), files["shown"]))
        evidence = witness.heads.keep_evidence(old, new, files)
        raise Contradiction(
            f"FORK: the {new.size} entries that {site.host} shows don't begin with the {old.size} that were signed "
            f"before. Both checkpoints are kept: {evidence} and beside, with the proof."
        )
    return tuple(proof)


def _tile(site: Site, tile: Tile) -> bytes:
    """Fetch a tile. One that isn't full may have been replaced by the full one since. Raises Unreachable."""
    length = tile.width * HASH_SIZE
    try:
        data = _fetched(site, f"tile/{tile.path}")
    except Unreachable:
        if tile.width == WIDTH:
            raise
        data = _fetched(site, f"tile/{Tile(tile.level, tile.index).path}")[:length]
    if len(data) != length:
        raise Unreachable(f"{site.host} shows a tile of the wrong length ({tile.path}).")
    return data


def _fetched(site: Site, path: str) -> bytes:
    answer = site.get(f"/ledger/{path}")
    if answer.status != HTTPStatus.OK:
        raise Unreachable(f"{site.host} answers {answer.status} for /ledger/{path}.")
    return answer.body
