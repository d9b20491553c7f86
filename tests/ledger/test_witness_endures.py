"""A witness never contradicts itself: two at once, slow ones, kill -9, a damaged disk, a clock that was set back."""

import http.client
import os
import random
import shutil
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest

from djmixersoft.ledger import listening
from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.keyfiles import BadKeyFile
from djmixersoft.ledger.merkle import leaf_hash
from djmixersoft.ledger.witnessing import Stale, Witness
from tests.ledger.growing import Log, key
from tests.ledger.witnesses import COMMAND, ORIGIN, Answer, Running, kept, submission
from tests.support import IS_LONG, PLAIN_ENVIRONMENT, wait_until

LEAVES = [leaf_hash(at.to_bytes(4)) for at in range(300)]
LOG = Log(ORIGIN, LEAVES)
RACES = 400 if IS_LONG else 50
KILLS = 100 if IS_LONG else 5


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def started(*words: str, state: Path) -> subprocess.CompletedProcess[str]:
    """Start it where it is to refuse."""
    return subprocess.run(
        [*COMMAND, "--state", str(state), *words], env=PLAIN_ENVIRONMENT, capture_output=True, text=True, check=False
    )


# Two at once


def test_of_two_at_once_one_is_cosigned_and_the_other_learns_of_it(state: Path) -> None:
    logs = [Log(f"{ORIGIN}{at}", LEAVES[:9]) for at in range(RACES)]
    forks = [Log(f"{ORIGIN}{at}", LEAVES[9:20]) for at in range(RACES)]
    with Running(state, *logs) as one, Running(state, *logs) as two, ThreadPoolExecutor(2) as threads:
        assert one.key == two.key
        for log, fork in zip(logs, forks, strict=True):
            # Two trees of one size, each to its own process; then the one that was taken grows by one and by two.
            answers = list(threads.map(Running.add, (one, two), (log, fork), (0, 0), (5, 5)))
            assert sorted(answer.status for answer in answers) == [200, 409]
            taken = log if answers[0].status == 200 else fork
            answers = list(threads.map(Running.add, (one, two), (taken, taken), (5, 5), (6, 7)))
            assert sorted(answer.status for answer in answers) == [200, 409]
            size = 6 if answers[0].status == 200 else 7
            assert Answer(409, "text/x.tlog.size", f"{size}\n") in answers
            one.cosigned(taken, size, 9)


def test_two_first_starts_at_once_make_one_key(state: Path) -> None:
    with ThreadPoolExecutor(2) as threads, ExitStack() as stack:
        both = [stack.enter_context(one) for one in threads.map(lambda _: Running(state, LOG), range(2))]
        assert both[0].policy_line == both[1].policy_line


# kill -9


class Load:
    """Two clients that push a log and its fork (who holds a stolen key does) as fast as they can, and keep answers."""

    def __init__(self) -> None:
        leaves = [leaf_hash(at.to_bytes(4)) for at in range(40_000 if IS_LONG else 6_000)]
        self.branches = [Log(ORIGIN, leaves), Log(ORIGIN, [*leaves[:20], *map(leaf_hash, leaves[20:])])]
        self.answered: list[tuple[int, bytes, int]] = []

    @contextmanager
    def on(self, witness: Running) -> Iterator[None]:
        stop = threading.Event()
        with ThreadPoolExecutor(2) as threads:
            both = [threads.submit(self._push, witness, log, stop) for log in self.branches]
            yield
            stop.set()
        for one in both:
            one.result()

    def _push(self, witness: Running, log: Log, stop: threading.Event) -> None:
        chance, old = random.Random(len(self.answered)), 0
        with suppress(OSError, http.client.HTTPException):
            while not stop.is_set():
                new = min(old + chance.randrange(4), log.size)
                answer = witness.add(log, old, new)
                if answer.status == 200:
                    at = witness.checked(log.checkpoint(new), answer.text)
                    self.answered.append((new, log.head(new).root, at))
                    old = new
                elif answer.status == 409:
                    old = int(answer.text)
                else:
                    assert answer.status == 422, answer
                    old = 0

    def contradictions(self) -> list[str]:
        """What of all that was ever answered can't be true at once."""
        roots, found = dict[int, bytes](), []
        branches = {
            next(number for number, log in enumerate(self.branches) if log.head(size).root == root)
            for size, root, _ in self.answered
            if size > 20
        }
        if len(branches) > 1:
            found.append("both branches were cosigned")
        last = 0
        for size, root, at in sorted(self.answered, key=lambda one: (one[0], one[2])):
            if roots.setdefault(size, root) != root:
                found.append(f"two trees of {size}")
            if at < last:
                found.append(f"{size} was cosigned before a smaller tree")
            last = at
        return found


