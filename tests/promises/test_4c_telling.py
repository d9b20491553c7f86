"""4c: of an access that nobody approved beforehand, whoever administers the account then is told, whatever happens."""

from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError

from djmixersoft.lockbox import jobs, telling
from tests.lockbox.desk import Agent, Desk, dismiss, hire
from tests.mail.working import Inbox, Workplace, free_port, mail_server
from tests.promises.acting import acting
from tests.support import wait_until

if TYPE_CHECKING:
    import psycopg
    from aiosmtpd.smtp import Envelope

    from tests.conftest import Cluster
    from tests.promises.people import World


class Telling:
    """Alice's account, which lets support open an access and tell of it afterwards; and somebody of support."""

    def __init__(self, cluster: "Cluster", world: "World", superuser: "psycopg.Connection[Any]") -> None:
        self.site, self.desk = cluster.url("djms_site"), Desk(cluster.url("djms_desk"))
        self.mailer = cluster.url("djms_mailer")
        self.world, self.superuser, self.agent = world, superuser, hire(superuser)

    def allow(self, *, allowed: bool, token: str = "") -> str:
        with acting(self.site, "p_teamwork", token=token or self.world.alice.token, kept=True) as one:
            return str(one.value("SELECT djms.allow_after_notice(%s, %s)", self.world.a.id, allowed))

    def open(self, agent: Agent | None = None) -> str:
        with self.desk.acting(agent or self.agent) as one:
            return str(
                one.value(
                    "SELECT outcome FROM djms.open_after_notice(%s, %s::uuid[], null, 'asked', 'It hangs.', 1, false)",
                    self.world.a.id,
                    [self.world.a.items[0]],
                )
            )

    def notice(self) -> tuple[UUID, bool]:
        """The latest notice, and whether it was sent."""
        row = self.superuser.execute(
            "SELECT id, sent_at IS NOT NULL FROM djms.access_notice ORDER BY created_at DESC LIMIT 1"
        ).fetchone()
        assert row
        return row[0], row[1]

    def administers(self, person: UUID, *, does: bool) -> None:
        with self.superuser.transaction():
            self.superuser.execute("SET LOCAL session_replication_role = replica")
            self.superuser.execute(
                "UPDATE djms.membership SET is_administrator = %s WHERE account_id = %s AND person_id = %s",
                [does, self.world.a.id, person],
            )

    def on_record(self, action: str) -> int:
        row = self.superuser.execute(
            "SELECT count(*) FROM djms.ledger_entry WHERE account_id = %s"
            " AND convert_from(entry, 'UTF8')::jsonb ->> 'action' = %s",
            [self.world.a.id, action],
        ).fetchone()
        assert row
        return int(row[0])


@pytest.fixture
def workplace(cluster: "Cluster", world: "World", tmp_path: Path) -> Iterator[Workplace]:
    (tmp_path / "mailbox").mkdir()
    with world.superuser() as superuser:
        superuser.execute("DELETE FROM djms.procrastinate_jobs")
        place = Workplace(cluster, superuser, tmp_path)
        yield place
        place.end()
        superuser.execute("DELETE FROM djms.procrastinate_jobs")
        superuser.execute("DELETE FROM djms.procrastinate_workers")
        superuser.execute("DELETE FROM djms.mail_message WHERE recipient ~ '^dj[0-9]+@'")


@pytest.fixture
def told(cluster: "Cluster", world: "World", workplace: Workplace) -> Iterator[Telling]:
    telling_of = Telling(cluster, world, workplace.superuser)
    try:
        yield telling_of
    finally:
        workplace.end()
        telling_of.administers(world.alice.id, does=True)
        telling_of.administers(world.bob.id, does=False)
        dismiss(workplace.superuser, telling_of.agent)
        workplace.superuser.execute("UPDATE djms.access_setting SET after_notice = false")


