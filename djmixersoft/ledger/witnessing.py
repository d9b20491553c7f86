"""A witness: it cosigns a log's checkpoint if the log only grew since the last one that it cosigned.

The rules are those of C2SP tlog-witness v1.0.0. What it answers with is on its disk first (`heads`), so that it
contradicts itself neither after a crash nor with a second process on the same folder. It knows nothing but logs' keys,
sizes and hashes.
"""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from djmixersoft.ledger import durable
from djmixersoft.ledger.checkpoints import Checkpoint, Head
from djmixersoft.ledger.heads import Heads
from djmixersoft.ledger.keyfiles import load_or_make
from djmixersoft.ledger.merkle import EMPTY_ROOT, proves_consistency
from djmixersoft.ledger.notes import Algorithm, NotSigned, SigningKey, VerifierKey
from djmixersoft.ledger.submissions import Submission


class Refused(Exception):
    """The witness doesn't cosign; the message is a sentence."""


class Malformed(Refused):
    """The request can't be meant."""


class UnknownLog(Refused):
    """The witness wasn't told of this log."""


class Untrusted(Refused):
    """No key that it was told of signed the checkpoint, or one did wrongly."""


class Stale(Refused):
    """The log took the witness to know another size than it does. ``size``: what it knows."""

    def __init__(self, sentence: str, size: int) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.size = size


class Forked(Stale):
    """The log has signed two trees of one size. ``evidence``: where the two checkpoints are kept."""

    def __init__(self, sentence: str, size: int, evidence: Path) -> None:
        """Keep all of it."""
        super().__init__(sentence, size)
        self.evidence = evidence


class Unproven(Refused):
    """The proof doesn't show that the log only grew."""


class Witness:
    """A witness of some logs, with its key and what it knows in a folder."""

    def __init__(
        self,
        folder: Path,
        logs: Iterable[VerifierKey],
        *,
        name: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take up the work in a folder, or begin it there. Several keys of one origin are as good as one.

        Raises BadKeyFile, Damaged and OSError.
        """
        durable.make_folder(folder)
        self.key: SigningKey = load_or_make(folder / "key", Algorithm.COSIGNATURE, name)
        self.heads = Heads(folder, self.key.verifier)
        self._now = now
        self._logs: dict[str, list[VerifierKey]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(log)
        self.latest()

    def latest(self) -> dict[str, Checkpoint | None]:
        """Return what was cosigned last of each log. Raises Damaged and OSError."""
        found = {}
        for origin in self._logs:
            with self.heads.locked(origin) as slot:
                last = slot.read()
            found[origin] = last and last[0]
        return found

    def authentic(self, checkpoint: Checkpoint) -> str:
        """Return a checkpoint with nothing under it but what its log signed. Raises UnknownLog and Untrusted."""
        keys = self._logs.get(checkpoint.head.origin)
        if not keys:
            raise UnknownLog("This witness doesn't know the log.")
        try:
            signers = checkpoint.note.signers(keys)
        except NotSigned as wrong:
            raise Untrusted(f"The checkpoint isn't as its log signed it: {wrong}.") from None
        if not signers:
            raise Untrusted("The checkpoint isn't signed by a key of this log that the witness knows.")
        ids = {(key.name, key.id) for key in signers}
        lines = dict.fromkeys(str(one) for one in checkpoint.note.signatures if (one.name, one.key_id) in ids)
        return "".join([checkpoint.note.text, "\n", *lines])

    def add(self, submission: Submission) -> str:
        """Cosign a checkpoint, and return the line. It is on the disk by then.

        Raises a kind of Refused; Damaged and OSError where the witness can't work.
        """
        checkpoint = Checkpoint.parse(submission.checkpoint)
        head, whole = checkpoint.head, self.authentic(checkpoint)
        if submission.old > head.size:
            raise Malformed("The old size is larger than the checkpoint's.")
        with self.heads.locked(head.origin) as slot:
            last, cosigned_at = slot.read() or (None, 0)
            self._check(submission, head, last)
            # The clock may have been set back. A larger tree isn't older than a smaller one for that.
            line = self.key.line(checkpoint.note.text, time=max(int(self._now()), cosigned_at, 1))
            slot.write(f"{whole}{line}".encode())
        return line

    def _check(self, submission: Submission, head: Head, last: Checkpoint | None) -> None:
        """Raise a kind of Refused unless this is what the log has grown to since."""
        known = last.head if last else Head(head.origin, 0, EMPTY_ROOT)
        if submission.old != known.size:
            raise Stale(f"The witness knows {known.size} entries of this log.", known.size)
        if last and head.size == known.size > 0 and head.root != known.root:
            files = {"kept": bytes(last.note), "shown": submission.checkpoint}
            evidence = self.heads.keep_evidence(last.head, head, files)
            raise Forked(f"The log has signed two trees of {known.size} entries.", known.size, evidence)
        if not proves_consistency(
            submission.proof, old=known.size, new=head.size, old_root=known.root, new_root=head.root
        ):
            raise Unproven("The proof doesn't show that the log has only grown since.")