def test_killed_at_any_moment_it_forgets_nothing_that_it_answered(state: Path) -> None:
    chance, load = random.Random(21), Load()
    for _ in range(KILLS):
        answered = len(load.answered)
        with Running(state, LOG) as witness, load.on(witness):
            wait_until("something is cosigned", lambda: len(load.answered) > answered)  # noqa: B023 - of this round
            time.sleep(chance.uniform(0, 0.15))
            witness.kill()
        [last] = kept(state)
        assert last.head.size >= max(size for size, _, _ in load.answered)
        assert load.contradictions() == []
    assert len(load.answered) > KILLS


# Slow ones, and many


def dribble(port: int, count: int) -> list[socket.socket]:
    found = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    for at, one in enumerate(found):
        one.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 500\r\n\r\nold"[: 5 + 7 * at])
    return found


def answers(port: int) -> bool:
    with (
        suppress(OSError, http.client.HTTPException),
        closing(http.client.HTTPConnection("127.0.0.1", port)) as connection,
    ):
        connection.request("GET", "/")
        return connection.getresponse().status == 405
    return False


def test_slow_clients_keep_nobody_else_waiting(state: Path) -> None:
    with Running(state, LOG) as witness:
        slow = dribble(witness.port, 20)
        witness.cosigned(LOG, 0, 100)
        for one in slow:
            one.close()
        witness.cosigned(LOG, 100, 200)
        assert witness.kill() == "", "and there is nothing to say of it"


def test_too_many_are_turned_away_and_those_that_last_too_long_are_cut(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "MOST", 3)
    monkeypatch.setattr(listening, "LONGEST", 1.0)
    with listening.Listener(Witness(state, [LOG.key.verifier]), "127.0.0.1", 0, print) as listener:
        threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
        slow = dribble(listener.server_port, 3)
        with socket.create_connection(("127.0.0.1", listener.server_port)) as one:
            assert one.recv(100).startswith(b"HTTP/1.1 503 ")
        assert [one.recv(100) for one in slow] == [b""] * 3
        wait_until("there is room again", lambda: answers(listener.server_port))
        body = bytes(submission(LOG, 0, 100))
        connection = http.client.HTTPConnection("127.0.0.1", listener.server_port)
        for status in (200, 409):
            connection.request("POST", "/add-checkpoint", body)
            answer = connection.getresponse()
            assert (answer.status, answer.will_close) == (status, False), "a connection serves one after another"
            answer.read()
        connection.close()
        for one in slow:
            one.close()
        listener.shutdown()


# Its folder


def test_its_key_is_made_once_for_it_alone_and_printed_for_a_policy(state: Path) -> None:
    with Running(state, LOG) as witness:
        first = witness.policy_line
    assert first == f"witness witness.example/w {witness.key}\n"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (state, state / "key")] == [0o700, 0o600]
    with Running(state, LOG, name="") as again:
        assert again.policy_line == first
    assert Witness(state.with_name("other"), []).key.name.startswith("witness/"), "which names nobody"