def test_support_asks_first_unless_an_administrator_says_otherwise(told: Telling) -> None:
    assert told.open() == "ask-first"
    assert told.allow(allowed=True, token=told.world.bob.token) == "not-yours"
    assert told.allow(allowed=True, token=told.world.carol.token) == "not-yours"
    assert told.open() == "ask-first"
    before = told.on_record("administrator:after-notice:allowed")
    assert told.allow(allowed=True) == "done"
    assert told.on_record("administrator:after-notice:allowed") == before + 1
    assert told.open() == "opened"
    assert told.allow(allowed=False) == "done"
    assert told.open() == "ask-first"


def test_while_a_notice_is_unsent_no_further_access_opens(told: Telling, workplace: Workplace) -> None:
    told.allow(allowed=True)
    assert [told.open(), told.open()] == ["opened", "notice"]
    with workplace.as_login("djms_mailer", MAIL_URL=""):
        assert telling.send_notice(notice_id=told.notice()[0])
        assert not telling.send_notice(notice_id=told.notice()[0]), "once is enough"
    assert told.open() == "opened"


def test_a_notice_goes_before_other_mail_to_whoever_administers_the_account(
    told: Telling, workplace: Workplace
) -> None:
    for number in range(20):
        workplace.write_down(recipient=f"dj{number}@example.org")
    told.allow(allowed=True)
    assert told.open() == "opened"
    workplace.start("mailer")
    wait_until("the notice is sent", lambda: told.notice()[1])
    others = workplace.superuser.execute(
        "SELECT id FROM djms.mail_message WHERE recipient ~ '^dj[0-9]+@'"
        " AND sent_at < (SELECT max(sent_at) FROM djms.access_notice)"
    ).fetchall()
    assert len(others) <= 2, "before the others"
    mail = next(mail for mail in workplace.mails if "access to Content" in mail["Subject"])
    assert mail["To"] == told.world.alice.email
    assert told.agent.pseudonym in mail.get_content()
    assert f"/accounts/{told.world.a.id}/access/" in mail.get_content()
    assert "number" not in mail.get_content(), "no item is named"
    assert told.on_record("system:notice:sent") > 0


def test_with_the_mail_server_down_it_waits_and_then_goes_to_who_administers_the_account_by_then(
    told: Telling, workplace: Workplace
) -> None:
    port, inbox = free_port(), Inbox()
    told.allow(allowed=True)
    told.open()
    notice, _ = told.notice()
    with workplace.as_login("djms_mailer", MAIL_URL=f"smtp://127.0.0.1:{port}"):
        with pytest.raises(ConnectionRefusedError):
            telling.send_notice(notice_id=notice)
        assert not told.notice()[1]
        told.administers(told.world.bob.id, does=True)
        told.administers(told.world.alice.id, does=False)
        with mail_server(port, inbox):
            assert telling.due() == [notice], "each minute it is tried again"
            assert telling.send_notice(notice_id=notice)
    assert [mail["To"] for mail in inbox.mails] == [told.world.bob.email]
    assert told.notice()[1]


def test_killed_between_sending_and_noting_it_is_sent_again(told: Telling, workplace: Workplace) -> None:
    told.allow(allowed=True)
    told.open()
    notice, _ = told.notice()
    die = (
        "import os\n"
        "from uuid import UUID\n"
        "from djmixersoft.lockbox import telling\n"
        "deliver = telling.deliver\n"
        "telling.deliver = lambda mail: (deliver(mail), os.kill(os.getpid(), 9))\n"
        f"telling.send_notice(notice_id=UUID('{notice}'))\n"
    )
    assert workplace.run_code("mailer", die) == -9
    assert not told.notice()[1]
    first = {mail["Message-ID"] for mail in workplace.mails}
    assert len(first) == 1
    with workplace.as_login("djms_mailer", MAIL_URL=""):
        assert telling.send_notice(notice_id=notice)
    assert {mail["Message-ID"] for mail in workplace.mails} == first, "who got it can tell"


