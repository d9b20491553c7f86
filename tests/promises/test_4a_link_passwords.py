"""4a: a link's password is compared unseen and can't be guessed; what a link is used for is noted."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from tests.promises.acting import Acting, acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.crates import Link
    from tests.promises.people import World

REFUSED = "42501"


@pytest.fixture
def site(cluster: "Cluster") -> str:
    return cluster.url("djms_site")


def test_before_it_opens_it_tells_only_how_its_password_is_hashed(site: str, world: "World") -> None:
    with acting(site, "p_sharing") as visitor:
        locked = visitor.rows("SELECT * FROM djms.look_at_share(%s, false)", world.a.crate.locked.secret)[0]
        assert locked[:4] == ("password", None, None, 0)
        assert (len(locked[4]), *locked[5:]) == (16, 19456, 2, 1)
        unknown = visitor.rows("SELECT * FROM djms.look_at_share(%s, false)", str(uuid4()))[0]
        assert unknown == ("unknown", None, None, 0, None, None, None, None)
        for table in ("share", "share_secret", "share_opening", "share_use"):
            assert visitor.refusal(f"SELECT * FROM djms.{table}") == REFUSED
    with acting(site, "p_teamwork", token=world.alice.token) as member:
        for table in ("share_secret", "share_opening"):
            for sql in ("SELECT * FROM djms.{}", "DELETE FROM djms.{}", "UPDATE djms.{} SET share_id = share_id"):
                assert member.refusal(sql.format(table)) == REFUSED


OPEN = "SELECT djms.open_share(%s, %s, %s)"


def keyed(undone: Acting, link: "Link", key: bytes) -> None:
    undone.changed("UPDATE djms.share_secret SET verifier = sha256(%s) WHERE share_id = %s", key, link.id)


def test_the_password_of_one_link_opens_no_other(world: "World", undone: Acting) -> None:
    mine, theirs = world.a.crate, world.b.crate
    keyed(undone, mine.locked, b"mine")
    keyed(undone, theirs.locked, b"theirs")
    for link, key in ((theirs.locked, b"mine"), (mine.locked, b"theirs"), (mine.shared, b"mine"), (mine.locked, None)):
        assert undone.value(OPEN, link.secret, key, b"h1") == "wrong"
    assert undone.value(OPEN, mine.revoked.secret, b"mine", b"h2") == "wrong"
    assert undone.value(OPEN, mine.locked.secret, b"mine", b"h3") == "open"
    opened = undone.rows("SELECT share_id FROM djms.share_opening WHERE token_hash IN ('h1', 'h2', 'h3')")
    assert opened == [(mine.locked.id,)]


def test_whoever_guesses_passwords_is_slowed_down_by_the_salt_and_by_the_key(world: "World", undone: Acting) -> None:
    link = world.a.crate.locked
    keyed(undone, link, b"right")
    look = "SELECT wait_seconds, salt IS NULL FROM djms.look_at_share(%s, true)"
    assert [undone.rows(look, link.secret)[0] for _ in range(10)] == [(0, False)] * 10
    ((seconds, nothing_to_hash),) = undone.rows(look, link.secret)
    assert 0 < seconds <= 15 * 60
    assert nothing_to_hash
    # Who has the salt already doesn't ask for it.
    assert [undone.value(OPEN, link.secret, b"guess", b"h") for _ in range(10)] == ["wrong"] * 10
    assert undone.value(OPEN, link.secret, b"right", b"h") == "many"
    assert undone.rows("SELECT * FROM djms.share_opening WHERE token_hash = 'h'") == []
    assert undone.value(OPEN, world.b.crate.locked.secret, b"guess", b"h") == "wrong", "others' links go on"
    undone.changed("UPDATE djms.sign_in_try SET expires = clock_timestamp() - interval '1 s'")
    assert undone.value(OPEN, link.secret, b"right", b"h") == "open"
    assert undone.rows(look, link.secret) == [(0, False)], "who knows it starts anew"


def test_a_use_is_noted_once_in_ten_minutes_and_keeps_what_was_opened_open(world: "World", undone: Acting) -> None:
    crate = world.a.crate
    uses = "SELECT what, count(*) FROM djms.share_use WHERE share_id = %s GROUP BY 1 ORDER BY 1"
    note = "SELECT djms.note_share_use(%s, %s)"
    undone.rows("SELECT set_config('djms.token', %s, true)", crate.locked.opening)
    undone.changed("UPDATE djms.share_opening SET expires = clock_timestamp() + interval '1 minute'")
    for what in ("played", "played", "looked", "played", "taken", "taken"):
        undone.rows(note, crate.items[0], what)
    assert undone.rows(uses, crate.locked.id) == [("looked", 1), ("played", 1), ("taken", 1)]
    undone.changed("UPDATE djms.share_use SET used_at = used_at - interval '10 minutes'")
    undone.rows(note, crate.items[0], "played")
    assert undone.rows(uses, crate.locked.id) == [("looked", 1), ("played", 2), ("taken", 1)]
    longer = "SELECT share_id, expires > clock_timestamp() + interval '55 minutes' FROM djms.share_opening"
    kept: dict[object, bool] = dict(undone.rows(longer))
    assert (kept[crate.locked.id], kept[world.b.crate.locked.id]) == (True, False)
    for item, what in ((crate.items[1], "played"), (crate.inside, "looked"), (uuid4(), "taken")):
        assert undone.refusal(note, item, what) == REFUSED
    for neither in ("stolen", "", None):
        assert undone.refusal(note, crate.items[0], neither) == REFUSED


def test_two_pieces_that_are_asked_for_at_once_are_one_use(site: str, world: "World", fresh: "Link") -> None:
    note = "SELECT djms.note_share_use(%s, 'played')"
    with acting(site, "p_sharing", token=fresh.secret, kept=True) as one:
        one.rows(note, world.a.crate.inside)
        with psycopg.connect(site, autocommit=True) as other, other.transaction(force_rollback=True):
            other.execute(
                "SELECT set_config('role', 'p_sharing', true), set_config('djms.token', %s, true)", [fresh.secret]
            )
            other.execute("SET LOCAL lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute(note.encode(), [world.a.crate.inside])
    with acting(site, "p_sharing", token=fresh.secret, kept=True) as other_one:
        other_one.rows(note, world.a.crate.inside)
    with world.superuser() as superuser:
        row: Any = superuser.execute("SELECT count(*) FROM djms.share_use WHERE share_id = %s", [fresh.id]).fetchone()
    assert row == (1,)
