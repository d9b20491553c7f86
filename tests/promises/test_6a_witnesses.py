"""6a: an account's own witness, run as a customer runs it, hands in what it signed; and nobody gets past that."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from djmixersoft.ledger.notes import Algorithm
from djmixersoft.policy.loading import load
from tests.ledger.growing import key
from tests.ledger.witnesses import COMMAND, kept
from tests.promises.acting import Acting, acting, waiting
from tests.sealing import seal
from tests.site.browsing import Person, Post, registered
from tests.site.recording import put_on_record
from tests.site.witnessing import name, page_of, shown, size_of
from tests.support import PLAIN_ENVIRONMENT, wait_until

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import Somebody, World
    from tests.promises.serving import Site

pytestmark = pytest.mark.usefixtures("kept")
ROLES = {purpose: load().purposes[purpose].role for purpose in ("visiting", "teamwork")}
WITNESS = str(key("hostile.example", Algorithm.COSIGNATURE).verifier)
NAME = "INSERT INTO djms.ledger_witness (account_id, vkey, name, named_by) VALUES (%s, %s, 'x', %s)"
DROP = "DELETE FROM djms.ledger_witness WHERE account_id = %s"
HAND_IN = "SELECT djms.hand_in_cosignature(%s, true, %s, '', 'x', 1)"


@pytest.fixture
def following(served: "Site", chief: Person, tmp_path: Path) -> "Iterator[subprocess.Popen[str]]":
    """The command of the page, that looks at the real site each second."""
    vkey = chief.get("/ledger/policy").text.split()[1]
    site = ["--follow", f"https://localhost:{served.port}", "--certificate", str(served.certificate)]
    words = [*COMMAND, "--log", vkey, "--state", str(tmp_path / "witness"), *site, "--every", "1", "--hand-in"]
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=said, text=True, env=PLAIN_ENVIRONMENT)
        yield process
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


@pytest.fixture
def chief(served: "Site", cluster: "Cluster", world: "World") -> Iterator[Person]:
    """An Administrator, whose account is on record and sealed."""
    with closing(world.superuser()) as superuser:
        superuser.execute("DELETE FROM djms.sign_in_try")
        person = registered(Post(superuser), "chief", served.browser())
        seal(superuser, cluster.url("djms_sealer"))
    yield person
    served.close()


def test_a_customers_witness_signs_what_it_sees_and_the_administrators_see_that(
    chief: Person, following: "subprocess.Popen[str]", cluster: "Cluster", world: "World", tmp_path: Path
) -> None:
    assert following.stdout
    line = following.stdout.readline()
    assert line.startswith("witness ")
    wait_until("it is refused", lambda: "No account has named a witness" in (tmp_path / "said").read_text())
    assert "didn't take what was cosigned" in (tmp_path / "said").read_text()
    assert name(chief, line).status_code == 303
    size = size_of(shown(chief.browser))
    wait_until("the page shows it", lambda: f"Cosigned {size} head" in page_of(chief))
    with closing(world.superuser()) as superuser:
        put_on_record(superuser, chief, 1)
        seal(superuser, cluster.url("djms_sealer"))
    later = size_of(shown(chief.browser))
    assert later > size
    wait_until("the page shows more", lambda: f"Cosigned {later} head" in page_of(chief))
    assert [one.head.size for one in kept(tmp_path / "witness")] == [later]
    following.terminate()
    said, _ = following.communicate()
    assert following.returncode == 0
    assert "handed in: Taken. Thank you." in said


def named_by(somebody: Acting, world: "World", whom: "Somebody", witness: str = WITNESS) -> str:
    return somebody.refusal(NAME, world.a.id, witness, whom.id)


def test_witnesses_are_named_by_administrators_in_their_own_name_and_nobody_else(
    cluster: "Cluster", world: "World"
) -> None:
    url, role = cluster.url("djms_site"), ROLES["teamwork"]
    for other in (world.bob, world.carol, world.stranger):
        with acting(url, role, token=other.token) as somebody:
            assert named_by(somebody, world, other) == "42501"
            assert named_by(somebody, world, world.alice) == "42501"
    with acting(url, role, token=world.alice.token) as alice:
        assert alice.changed(DROP, world.a.id) == 1
        assert named_by(alice, world, world.bob) == "42501"
        assert named_by(alice, world, world.alice, "no key") == "23514"
        assert named_by(alice, world, world.alice) == ""
        assert named_by(alice, world, world.alice) == "23505"
        assert alice.refusal("UPDATE djms.ledger_witness SET name = 'y'") == "42501"
        for _ in range(19):
            another = str(key(f"{uuid4().hex[:20]}.example", Algorithm.COSIGNATURE).verifier)
            assert named_by(alice, world, world.alice, another) == ""
        assert named_by(alice, world, world.alice, str(key("more", Algorithm.COSIGNATURE).verifier)) == "DJ009"
        assert alice.changed(DROP, world.a.id) == 20
    with acting(url, role, token=world.alice.token) as alice:
        assert alice.changed(DROP, world.a.id) == 1
        for _ in range(19):
            another = str(key(f"{uuid4().hex[:20]}.example", Algorithm.COSIGNATURE).verifier)
            assert named_by(alice, world, world.alice, another) == ""
        arguments = (world.a.id, str(key("b", Algorithm.COSIGNATURE).verifier), world.alice.id)
        with waiting(url, role, world.alice.token, NAME, *arguments) as raced:
            assert named_by(alice, world, world.alice) == ""
            alice.connection.execute("COMMIT")
    assert raced.state == "DJ009", "both see 19, and only one is the twentieth"
    with acting(url, role, token=world.alice.token, kept=True) as alice:
        assert alice.changed(DROP, world.a.id) == 20
    with acting(url, role, token=world.alice.token, begin="BEGIN ISOLATION LEVEL REPEATABLE READ") as alice:
        assert named_by(alice, world, world.alice) == "42501", "two who don't see each other's could name 21"


def test_whoever_names_none_sees_none_and_takes_none(cluster: "Cluster", world: "World", undone: Acting) -> None:
    url = cluster.url("djms_site")
    with acting(url, ROLES["teamwork"], token=world.alice.token, kept=True) as alice:
        assert named_by(alice, world, world.alice) == ""
    try:
        for other in (world.bob, world.carol):
            with acting(url, ROLES["teamwork"], token=other.token) as somebody:
                assert somebody.rows("SELECT * FROM djms.ledger_witness WHERE account_id = %s", world.a.id) == []
                assert somebody.changed(DROP, world.a.id) == 0
        with acting(url, ROLES["visiting"]) as visitor:
            assert visitor.refusal("SELECT * FROM djms.ledger_witness") == "42501"
            asked = "SELECT djms.named_witnesses(%s)"
            assert visitor.value(asked, WITNESS[:-45]) == WITNESS
            for less in ("", "+", "\n", "hostile", "hostile.example", "hostile.example+", WITNESS[:-46], "%"):
                assert visitor.value(asked, less) == "", "who doesn't know one isn't told of it"
    finally:
        with acting(url, ROLES["teamwork"], token=world.alice.token, kept=True) as alice:
            assert alice.changed("DELETE FROM djms.ledger_witness WHERE vkey = %s", WITNESS) == 1
    assert undone.value("SELECT count(*) FROM djms.ledger_witness WHERE vkey = %s", WITNESS) == 0


def test_what_was_handed_in_is_written_by_its_door_alone(cluster: "Cluster", world: "World") -> None:
    with acting(cluster.url("djms_site"), ROLES["teamwork"], token=world.alice.token) as alice:
        assert named_by(alice, world, world.alice) == ""
        assert alice.refusal(HAND_IN, WITNESS, 1) == "42501", "not for this purpose"
        for statement in ("INSERT INTO {} DEFAULT VALUES", "UPDATE {} SET size = 1", "DELETE FROM {}", "TRUNCATE {}"):
            assert alice.refusal(statement.format("djms.ledger_handed_in")) == "42501"
    with acting(cluster.url("djms_site"), ROLES["visiting"]) as visitor:
        assert visitor.value(HAND_IN, WITNESS, 1) == "unknown"
        assert visitor.refusal("SELECT * FROM djms.ledger_handed_in") == "42501"


def test_the_door_keeps_what_is_later_within_bounds(undone: Acting, world: "World") -> None:
    hand_in = "SELECT djms.hand_in_cosignature(%s, %s::boolean, %s, %s, %s, %s)"
    assert undone.refusal(NAME, world.a.id, WITNESS, world.alice.id) == ""
    assert undone.value(hand_in, WITNESS, "true", 5, b"x", "x", 7) == "taken"
    assert undone.value(hand_in, WITNESS, "true", 4, b"x", "x", 9) == "older"
    assert undone.value(hand_in, WITNESS, "true", 5, b"x", "x", 7) == "known"
    assert undone.value(hand_in, WITNESS, "false", 3, b"x", "x", 1) == "taken", "beside what fits"
    for size, checkpoint, line in ((-1, b"x", "x"), (6, b"x" * 65537, "x"), (6, b"x", "x" * 1001)):
        assert undone.refusal(hand_in, WITNESS, "true", size, checkpoint, line, 9) == "22023"
    sizes = undone.rows("SELECT fits, size FROM djms.ledger_handed_in WHERE witness = %s ORDER BY fits", WITNESS)
    assert sizes == [(False, 3), (True, 5)]
    assert undone.changed("DELETE FROM djms.account WHERE id = %s", world.a.id) == 1
    assert undone.value("SELECT count(*) FROM djms.ledger_handed_in WHERE witness = %s", WITNESS) == 0
