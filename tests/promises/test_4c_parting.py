"""4c: who deletes an account before its notices have gone is told all the same; of a silent process, on its day."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from djmixersoft.lockbox import telling
from tests.legal.officers import Officers, at_work, in_
from tests.mail.working import Workplace
from tests.promises.acting import acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

OPEN = "SELECT outcome FROM djms.open_after_notice(%s, %s::uuid[], null, 'asked', 'It hangs.', 1, false)"


@dataclass
class Parting:
    """A second account of Alice's, with Bob as a member, in which support may open an access and tell of it later."""

    world: "World"
    officers: Officers
    workplace: Workplace
    site: str
    account: UUID
    item: UUID

    def opened(self) -> None:
        assert self.officers.value(self.officers.supporter, OPEN, self.account, [self.item]) == "opened"

    def opened_silently(self) -> UUID:
        """A process of which a court forbids to tell, under which the item can be read; its id."""
        process = self.officers.confirmed(account=self.account, items=[self.item], silence=in_(days=30))
        assert self.officers.open(process)[0] == "opened"
        return process

    def delete(self, token: str = "") -> int:
        with acting(self.site, "p_teamwork", token=token or self.world.alice.token, kept=True) as one:
            return one.changed("DELETE FROM djms.account WHERE id = %s", self.account)

    def send(self) -> list[tuple[str, str]]:
        """Send what is due; to whom it went, and what it says."""
        before = len(self.workplace.mails)
        with self.workplace.as_login("djms_mailer", MAIL_URL=""):
            for notice in telling.due():
                telling.send_notice(notice_id=notice)
        return sorted((mail["To"], mail.get_content()) for mail in self.workplace.mails[before:])

    def queued(self) -> int:
        row = self.workplace.superuser.execute(
            "SELECT count(*) FROM djms.procrastinate_jobs j"
            " JOIN djms.parting_notice n ON j.args ->> 'notice' = n.id::text AND n.sent_at IS NULL"
        ).fetchone()
        assert row
        return int(row[0])


@pytest.fixture
def parting(cluster: "Cluster", world: "World", tmp_path: Path) -> Iterator[Parting]:
    (tmp_path / "mailbox").mkdir()
    account, item = uuid4(), uuid4()
    with at_work(cluster, world) as officers:
        superuser = officers.superuser
        place = Workplace(cluster, superuser, tmp_path)
        superuser.execute("UPDATE djms.access_notice SET sent_at = now(), acknowledged_at = now()")
        superuser.execute("INSERT INTO djms.account (id, name) VALUES (%s, 'The shortlived')", [account])
        for person, does in ((world.alice, True), (world.bob, False)):
            superuser.execute(
                "INSERT INTO djms.membership (account_id, person_id, is_administrator) VALUES (%s, %s, %s)",
                [account, person.id, does],
            )
        superuser.execute("INSERT INTO djms.access_setting (account_id, after_notice) VALUES (%s, true)", [account])
        with superuser.transaction():
            superuser.execute("SET LOCAL session_replication_role = replica")
            superuser.execute(
                "INSERT INTO djms.item (account_id, id, name, size, sha256, media_type, blob_id, added_by, changed_by)"
                " SELECT %s, %s, 'Of the autumn', 1, sha256(''), 'audio/flac', gen_random_uuid(), p, p"
                " FROM (SELECT %s::uuid AS p) of_alice",
                [account, item, world.alice.id],
            )
        try:
            yield Parting(world, officers, place, cluster.url("djms_site"), account, item)
        finally:
            place.end()
            superuser.execute("DELETE FROM djms.account WHERE id = %s", [account])
            superuser.execute("DELETE FROM djms.legal_process WHERE account_id = %s", [account])
            superuser.execute("DELETE FROM djms.parting_notice WHERE account_name = 'The shortlived'")
            superuser.execute("DELETE FROM djms.procrastinate_jobs")


def test_who_deletes_the_account_before_its_notice_has_gone_is_told_all_the_same(parting: Parting) -> None:
    parting.opened()
    assert parting.delete(parting.world.bob.token) == 0, "a member deletes nothing"
    assert parting.delete() == 1
    assert parting.queued() == 1, "it is sent at once"
    ((to, text),) = parting.send()
    assert to == parting.world.alice.email
    assert parting.officers.supporter.pseudonym in text
    assert "The shortlived" in text
    assert "access to one item" in text
    assert "Of the autumn" not in text, "no item is named"
    assert "/accounts/" not in text, "there is no page any more"
    assert parting.send() == [], "once"


def test_all_who_administer_it_at_that_moment_are_told(parting: Parting) -> None:
    parting.opened()
    with acting(parting.site, "p_teamwork", token=parting.world.alice.token, kept=True) as alice:
        assert alice.changed(
            "UPDATE djms.membership SET is_administrator = true WHERE account_id = %s AND person_id = %s",
            parting.account,
            parting.world.bob.id,
        )
    assert parting.delete(parting.world.bob.token) == 1
    assert [to for to, _ in parting.send()] == sorted([parting.world.alice.email, parting.world.bob.email])


def test_what_was_told_already_is_not_told_again(parting: Parting) -> None:
    parting.opened()
    ((to, text),) = parting.send()
    assert (to, "/accounts/" in text) == (parting.world.alice.email, True)
    parting.delete()
    assert (parting.queued(), parting.send()) == (0, [])


def test_what_a_court_forbids_to_tell_waits_for_its_day_and_then_is_told(parting: Parting) -> None:
    process = parting.opened_silently()
    parting.delete()
    assert parting.send() == [], "not before"
    purposes = ("p_teamwork", "p_self_service")
    for purpose in purposes:
        with acting(parting.site, purpose, token=parting.world.alice.token) as alice:
            assert alice.refusal("SELECT FROM djms.parting_notice") == "42501", "nor can anybody see that it waits"
    parting.officers.told(process)
    ((to, text),) = parting.send()
    assert to == parting.world.alice.email
    assert "a legal process demanded Content of “The shortlived”" in text
    assert parting.send() == []


def test_while_it_has_not_gone_for_a_minute_no_further_access_opens_with_a_notice_to_follow(parting: Parting) -> None:
    parting.opened()
    parting.delete()
    world, supporter = parting.world, parting.officers.supporter
    with acting(parting.site, "p_teamwork", token=world.alice.token, kept=True) as alice:
        alice.value("SELECT djms.allow_after_notice(%s, true)", world.a.id)
    try:
        outcomes = []
        for waited in (0, 61):
            parting.workplace.superuser.execute(
                "UPDATE djms.parting_notice SET created_at = now() - %s * interval '1 second' WHERE sent_at IS NULL",
                [waited],
            )
            with parting.officers.desk.acting(supporter, kept=False) as agent:
                outcomes.append(agent.value(OPEN, world.a.id, [world.a.items[0]]))
        assert outcomes == ["opened", "notice"]
        parting.send()
        with parting.officers.desk.acting(supporter, kept=False) as agent:
            assert agent.value(OPEN, world.a.id, [world.a.items[0]]) == "opened"
    finally:
        parting.workplace.superuser.execute("UPDATE djms.access_setting SET after_notice = false")
