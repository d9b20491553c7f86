"""What witnesses hand in is taken if all of it is true and an account has named the witness, and then it is shown."""

import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import psycopg
import pytest

from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.notes import LARGEST, Note, SigningKey
from tests.ledger.growing import Log
from tests.site.browsing import Browser, Person
from tests.site.recording import Seal, put_on_record
from tests.site.witnessing import (
    another,
    cosigned,
    hand_in,
    log_key,
    named,
    new_witness,
    page_of,
    shown,
    size_of,
)

Superuser = psycopg.Connection[Any]
OTHER = "this witness has seen another ledger than ours"


@pytest.fixture
def checkpoint(vkey: str, visitor: Browser) -> bytes:
    """What the site shows, once all that is on record is sealed."""
    assert vkey
    return shown(visitor)


@pytest.fixture
def witness(owner: Person, checkpoint: bytes) -> SigningKey:
    """A witness that the owner's account has named."""
    assert checkpoint
    return named(owner, new_witness())


def said(answer: Any) -> tuple[int, str]:  # noqa: ANN401 - a response of the test client
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert not answer.cookies
    return answer.status_code, answer.text.strip()


def grown(checkpoint: bytes, owner: Person, superuser: Superuser, seal: Seal, visitor: Browser) -> bytes:
    """The checkpoint after more was sealed."""
    put_on_record(superuser, owner, 1)
    seal()
    later = shown(visitor)
    assert size_of(later) > size_of(checkpoint)
    return later


def test_the_page_shows_the_last_size_that_was_signed(
    owner: Person, visitor: Browser, checkpoint: bytes, witness: SigningKey, superuser: Superuser, seal: Seal
) -> None:
    assert "Nothing yet" in page_of(owner)
    assert said(hand_in(visitor, cosigned(checkpoint, witness))) == (HTTPStatus.OK, "Taken. Thank you.")
    assert f"Cosigned {size_of(checkpoint)} head" in page_of(owner)
    later = grown(checkpoint, owner, superuser, seal, visitor)
    assert hand_in(visitor, cosigned(later, witness)).status_code == HTTPStatus.OK
    page = page_of(owner)
    assert f"Cosigned {size_of(later)} head" in page
    assert "Nothing yet" not in page
    assert OTHER not in page


def test_what_is_older_or_the_same_changes_nothing(
    owner: Person, visitor: Browser, checkpoint: bytes, witness: SigningKey, superuser: Superuser, seal: Seal
) -> None:
    old, now = cosigned(checkpoint, witness), time.time()
    later = grown(checkpoint, owner, superuser, seal, visitor)
    assert hand_in(visitor, cosigned(later, witness, at=now)).status_code == HTTPStatus.OK
    kept = superuser.execute("SELECT * FROM djms.ledger_handed_in WHERE witness = %s", [str(witness.verifier)])
    before = kept.fetchall()
    for _ in range(30):
        assert said(hand_in(visitor, old)) == (
            HTTPStatus.CONFLICT,
            "This witness has handed in a larger size already.",
        )
    for at in (now, now - 100):
        assert said(hand_in(visitor, cosigned(later, witness, at=at)))[1] == "This is here already. Thank you."
    kept = superuser.execute("SELECT * FROM djms.ledger_handed_in WHERE witness = %s", [str(witness.verifier)])
    assert kept.fetchall() == before
    assert said(hand_in(visitor, cosigned(later, witness, at=now + 60)))[1] == "Taken. Thank you."


def broken(line: bytes) -> bytes:
    """A signature of which one character is another."""
    return line[:-20] + (b"A" if line[-20:-19] != b"A" else b"B") + line[-19:]


def lines_of(note: bytes) -> list[bytes]:
    return [str(one).encode() for one in Note.parse(note).signatures]


