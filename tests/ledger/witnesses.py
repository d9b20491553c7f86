"""A witness as its operator runs it: the command itself, which tests start, ask over HTTP, and kill."""

import http.client
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.notes import Note, VerifierKey
from djmixersoft.ledger.submissions import Submission
from tests.ledger.growing import Log
from tests.support import PLAIN_ENVIRONMENT

COMMAND = [sys.executable, "-P", "-m", "djmixersoft", "ledger", "witness"]
ORIGIN = "djmixersoft-heads/00112233445566778899aabbccddeeff"


@dataclass(frozen=True)
class Answer:
    status: int
    kind: str
    text: str


def submission(log: Log, old: int, new: int) -> Submission:
    """What an honest log sends; none could prove that a log grew backwards."""
    return Submission(old, tuple(log.consistency(old, new)) if old <= new else (), log.checkpoint(new))


def kept(state: Path) -> list[Checkpoint]:
    """What a witness has in its folder of what it cosigned."""
    return [Checkpoint.parse(path.read_bytes()) for path in state.glob("cosigned-*")]


class Running:
    """A witness in a process of its own; leaving the block ends it."""

    def __init__(self, state: Path, *logs: Log, name: str = "witness.example/w") -> None:
        keys = [word for log in logs for word in ("--log", str(log.key.verifier))]
        self._process = subprocess.Popen(
            [*COMMAND, *keys, "--state", str(state), "--port", "0", "--name", name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=PLAIN_ENVIRONMENT,
        )
        assert self._process.stdout
        self.policy_line = self._process.stdout.readline()
        self.url = self._process.stdout.readline().rpartition(" ")[2].strip().removesuffix("/add-checkpoint")
        self.port = int(self.url.rpartition(":")[2])
        self.key = VerifierKey.parse(self.policy_line.split()[2])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.kill()

    def kill(self) -> str:
        """End it as a failing machine would; return what it said of trouble."""
        self._process.kill()
        return self._process.communicate()[1]

    def ask(
        self, body: bytes, *, method: str = "POST", path: str = "/add-checkpoint", headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers["Content-Type"], answer.read().decode())
        finally:
            connection.close()

    def add(self, log: Log, old: int, new: int) -> Answer:
        return self.ask(bytes(submission(log, old, new)))

    def cosigned(self, log: Log, old: int, new: int) -> int:
        """Have it cosign, check that it did, and return the time that it states."""
        answer = self.add(log, old, new)
        assert answer.status == 200, answer
        return self.checked(log.checkpoint(new), answer.text)

    def checked(self, checkpoint: bytes, line: str) -> int:
        text = Checkpoint.parse(checkpoint).note.text
        time = Note.parse(f"{text}\n{line}".encode()).signers([self.key])[self.key]
        assert time
        return time
