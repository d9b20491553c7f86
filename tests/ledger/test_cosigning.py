"""A log gets its cosignatures, from as many witnesses as a policy asks for, and takes nothing else for one."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from djmixersoft.ledger import fetching
from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.cosigning import NotCosigned, cosign
from djmixersoft.ledger.merkle import leaf_hash
from djmixersoft.ledger.notes import Algorithm, SigningKey
from djmixersoft.ledger.policies import Policy, Witness
from djmixersoft.ledger.submissions import Submission
from djmixersoft.operations.addresses import public_address
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.tls import certificate
from tests.ledger.answering import Answering
from tests.ledger.growing import Log, key
from tests.ledger.witnesses import ORIGIN, Running, submission

LEAVES = [leaf_hash(at.to_bytes(4)) for at in range(600)]
LOG = Log(ORIGIN, LEAVES)
FORK = Log(ORIGIN, [*LEAVES[:100], *map(leaf_hash, LEAVES[100:])])
KEY = key("witness.example/w", Algorithm.COSIGNATURE)
SIZE = "text/x.tlog.size"


def proofs(log: Log, size: int) -> Callable[[int], list[bytes]]:
    return lambda old: log.consistency(old, size)


def asked(log: Log, size: int, witness: Witness, known: int = 0) -> str:
    return cosign(log.checkpoint(size), proofs(log, size), witness, known=known)


def at(url: str, signer: SigningKey = KEY) -> Witness:
    return Witness("ours", signer.verifier, url)


def test_a_witness_is_asked_once_where_its_size_is_known_and_twice_where_not(tmp_path: Path) -> None:
    with Running(tmp_path / "state", LOG) as running:
        witness = Witness("ours", running.key, running.url)
        for size, known in ((0, 0), (100, 0), (200, 100), (300, 0), (400, 399), (500, 600), (500, 500)):
            line = asked(LOG, size, witness, known)
            assert running.checked(LOG.checkpoint(size), line)
            assert line.count("\n") == 1


def test_two_of_three_witnesses_make_a_policy_hold(tmp_path: Path) -> None:
    names = ("operator", "auditor", "customer")
    with ExitStack() as stack:
        running = [stack.enter_context(Running(tmp_path / name, LOG, name=f"w.example/{name}")) for name in names]
        keys = [f"witness {name} {one.key} {one.url}" for name, one in zip(names, running, strict=True)]
        text = "\n".join([f"log {LOG.key.verifier}", *keys, "group two 2 operator auditor customer", "quorum two", ""])
        policy = Policy.parse(text.encode())
        checkpoint, reached = LOG.checkpoint(), []
        for name in names:
            checkpoint += asked(LOG, LOG.size, policy.witnesses[name]).encode()
            reached.append(policy.satisfied(Checkpoint.parse(checkpoint)).is_reached)
    assert reached == [False, True, True]


def test_nothing_but_the_checkpoint_and_hashes_is_sent() -> None:
    with Answering(lambda _path, _body: (404, "text/plain", b"")) as server, pytest.raises(NotCosigned):
        asked(LOG, 600, at(server.url), 300)
    [request] = server.requests
    assert request.body == bytes(submission(LOG, 300, 600))
    host = server.url.removeprefix("http://")
    assert (request.method, request.path) == ("POST", "/add-checkpoint")
    assert request.headers == {"Host": host, "Accept-Encoding": "identity", "Content-Length": str(len(request.body))}


def test_a_witness_may_lie_below_a_path() -> None:
    with Answering(lambda _path, _body: (404, "text/plain", b"")) as server:
        for prefix in ("/some/witness", "/some/witness/"):
            with pytest.raises(NotCosigned, match="Witness ours doesn't know this log"):
                asked(LOG, 600, at(server.url + prefix))
    assert {request.path for request in server.requests} == {"/some/witness/add-checkpoint"}


def test_a_log_that_was_forked_or_rolled_back_is_told_what_the_witness_knows(tmp_path: Path) -> None:
    with Running(tmp_path / "state", LOG) as running:
        witness = Witness("ours", running.key, running.url)
        asked(LOG, 300, witness)
        with pytest.raises(NotCosigned, match="has seen 300 entries of this log; here are 200") as refused:
            asked(LOG, 200, witness)
        assert refused.value.known == 300
        with pytest.raises(NotCosigned, match="has seen another tree of 300 entries") as refused:
            asked(FORK, 300, witness)
        assert refused.value.known == 300
        with pytest.raises(NotCosigned, match="finds that the log hasn't only grown"):
            asked(FORK, 400, witness)
        assert asked(LOG, 400, witness)


TEXT = str(LOG.head(600))
OTHER = key("witness.example/other", Algorithm.COSIGNATURE)
RIGHT = KEY.line(TEXT, time=9).encode()
NAMESAKE = replace(OTHER, name=KEY.name)
ANSWERS = {
    "nothing": (200, "text/plain", b"", "is no cosignature"),
    "a page": (200, "text/html", b"<html></html>\n", "is no cosignature"),
    "bytes": (200, "text/plain", b"\xff\x00", "is no cosignature"),
    "another's": (200, "text/plain", OTHER.line(TEXT, time=9).encode(), "no cosignature of the key that is known"),
    "a namesake's": (200, "text/plain", NAMESAKE.line(TEXT, time=9).encode(), "no cosignature of the key"),
    "of another text": (200, "text/plain", KEY.line(str(LOG.head(599)), time=9).encode(), "is wrong"),
    "a right and a wrong one": (200, "text/plain", RIGHT + KEY.line("x\n", time=9).encode(), "is wrong"),
    "another note": (200, "text/plain", b"more\n\n" + RIGHT, "is wrong|no cosignature"),
    "no time": (200, "text/plain", replace(KEY, algorithm=Algorithm.ED25519).line(TEXT).encode(), "no cosignature"),
    "not ours": (403, "text/plain", b"", "doesn't know the key"),
    "not meant": (400, "text/plain", b"", "can't be meant"),
    "elsewhere": (302, "text/plain", b"", "answers with 302"),
    "broken": (500, "text/plain", b"", "answers with 500"),
    "busy": (503, "text/plain", b"", "answers with 503"),
    "a size of another kind": (409, "text/plain", b"5\n", "doesn't say which"),
    "no size": (409, SIZE, b"", "doesn't say which"),
    "a wrong size": (409, SIZE, b"-1\n", "doesn't say which"),
    "an endless size": (409, SIZE, b"9" * 100, "doesn't say which"),
    "a size beyond": (409, SIZE, b"601\n", "has seen 601 entries of this log; here are 600"),
    "always the same size": (409, SIZE, b"0\n", "another tree of 0 entries"),
    "very much": (200, "text/plain", RIGHT * 2_000, "more than 131072 bytes"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_no_other_answer_is_taken_for_a_cosignature(name: str) -> None:
    status, kind, body, sentence = ANSWERS[name]
    server = Answering(lambda _path, _body: (status, kind, body))
    with server, pytest.raises(NotCosigned, match=sentence) as refused:
        asked(LOG, 600, at(server.url))
    assert "ours" in str(refused.value) or "127.0.0.1" in str(refused.value)
    assert len(server.requests) == 1, "nothing is tried again, and no redirect followed"


def test_a_witness_that_always_knows_another_size_is_asked_twice() -> None:
    server = Answering(lambda _path, body: (409, SIZE, b"%d\n" % (Submission.parse(body).old + 1)))
    with server, pytest.raises(NotCosigned, match="another size of this log each time"):
        asked(LOG, 600, at(server.url))
    assert len(server.requests) == 2


def test_lines_of_keys_that_are_not_known_are_passed_over() -> None:
    with Answering(lambda _path, _body: (200, "text/plain", OTHER.line("any\n", time=1).encode() + RIGHT)) as server:
        assert asked(LOG, 600, at(server.url)).encode() == RIGHT


# Connections


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"])
def test_one_that_dribbles_is_given_up(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(fetching, "LONGEST", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def dribble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(sent)
                for _ in range(100):
                    time.sleep(0.05)
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        threading.Thread(target=dribble, daemon=True).start()
        with pytest.raises(NotCosigned, match="takes too long to answer"):
            asked(LOG, 600, at(f"http://127.0.0.1:{server.getsockname()[1]}"))


def test_one_that_is_silent_or_away_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(NotCosigned, match="takes too long to answer"):
            asked(LOG, 600, at(url))
    with pytest.raises(NotCosigned, match=r"can't be reached \(ConnectionRefusedError\)"):
        asked(LOG, 600, at(url))


def test_only_a_trusted_certificate_for_this_host_is_good_enough(tmp_path: Path) -> None:
    files = certificate(DataFolder(tmp_path / "data").open(), public_address({}), {})
    args, right = (LOG.checkpoint(), proofs(LOG, LOG.size)), lambda _path, _body: (200, "text/plain", RIGHT)
    with Answering(right, files) as server, Answering(right, files, "127.0.0.2") as elsewhere:
        with pytest.raises(NotCosigned, match=r"The certificate of 127\.0\.0\.1 is not trusted"):
            cosign(*args, at(server.url))
        with pytest.raises(NotCosigned, match=r"The certificate of 127\.0\.0\.2 is not trusted"):
            cosign(*args, at(elsewhere.url), certificate=files[0])
        with pytest.raises(NotCosigned, match="is no certificate that can be read"):
            cosign(*args, at(server.url), certificate=tmp_path / "none")
        assert server.requests == elsewhere.requests == []
        assert cosign(*args, at(server.url), certificate=files[0]).encode() == RIGHT


@pytest.mark.parametrize(
    "url",
    [
        *("", "witness.example", "ftp://witness.example/", "file:///etc/passwd", "http://witness.example/", "https://"),
        *("http://127.0.0.1.example/", "https://a:b@witness.example", "https://w.example?x", "https://w.example:99999"),
        *("https://w.example#x", "https://w\N{LATIN SMALL LETTER E WITH ACUTE}.example", "https://[::1", "https://w:0"),
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(NotCosigned, match="isn't an address that begins with https://"):
        asked(LOG, 600, at(url))