Forge = Callable[[bytes, SigningKey], bytes]
"""Makes what is refused of a checkpoint and a named witness."""
REFUSED: dict[str, tuple[Forge, int, str]] = {
    "nothing": (lambda _now, _by: b"", 400, "no checkpoint"),
    "garbage": (lambda _now, _by: b"\x00\xff" * 500, 400, "no checkpoint"),
    "a form": (lambda _now, _by: b"a=b&c=d", 400, "no checkpoint"),
    "text that goes on": (lambda now, by: cosigned(now, by) + b"and more\n", 400, "no checkpoint"),
    "cut off": (lambda now, by: cosigned(now, by)[:-30], 400, "no checkpoint"),
    "huge": (lambda now, by: cosigned(now, by).ljust(LARGEST + 1, b"x"), 413, "longer than 65536 bytes"),
    "not signed by the log": (
        lambda now, by: now.partition(b"\n\n")[0] + b"\n\n" + lines_of(cosigned(now, by))[-1],
        403,
        "isn’t signed by the ledger",
    ),
    "another size under the log's signature": (
        lambda now, by: cosigned(now.replace(f"\n{size_of(now)}\n".encode(), b"\n3000000\n", 1), by),
        403,
        "isn’t signed by the ledger",
    ),
    "the witness's signature forged": (
        lambda now, by: now + broken(lines_of(cosigned(now, by))[-1]),
        403,
        "witness’s signature is wrong",
    ),
    "the witness's signature of another checkpoint": (
        lambda now, by: now + lines_of(cosigned(another(now), by))[-1],
        403,
        "witness’s signature is wrong",
    ),
    "nobody cosigned": (lambda now, _by: now, 404, "No account has named"),
    "a witness that nobody named": (lambda now, _by: cosigned(now, new_witness()), 404, "No account has named"),
    "another log's": (
        lambda _now, by: cosigned(Log("djmixersoft-heads/another", [b"\x01" * 32]).checkpoint(), by),
        404,
        "of another log",
    ),
    "our origin, signed by another key": (
        lambda now, by: cosigned(Checkpoint.parse(now).head.signed(Log(log_key().name).key), by),
        403,
        "isn’t signed by the ledger",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_all_true_is_refused_in_a_sentence(
    owner: Person, visitor: Browser, checkpoint: bytes, witness: SigningKey, what: str
) -> None:
    forge, status, words = REFUSED[what]
    answered = said(hand_in(visitor, forge(checkpoint, witness)))
    assert answered[0] == status, answered
    assert words in answered[1]
    assert "Nothing yet" in page_of(owner)
    assert hand_in(visitor, cosigned(checkpoint, witness)).status_code == HTTPStatus.OK
    assert "Nothing yet" not in page_of(owner)


@pytest.mark.parametrize("more", [0, 5], ids=["of the same size", "larger than ours"])
def test_another_ledger_signed_with_our_key_is_news_is_kept_and_shown(
    owner: Person,
    visitor: Browser,
    checkpoint: bytes,
    witness: SigningKey,
    superuser: Superuser,
    caplog: pytest.LogCaptureFixture,
    more: int,
) -> None:
    other = cosigned(another(checkpoint, more=more), witness)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            status, words = said(hand_in(visitor, other))
            assert status == HTTPStatus.UNPROCESSABLE_ENTITY
            assert "isn’t the one that this witness has seen" in words
    errors = [one.getMessage() for one in caplog.records if "another ledger" in one.getMessage()]
    assert len(errors) == 1, "it is said once"
    assert witness.name not in errors[0]
    assert hand_in(visitor, cosigned(checkpoint, witness)).status_code == HTTPStatus.OK
    page = page_of(owner)
    assert OTHER in page, "it stays, whatever fits comes later"
    assert f"a ledger of {size_of(checkpoint) + more} head" in page
    assert f"Cosigned {size_of(checkpoint)} head" in page
    [(kept, line)] = superuser.execute(
        "SELECT checkpoint, line FROM djms.ledger_handed_in WHERE witness = %s AND NOT fits", [str(witness.verifier)]
    )
    evidence = Note.parse(bytes(kept) + line.encode())
    assert set(evidence.signers([log_key().verifier, witness.verifier])) == {log_key().verifier, witness.verifier}
    owner.post(f"{owner.crate}/witnesses/drop", {"witness": str(witness.verifier)})
    assert OTHER not in page_of(owner)


def test_what_another_accounts_witness_handed_in_is_not_shown(
    owner: Person, mate: Person, visitor: Browser, checkpoint: bytes, witness: SigningKey
) -> None:
    named(mate, new_witness())
    for body in (cosigned(checkpoint, witness), cosigned(another(checkpoint), witness)):
        hand_in(visitor, body)
    assert OTHER in page_of(owner)
    page = page_of(mate)
    assert OTHER not in page
    assert "Nothing yet" in page


def test_of_several_witnesses_each_that_was_named_is_kept_and_nothing_of_the_others(
    owner: Person, mate: Person, visitor: Browser, checkpoint: bytes, witness: SigningKey, superuser: Superuser
) -> None:
    second, unknown = named(mate, new_witness()), new_witness()
    assert hand_in(visitor, cosigned(checkpoint, unknown, witness, second)).status_code == HTTPStatus.OK
    for person in (owner, mate):
        assert f"Cosigned {size_of(checkpoint)} head" in page_of(person)
    rows = superuser.execute(
        "SELECT witness, convert_from(checkpoint, 'UTF8'), line FROM djms.ledger_handed_in WHERE witness = ANY (%s)",
        [[str(one.verifier) for one in (witness, second, unknown)]],
    ).fetchall()
    assert {key for key, _checkpoint, _line in rows} == {str(witness.verifier), str(second.verifier)}
    for key, kept, line in rows:
        assert Note.parse(kept.encode()).signers([log_key().verifier])
        assert len(Note.parse(kept.encode()).signatures) == 1
        assert line.split()[1] == key.partition("+")[0]


def test_a_witness_of_two_accounts_is_shown_to_both_until_each_drops_it(
    owner: Person, mate: Person, visitor: Browser, checkpoint: bytes, witness: SigningKey, superuser: Superuser
) -> None:
    named(mate, witness, "The same one")
    body, key = cosigned(checkpoint, witness), str(witness.verifier)
    assert hand_in(visitor, body).status_code == HTTPStatus.OK
    owner.post(f"{owner.crate}/witnesses/drop", {"witness": key})
    assert f"Cosigned {size_of(checkpoint)} head" in page_of(mate)
    mate.post(f"{mate.crate}/delete", {"name": "Warm Up"})
    left = superuser.execute(
        "SELECT witness FROM djms.ledger_handed_in WHERE witness = %(key)s"
        " UNION ALL SELECT vkey FROM djms.ledger_witness WHERE vkey = %(key)s",
        {"key": key},
    )
    assert left.fetchall() == [], "the account's deletion takes all of it along"
    assert hand_in(visitor, body).status_code == HTTPStatus.NOT_FOUND


def test_who_hands_in_without_end_is_asked_to_wait(
    owner: Person, visitor: Browser, checkpoint: bytes, witness: SigningKey
) -> None:
    now = time.time()
    answers = [hand_in(visitor, cosigned(checkpoint, witness, at=now + number)) for number in range(22)]
    assert [one.status_code for one in answers] == [200] * 20 + [429] * 2
    assert answers[-1]["Retry-After"] == "60"
    other = named(owner, new_witness(), "Another")
    assert hand_in(visitor, cosigned(checkpoint, other)).status_code == HTTPStatus.OK


def test_no_page_of_another_site_can_hand_in(visitor: Browser, checkpoint: bytes, witness: SigningKey) -> None:
    body = cosigned(checkpoint, witness)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert hand_in(visitor, body, **headers).status_code == HTTPStatus.FORBIDDEN
    assert hand_in(visitor, body).status_code == HTTPStatus.OK


def test_before_anything_is_sealed_it_says_so(visitor: Browser, checkpoint: bytes, superuser: Superuser) -> None:
    superuser.execute("CREATE TEMPORARY TABLE aside AS TABLE djms.ledger_heads")
    superuser.execute("DELETE FROM djms.ledger_heads")
    try:
        assert said(hand_in(visitor, checkpoint)) == (HTTPStatus.NOT_FOUND, "Nothing was sealed here yet.")
    finally:
        superuser.execute("INSERT INTO djms.ledger_heads SELECT * FROM aside")
        superuser.execute("DROP TABLE aside")
