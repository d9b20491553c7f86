"""What changes the ledger besides recording and sealing: erasing what entries say, and having witnesses cosign."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models.functions import Now

from djmixersoft.ledger import selectors
from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.cosigning import NotCosigned, cosign
from djmixersoft.ledger.models import Cosignature
from djmixersoft.ledger.policies import Policy, Witness
from djmixersoft.ledger.witnesses import policy_text
from djmixersoft.policy.purposes import acting_for, call_door, release_connection


@dataclass(frozen=True)
class Asked:
    """How asking the witnesses went: how many cosigned, and a sentence for each that didn't."""

    cosigned: int
    refusals: tuple[str, ...]


def erase(*, origin: str, index: int) -> bool:
    """Erase what an entry of a log says, for good; that it was erased goes on record in its place.

    False where the log has no such entry that is sealed, or it says nothing any more.
    """
    with acting_for("retention"):
        return bool(call_door("erase_entry", of_log=origin, at_index=index))


def erase_some_ended(*, many: int) -> int:
    """Erase what is on record of accounts and people that are gone, at most so many entries; return how many."""
    with acting_for("retention"):
        return int(call_door("erase_ended_logs", most=many))


def ask_witnesses(*, configured: Path | None) -> Asked:
    """Have each witness cosign the heads log as it stands; one at a time, with no transaction open meanwhile.

    `configured`: the file that names them. Raises BadPolicy.
    """
    with acting_for("witnessing"):
        heads = selectors.heads()
        known = {str(one.witness): one.size for one in selectors.witnessed()}
    if heads is None or not heads.size:
        return Asked(0, ())
    policy = Policy.parse(policy_text(heads.key, configured).encode())
    size = Checkpoint.parse(heads.checkpoint).head.size
    cosigned, refusals = 0, []
    for witness in policy.witnesses.values():
        if not witness.url:
            continue
        try:
            line = cosign(
                heads.checkpoint, lambda old: _proof(old, size), witness, known=known.get(str(witness.key), 0)
            )
        except NotCosigned as refusal:
            refusals.append(str(refusal))
            continue
        _keep(witness, size, heads.checkpoint, line)
        cosigned += 1
    return Asked(cosigned, tuple(refusals))


def _proof(old: int, new: int) -> Sequence[bytes]:
    with acting_for("witnessing"):
        found = selectors.heads_consistency(old, new)
    release_connection()
    return found


def _keep(witness: Witness, size: int, checkpoint: bytes, line: str) -> None:
    with acting_for("witnessing"):
        Cosignature.objects.update_or_create(
            witness=str(witness.key),
            defaults={"size": size, "checkpoint": checkpoint, "line": line, "made_at": Now()},
        )
    release_connection()
