"""A witness cosigns what has only grown, over HTTP as the standard says, and nothing else, whatever comes at it."""

import random
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from djmixersoft.ledger import listening
from djmixersoft.ledger.checkpoints import Checkpoint, Head
from djmixersoft.ledger.merkle import EMPTY_ROOT, leaf_hash
from djmixersoft.ledger.notes import Algorithm, SigningKey, VerifierKey
from djmixersoft.ledger.submissions import Submission
from djmixersoft.ledger.witnessing import Witness
from tests.ledger.growing import Log, key
from tests.ledger.witnesses import ORIGIN, Answer, Running, kept, submission
from tests.support import IS_LONG

LEAVES = [leaf_hash(at.to_bytes(4)) for at in range(600)]
LOG = Log(ORIGIN, LEAVES)
FORK = Log(ORIGIN, [*LEAVES[:400], *map(leaf_hash, LEAVES[400:])])
STRANGER = Log("djmixersoft-heads/ffff", LEAVES[:10])


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def witness(state: Path) -> Iterator[Running]:
    with Running(state, LOG) as running:
        yield running


# What it says yes to


def test_it_cosigns_what_a_log_has_grown_to_and_says_when(witness: Running) -> None:
    before = int(time.time())
    times = [witness.cosigned(LOG, *sizes) for sizes in ((0, 1), (1, 2), (2, 2), (2, 300), (300, 599), (599, 600))]
    assert times == sorted(times)
    assert before <= times[0] <= times[-1] <= time.time()


def test_the_same_checkpoint_is_cosigned_anew(witness: Running, state: Path) -> None:
    first = witness.cosigned(LOG, 0, 300)
    assert witness.cosigned(LOG, 300, 300) >= first
    assert [one.head for one in kept(state)] == [LOG.head(300)]


def test_what_it_keeps_is_the_checkpoint_with_its_cosignature_for_any_verifier(witness: Running, state: Path) -> None:
    witness.cosigned(LOG, 0, 300)
    [checkpoint] = kept(state)
    assert checkpoint.is_signed_by(LOG.key.verifier)
    assert set(checkpoint.note.signers([witness.key, LOG.key.verifier])) == {witness.key, LOG.key.verifier}


def test_others_signatures_under_a_checkpoint_are_passed_over(witness: Running, state: Path) -> None:
    namesake = SigningKey(ORIGIN, Algorithm.ED25519, STRANGER.key.private)
    foreign = key("another.example/witness", Algorithm.COSIGNATURE).line("not even this text\n", time=1)
    asked = submission(LOG, 0, 300)
    more = asked.checkpoint + (foreign + namesake.line("nor this\n")).encode()
    assert witness.ask(bytes(replace(asked, checkpoint=more))).status == 200
    assert [bytes(one.note).count("— ".encode()) for one in kept(state)] == [2], "the log's and its own are kept"


def test_an_extension_of_the_log_is_cosigned_with_the_rest(witness: Running) -> None:
    text = f"{LOG.head(300)}an extension\n"
    checkpoint = f"{text}\n{LOG.key.line(text)}".encode()
    answer = witness.ask(bytes(Submission(0, (), checkpoint)))
    assert (answer.status, bool(witness.checked(checkpoint, answer.text))) == (200, True)


def test_a_log_can_begin_empty(witness: Running) -> None:
    witness.cosigned(LOG, 0, 0)
    witness.cosigned(LOG, 0, 0)
    witness.cosigned(LOG, 0, 5)


def test_it_keeps_several_logs_apart(state: Path) -> None:
    with Running(state, LOG, STRANGER) as witness:
        witness.cosigned(LOG, 0, 300)
        witness.cosigned(STRANGER, 0, 5)
        assert [witness.add(*asked).text for asked in ((STRANGER, 0, 9), (LOG, 0, 9))] == ["5\n", "300\n"]
        witness.cosigned(STRANGER, 5, 10)
        witness.cosigned(LOG, 300, 400)


def test_a_log_may_have_a_new_key_beside_the_old_one(state: Path) -> None:
    with Running(state, LOG) as witness:
        witness.cosigned(LOG, 0, 300)
    renewed = Log(ORIGIN, LEAVES)
    renewed.key = SigningKey(ORIGIN, Algorithm.ED25519, STRANGER.key.private)
    with Running(state, LOG, renewed) as witness:
        witness.cosigned(renewed, 300, 400)
    with Running(state, renewed) as witness:
        witness.cosigned(renewed, 400, 500)
        assert witness.add(LOG, 500, 600).status == 403


