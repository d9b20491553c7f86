"""6a: what the ledger gives to everybody, and to witnesses, tells nothing of anybody (canaries of the whole world)."""

import base64
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from djmixersoft.ledger import selectors
from djmixersoft.ledger.entries import hash_of_leaf
from djmixersoft.ledger.merkle import HASH_SIZE, leaf_hash
from djmixersoft.ledger.submissions import Submission
from djmixersoft.ledger.tiles import tiles_of
from djmixersoft.ledger.witnesses import policy_text
from djmixersoft.policy.purposes import acting_for
from tests.promises.people import ALICES_OWN, BOBS_OWN, STRANGERS, A, B

if TYPE_CHECKING:
    from tests.promises.people import World


@pytest.fixture(scope="module")
def published(world: "World") -> dict[str, bytes]:
    """Everything of the ledger that leaves this machine without anybody's being asked who they are."""
    with acting_for("visiting"):
        heads = selectors.heads()
        assert heads
        found = {"checkpoint": heads.checkpoint, "policy": policy_text(heads.key, None).encode()}
        found |= {tile.path: selectors.heads_tile(tile) or b"" for tile in tiles_of(heads.size)}
        proof = selectors.heads_consistency(2, heads.size)
        found["what a witness is sent"] = bytes(Submission(2, tuple(proof), heads.checkpoint))
    with world.superuser() as superuser:
        # Checkpoints of logs go into receipts, which their owners may hand to anybody.
        rows = superuser.execute("SELECT checkpoint FROM djms.ledger_log WHERE checkpoint IS NOT NULL")
        found |= {f"checkpoint of log {number}": one for number, (one,) in enumerate(rows)}
    return found


def forms(value: bytes) -> Iterator[bytes]:
    """A value in the forms in which it could show."""
    yield from (value, value.hex().encode(), base64.b64encode(value), sha256(value).digest(), leaf_hash(value))
    yield from (base64.b64encode(sha256(value).digest()), base64.b64encode(leaf_hash(value)))


def canaries(world: "World") -> Iterator[bytes]:
    people, crews = (world.alice, world.bob, world.carol, world.stranger), (world.a, world.b)
    yield from (word.encode() for word in (A, B, ALICES_OWN, BOBS_OWN, STRANGERS))
    yield from (value.encode() for one in people for value in (one.email, one.token, one.password))
    yield from (crew.name.encode() for crew in crews)
    for identity in world.ids(*crews, *people).values():
        yield from (identity, identity.replace(b"-", b""), UUID(identity.decode()).bytes)


def test_no_name_address_or_id_shows_in_what_everybody_gets(world: "World", published: dict[str, bytes]) -> None:
    assert len(published) > 5
    hidden = {form for canary in canaries(world) for form in forms(canary)}
    assert [(what, form) for what, text in published.items() for form in hidden if form in text] == []


def test_who_has_an_entry_but_not_its_salt_can_confirm_nothing(world: "World", published: dict[str, bytes]) -> None:
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT e.entry, e.salt, e.leaf, l.hash FROM djms.ledger_entry e"
            " JOIN djms.ledger_leaf l ON l.entry_id = e.id WHERE e.entry IS NOT NULL"
        ).fetchall()
    hashes = {hashed for *_, hashed in rows} | {leaf for _, _, leaf, _ in rows}
    everything = b"".join(published.values())
    for entry, salt, leaf, hashed in rows:
        assert hash_of_leaf(salt, entry) == hashed, "with the salt it can be"
        guesses = (b"", bytes(32), entry, sha256(entry).digest(), leaf[1:], hashed)
        assert not any(hash_of_leaf(guess, entry) in hashes for guess in guesses)
        assert not any(form in everything or form in hashes for form in forms(entry))
        assert salt not in everything
    salts = [salt for _, salt, *_ in rows]
    assert len(set(salts)) == len(salts) > 500
    for place in range(HASH_SIZE):
        assert len({salt[place] for salt in salts}) > 150, "each byte of a salt can be anything"
