"""7b: the newsletter is offered, never pre-chosen; and nobody but a person subscribes themselves."""

from typing import TYPE_CHECKING

from tests.promises.acting import acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

SUBSCRIBE = "INSERT INTO djms.subscription (person_id) VALUES (%s)"


def test_only_who_ticked_the_box_is_subscribed(world: "World") -> None:
    people = [world.alice, world.bob, world.carol, world.stranger]
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT person_id FROM djms.subscription WHERE person_id = ANY(%s)", [[one.id for one in people]]
        )
        subscribed = {person for (person,) in rows}
    assert subscribed == {world.alice.id, world.carol.id, world.stranger.id}, "Bob left the box as it was"


def test_the_box_that_was_ticked_counts_when_the_registration_is_confirmed(world: "World") -> None:
    key = "'\\x00', 19456, 2, 1, '\\x01'"
    with world.superuser() as superuser, superuser.transaction(force_rollback=True):
        for ticked in (True, False):
            address = f"box-{ticked}@example.org".lower()
            superuser.execute(f"SELECT djms.register(%s, {key}, 'x', '1', %s)".encode(), [address, ticked])
            link = superuser.execute("SELECT secret FROM djms.mail_message WHERE recipient = %s", [address]).fetchone()
            assert superuser.execute("SELECT djms.confirm_registration(%s)", link).fetchone() == ("confirmed",)
            superuser.execute("SELECT set_config('djms.token', %s, true)", [world.alice.token])
            superuser.execute("SELECT djms.invite(%s, %s)", [world.a.id, f"by-{address}"])
            asked = superuser.execute("SELECT secret FROM djms.mail_message WHERE recipient = %s", [f"by-{address}"])
            joined = f"SELECT outcome FROM djms.register_invited(%s, {key}, '1', %s)"
            assert superuser.execute(joined.encode(), [*(asked.fetchone() or ()), ticked]).fetchone() == ("joined",)
        rows = superuser.execute(
            "SELECT email FROM djms.person JOIN djms.subscription ON person_id = id WHERE email ~ 'box-'"
        )
        assert {email for (email,) in rows} == {"box-true@example.org", "by-box-true@example.org"}


def test_one_subscribes_oneself_and_nobody_else(cluster: "Cluster", world: "World") -> None:
    with acting(cluster.url("djms_site"), "p_self_service", token=world.bob.token) as bob:
        for other in (world.alice, world.carol):
            assert bob.refusal(SUBSCRIBE, other.id) == "42501"
            assert bob.changed("DELETE FROM djms.subscription WHERE person_id = %s", other.id) == 0
        assert bob.refusal("UPDATE djms.subscription SET since = now()") == "42501"
        assert bob.rows("SELECT * FROM djms.subscription") == []
        assert bob.changed(SUBSCRIBE, world.bob.id) == 1
        assert bob.value("SELECT count(*) FROM djms.subscription") == 1
        assert bob.changed("DELETE FROM djms.subscription") == 1


def test_no_other_purpose_or_login_subscribes_anybody(cluster: "Cluster", world: "World") -> None:
    for login, roles in (
        ("site", ("none", "p_visiting", "p_sign_in", "p_teamwork")),
        ("mailer", ("none", "p_administrative_mail", "p_queue")),
        ("steward", ("none", "p_retention", "p_queue")),
    ):
        with acting(cluster.url(f"djms_{login}"), token=world.bob.token) as one:
            for role in roles:
                assert one.refusal(f"SET LOCAL ROLE {role}") == ""
                for sql in (SUBSCRIBE, "SELECT * FROM djms.subscription WHERE person_id = %s"):
                    assert one.refusal(sql, world.bob.id) == "42501"