def test_another_implementations_requests_are_taken_as_they_are(state: Path) -> None:
    # From the tests of Filippo Valsorda's litewitness: one log, and two requests that follow upon the first.
    origin = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
    public = bytes.fromhex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")
    other = Witness(state, [VerifierKey(origin, Algorithm.ED25519, public)])

    def asked(old: int, proof: list[str], size: int, root: str, signature: str) -> bytes:
        return "\n".join(
            [f"old {old}", *proof, "", origin, str(size), root, "", f"— {origin} {signature}", ""]
        ).encode()

    leaf = "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    first = "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY="
    three = "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go="
    five = "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww="
    second = "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    to_three = [second, "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    to_five = [second, "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=", "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    requests = [
        (asked(0, [second] * 64, 1, leaf, first), 400),
        (asked(0, [], 1, leaf, first), 200),
        (asked(1, to_five, 5, "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=", five), 200),
        (asked(1, to_three, 3, "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=", three), 409),
    ]
    assert [listening.answer(other, body, print)[0] for body, _ in requests] == [status for _, status in requests]
    assert [one.head.size for one in kept(state)] == [5]


# What it says no to


def test_a_stale_size_is_answered_with_the_one_it_knows(witness: Running) -> None:
    assert witness.add(LOG, 7, 9) == Answer(409, "text/x.tlog.size", "0\n")
    witness.cosigned(LOG, 0, 300)
    for old, new in ((0, 300), (0, 600), (299, 300), (301, 600), (299, 299), (0, 5)):
        assert witness.add(LOG, old, new) == Answer(409, "text/x.tlog.size", "300\n")
    witness.cosigned(LOG, 300, 600)


def test_a_log_that_was_rolled_back_or_forked_is_not_cosigned(witness: Running, state: Path) -> None:
    witness.cosigned(LOG, 0, 500)
    assert witness.add(LOG, 499, 499).status == 409
    assert witness.add(LOG, 500, 499).status == 400
    assert witness.add(FORK, 500, 500) == Answer(409, "text/x.tlog.size", "500\n")
    assert witness.add(FORK, 500, 600).status == 422
    assert [one.head for one in kept(state)] == [LOG.head(500)]
    shown = {path.name.rpartition("-")[2]: Checkpoint.parse(path.read_bytes()) for path in state.glob("evidence-*")}
    assert {name: one.head for name, one in shown.items()} == {"kept": LOG.head(500), "shown": FORK.head(500)}
    assert all(one.is_signed_by(LOG.key.verifier) for one in shown.values()), "the log can't deny either"
    assert "FORK: The log has signed two trees of 500 entries." in witness.kill()


def test_a_bad_proof_is_refused(witness: Running, state: Path) -> None:
    witness.cosigned(LOG, 0, 300)
    good, chance = submission(LOG, 300, 600), random.Random(12)
    wrong = [(), good.proof[:-1], (*good.proof, good.proof[-1]), good.proof[::-1]]
    for _ in range(20):
        at, proof = chance.randrange(len(good.proof)), list(good.proof)
        proof[at] = leaf_hash(proof[at])
        wrong.append(tuple(proof))
    assert {witness.ask(bytes(replace(good, proof=proof))).status for proof in wrong} == {422}
    assert witness.ask(bytes(replace(submission(LOG, 300, 300), proof=good.proof))).status == 422
    assert [one.head.size for one in kept(state)] == [300]
    assert witness.ask(bytes(good)).status == 200


def test_nothing_is_in_the_empty_tree_and_no_proof_leads_out_of_it(witness: Running, state: Path) -> None:
    empty = Head(ORIGIN, 0, EMPTY_ROOT)
    for root in (bytes(32), LEAVES[0]):
        checkpoint = replace(empty, root=root).signed(LOG.key)
        assert witness.ask(bytes(Submission(0, (), checkpoint))).status == 422
    assert witness.ask(bytes(Submission(0, (LEAVES[0],), empty.signed(LOG.key)))).status == 422
    assert witness.ask(bytes(Submission(0, (LEAVES[0],), LOG.checkpoint(1)))).status == 422
    assert kept(state) == []