def test_a_key_that_others_could_read_that_is_damaged_or_of_another_name_is_refused(state: Path) -> None:
    with Running(state, LOG):
        pass
    file, log = state / "key", ("--log", str(LOG.key.verifier))
    refused = started(*log, "--name", "another", state=state)
    assert (refused.returncode, "that of witness.example/w" in refused.stderr) == (2, True)
    file.chmod(0o640)
    refused = started(*log, state=state)
    assert (refused.returncode, "Others than its owner may read" in refused.stderr) == (2, True)
    file.chmod(0o600)
    whole = file.read_bytes()
    for wrong in (b"", b"x", whole[:-9], whole.replace(b"/w+", b"/v+"), whole.replace(b"PRIVATE", b"PUBLIC"), b"\xff"):
        file.write_bytes(wrong)
        with pytest.raises(BadKeyFile, match="is damaged"):
            Witness(state, [LOG.key.verifier])


def test_a_record_that_was_damaged_or_put_there_is_not_believed(state: Path) -> None:
    with Running(state, LOG) as witness:
        witness.cosigned(LOG, 0, 200)
        [file] = state.glob("cosigned-*")
        good = file.read_bytes()
        forged = LOG.checkpoint(100) + key("witness.example/w").line(str(LOG.head(100))).encode()
        for wrong in (b"", good[:-20], good.replace(b"\n200\n", b"\n100\n"), LOG.checkpoint(100), forged):
            file.write_bytes(wrong)
            assert witness.add(LOG, 200, 300).status == 500
        refused = started("--log", str(LOG.key.verifier), state=state)
        assert (refused.returncode, "isn't what this witness cosigned" in refused.stderr) == (2, True)
        file.write_bytes(good)
        witness.cosigned(LOG, 200, 300)


def test_what_can_not_be_kept_is_not_signed(state: Path) -> None:
    with Running(state, LOG) as witness:
        witness.cosigned(LOG, 0, 100)
        shutil.move(state, state.with_name("elsewhere"))
        assert witness.add(LOG, 100, 200).status == 500
        shutil.move(state.with_name("elsewhere"), state)
        witness.cosigned(LOG, 100, 200)
        assert "Can't work: [Errno 2]" in witness.kill()


def test_what_is_answered_is_on_the_disk_before_that_and_its_name_too(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, synced, sync = Witness(state, [LOG.key.verifier]), list[tuple[str, int]](), os.fsync

    def note(file: int) -> None:
        # What a reader would find at that moment, by the name and size of what is synced.
        synced.append((Path(f"/proc/self/fd/{file}").readlink().name, len(kept(state))))
        sync(file)

    monkeypatch.setattr(os, "fsync", note)
    one.add(submission(LOG, 0, 100))
    [file] = state.glob("cosigned-*")
    assert synced == [(f".{file.name}.new", 0), (state.name, 1)]


def test_a_clock_that_was_set_back_makes_no_larger_tree_older_than_a_smaller(state: Path) -> None:
    clock = [2_000_000_000.0]
    one = Witness(state, [LOG.key.verifier], now=lambda: clock[0])
    times = []
    for old, new, now in (
        (0, 10, 2_000_000_000.9),
        (10, 20, 1_000_000_000.0),
        (20, 20, 0.0),
        (20, 30, 2_000_000_005.0),
    ):
        clock[0] = now
        line = one.add(submission(LOG, old, new))
        times.append(
            Checkpoint.parse(LOG.checkpoint(new) + line.encode()).note.signers([one.key.verifier]).popitem()[1]
        )
    assert times == [2_000_000_000, 2_000_000_000, 2_000_000_000, 2_000_000_005]
    with pytest.raises(Stale, match="knows 30 entries"):
        one.add(submission(LOG, 10, 20))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--log", "nonsense"), "This isn't a log's key: nonsense"),
        (("--log", str(key("w")).replace("x", "y")), "This isn't a log's key"),
        (("--log", str(LOG.key.verifier), "--name", "a b"), "The name of a key has no spaces"),
        (("--log", str(LOG.key.verifier), "--listen", "192.0.2.1"), "It can't be done: "),
        (("--log", str(LOG.key.verifier), "--port", "70000"), "is no port"),
    ],
)
def test_what_can_not_be_meant_is_refused_in_a_sentence(state: Path, words: tuple[str, ...], sentence: str) -> None:
    refused = started(*words, state=state)
    assert (refused.returncode, sentence in refused.stderr) == (2, True), refused.stderr
    assert "Traceback" not in refused.stderr