def test_nobody_is_left_alone_until_somebody_has_seen_it(told: Telling, workplace: Workplace) -> None:
    told.allow(allowed=True)
    told.open()
    notice, _ = told.notice()
    account = told.world.a.id
    subjects: list[tuple[int, bool]] = []
    with workplace.as_login("djms_mailer", MAIL_URL=""):
        for days in (0, 2, 3, 6, 7, 13, 14, 21):
            told.superuser.execute(
                "UPDATE djms.access_notice SET sent_at = sent_at - %(by)s * interval '1 day',"
                " reminded_at = reminded_at - %(by)s * interval '1 day' WHERE id = %(id)s",
                {"by": days - (subjects[-1][0] if subjects else 0), "id": notice},
            )
            subjects.append((days, telling.send_notice(notice_id=notice)))
        assert [days for days, sent in subjects if sent] == [0, 3, 7, 14, 21]
        assert len({mail["Message-ID"] for mail in workplace.mails}) == 5
        with acting(told.site, "p_teamwork", token=told.world.bob.token, kept=True) as bob:
            assert bob.value("SELECT djms.acknowledge_notice(%s, %s)", account, notice) == "not-yours"
        with acting(told.site, "p_teamwork", token=told.world.alice.token, kept=True) as alice:
            assert alice.value("SELECT djms.acknowledge_notice(%s, %s)", account, notice) == "done"
        told.superuser.execute("UPDATE djms.access_notice SET sent_at = sent_at - interval '99 days'")
        assert not telling.send_notice(notice_id=notice)


class Choosy(Inbox):
    """A mail server that takes nothing for one address."""

    def __init__(self, never: str) -> None:
        super().__init__()
        self.never = never

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: object, _session: object, envelope: "Envelope", address: str, _options: object
    ) -> str:
        if address == self.never:
            return "550 5.1.1 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def test_an_administrator_whose_address_takes_nothing_keeps_no_other_from_being_told(
    told: Telling, workplace: Workplace
) -> None:
    told.allow(allowed=True)
    told.open()
    notice, _ = told.notice()
    for nobody, somebody in ((told.world.alice, told.world.bob), (told.world.bob, told.world.alice)):
        port, inbox = free_port(), Choosy(nobody.email)
        with workplace.as_login("djms_mailer", MAIL_URL=f"smtp://127.0.0.1:{port}"), mail_server(port, inbox):
            told.administers(told.world.bob.id, does=nobody is told.world.bob)
            told.administers(told.world.alice.id, does=nobody is told.world.alice)
            with pytest.raises(SMTPRecipientsRefused):
                telling.send_notice(notice_id=notice)
            assert not told.notice()[1], "where nobody can be told it stays due"
            told.administers(somebody.id, does=True)
            assert telling.send_notice(notice_id=notice)
            assert [mail["To"] for mail in inbox.mails] == [somebody.email]
            assert told.notice()[1]
        told.superuser.execute("UPDATE djms.access_notice SET sent_at = NULL WHERE id = %s", [notice])


def test_what_is_not_due_is_not_noted_as_sent(told: Telling) -> None:
    told.allow(allowed=True)
    told.open()
    notice, _ = told.notice()
    note = "SELECT djms.note_notice_sent(%s)"
    told.superuser.execute(
        "UPDATE djms.access_notice SET not_before = now() + interval '1 day' WHERE id = %s", [notice]
    )
    with acting(told.mailer, "p_access_notice", kept=True) as mailer:
        mailer.rows(note, notice)
    assert not told.notice()[1]
    told.superuser.execute("UPDATE djms.access_notice SET not_before = now() WHERE id = %s", [notice])
    with acting(told.mailer, "p_access_notice", kept=True) as mailer:
        mailer.rows(note, notice)
    assert told.notice()[1]


def test_one_notice_that_cannot_be_noted_keeps_no_other_waiting(
    told: Telling, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.allow(allowed=True)
    told.open()
    notice, _ = told.notice()
    broken, send = uuid4(), telling.send_notice

    def stuck(*, notice_id: UUID) -> bool:
        if notice_id == broken:
            raise OperationalError("canceling statement due to lock timeout")
        return send(notice_id=notice_id)

    monkeypatch.setattr(telling, "due", lambda: [broken, notice])
    monkeypatch.setattr(telling, "send_notice", stuck)
    with workplace.as_login("djms_mailer", MAIL_URL=""):
        jobs.remind()
    assert told.notice()[1]