def test_a_wrong_signature_is_refused_whatever_else_is_there(witness: Running, state: Path) -> None:
    right, text = LOG.checkpoint(300), str(LOG.head(300))
    wrong = LOG.key.line("another text\n").encode()
    unsigned = [
        text.encode() + b"\n" + wrong,
        right + wrong,
        text.encode() + b"\n" + STRANGER.key.line(text).encode(),
        LOG.head(300).signed(SigningKey(ORIGIN, Algorithm.ED25519, STRANGER.key.private)),
        LOG.head(300).signed(SigningKey(ORIGIN, Algorithm.COSIGNATURE, LOG.key.private)),
    ]
    assert [witness.ask(bytes(Submission(0, (), one))).status for one in unsigned] == [403] * 5
    assert kept(state) == []


def test_a_log_it_was_not_told_of_is_refused(witness: Running) -> None:
    assert witness.add(STRANGER, 0, 10).status == 404


GOOD = bytes(submission(LOG, 300, 600))
GARBAGE = {
    "nothing": b"",
    "no checkpoint": b"old 0\n\n",
    "an old size like none": GOOD.replace(b"old 300", b"old 0300"),
    "a negative one": GOOD.replace(b"old 300", b"old -1"),
    "no old size": GOOD.partition(b"\n")[2],
    "a line end of another kind": GOOD.replace(b"old 300\n", b"old 300\r\n"),
    "a short hash": GOOD.replace(b"old 300\n", b"old 300\nAAAA\n"),
    "too many hashes": bytes(Submission(300, (LEAVES[0],) * 64, LOG.checkpoint(600))),
    "a cut": GOOD[:-9],
    "more after it": GOOD + b"\n",
    "too many signatures": GOOD + LOG.key.line("x\n").encode() * 64,
    "bytes": random.Random(13).randbytes(5_000),
    "zeros": bytes(60_000),
}


@pytest.mark.parametrize("garbage", [pytest.param(body, id=name) for name, body in GARBAGE.items()])
def test_garbage_is_refused_in_a_sentence(state: Path, garbage: bytes) -> None:
    said: list[str] = []
    status, kind, text = listening.answer(Witness(state, [LOG.key.verifier]), garbage, said.append)
    assert (status, kind, said) == (400, "text/plain; charset=utf-8", [])
    assert text.startswith("This can't be meant: ")


def test_a_request_that_was_changed_anywhere_is_never_cosigned(state: Path) -> None:
    chance, one = random.Random(14), Witness(state, [LOG.key.verifier])
    one.add(submission(LOG, 0, 300))
    seen = set()
    for _ in range(20_000 if IS_LONG else 2_000):
        body = bytearray(GOOD)
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        seen.add(int(listening.answer(one, bytes(body), print)[0]))
    assert seen == {400, 403, 404, 409, 422}


def test_only_posts_to_its_one_address_and_of_a_size_are_taken(witness: Running) -> None:
    assert {witness.ask(GOOD, path=path).status for path in ("/", "/add-checkpoint/", "/add-checkpoint?x", "/x")} == {
        404
    }
    assert {witness.ask(b"", method=method).status for method in ("GET", "PUT", "DELETE", "OPTIONS", "BREW")} == {405}
    assert witness.ask(GOOD, headers={"Content-Length": "-1"}).status == 411
    assert witness.ask(b"", headers={"Transfer-Encoding": "chunked"}).status == 411
    assert witness.ask(bytes(300_000)).status == 413
    assert witness.ask(b"", headers={"Content-Length": "9" * 5_000}).status == 413
    witness.cosigned(LOG, 0, 300)


def test_a_client_that_waits_to_be_told_to_go_on_is_told(witness: Running) -> None:
    with socket.create_connection(("127.0.0.1", witness.port), timeout=5) as connection:
        head = b"POST /add-checkpoint HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % len(GOOD))
        assert connection.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(GOOD)
        assert connection.recv(4096).startswith(b"HTTP/1.1 409 ")


def test_what_it_answers_names_nobody_and_no_program(witness: Running) -> None:
    with socket.create_connection(("127.0.0.1", witness.port)) as connection:
        connection.sendall(
            b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(GOOD), GOOD)
        )
        head = connection.recv(4096).decode().lower().partition("\r\n\r\n")[0].split("\r\n")
    assert head[0] == "http/1.1 409 conflict"
    assert {line.partition(":")[0] for line in head[1:]} == {"server", "date", "content-type", "content-length"}
    assert "server: witness" in [line.strip() for line in head]
