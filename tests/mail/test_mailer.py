"""Mail from a door to its reader: with real workers, logins, files and mail servers."""

import json
import re
import time
from uuid import UUID

import psycopg
import pytest
from procrastinate import App

from djmixersoft.mail.jobs import rescue as rescue_mail
from djmixersoft.mail.services import send
from djmixersoft.operations.worker import QUEUE_OPTIONS
from djmixersoft.people import services as people
from djmixersoft.policy.jobs import rescue as rescue_jobs
from djmixersoft.policy.purposes import acting_for
from tests.mail.working import Inbox, Workplace, free_port, mail_server, stop
from tests.support import wait_until

PASSWORD = "needle in the groove"
FAST_ENOUGH = 2.0


def register(workplace: Workplace, email: str) -> UUID:
    """Register, and return the message that is to be sent."""
    people.register(email=email, password=PASSWORD, account_name="Crew", terms_version="1", newsletter=False)
    row = workplace.superuser.execute("SELECT id FROM djms.mail_message WHERE recipient = %s", [email]).fetchone()
    assert row
    return UUID(str(row[0]))


def test_who_registers_gets_a_link_that_works_and_the_database_forgets_it(workplace: Workplace) -> None:
    worker = workplace.start("mailer")
    message = register(workplace, "first@example.org")
    workplace.wait_sent(message)
    (mail,) = workplace.mails
    assert mail["To"] == "first@example.org"
    link = re.search(r"https://localhost:8443/confirm/(\w+)\n", mail.get_content())
    assert link
    with acting_for("sign-in"):
        assert people.confirm_registration(token=link[1]) == "confirmed"
    assert workplace.state(message) == ("sent", None)
    wait_until("the job that is done is deleted", lambda: not workplace.jobs(message))
    assert stop(worker) == 0


def test_a_link_that_was_mailed_is_nowhere_in_the_database(workplace: Workplace) -> None:
    message = workplace.write_down("reset-password", secret="0123456789abcdef")
    with workplace.as_login("djms_mailer", MAIL_URL=""):
        assert send(message)
        assert not send(message), "once is enough"
    assert workplace.state(message) == ("sent", None)
    assert len(workplace.mails) == 1


@pytest.mark.parametrize("login", ["djms_site", "djms_desk"])
def test_a_mailer_goes_on_whatever_any_login_tells_it(workplace: Workplace, login: str) -> None:
    worker = workplace.start("mailer")
    workplace.wait_sent(workplace.write_down())
    with psycopg.connect(workplace.cluster.url(login), autocommit=True) as other:
        for payload in ("", "no job", "[]", "{}", '{"type": "job_inserted"}', '{"type": "abort_job_requested"}'):
            other.execute("SELECT pg_notify('procrastinate_queue_v1#mailer', %s)", [payload])
    workplace.wait_sent(workplace.write_down())
    assert worker.poll() is None
    assert not [line for line in workplace.log("mailer") if line["level"] in {"error", "warning"}]
    assert stop(worker) == 0


def test_killed_between_sending_and_noting_it_a_mailer_sends_the_same_mail_again(workplace: Workplace) -> None:
    message = workplace.write_down("reset-password", secret="0123456789abcdef")
    die = (
        "import os\n"
        "from uuid import UUID\n"
        "from djmixersoft.mail import services\n"
        "deliver = services.deliver\n"
        "services.deliver = lambda mail: (deliver(mail), os.kill(os.getpid(), 9))\n"
        f"services.send(UUID('{message}'))\n"
    )
    assert workplace.run_code("mailer", die) == -9
    assert workplace.state(message) == ("queued", "0123456789abcdef")
    first = [path.read_bytes() for path in workplace.files]
    assert len(first) == 1, "it was sent before it died"
    workplace.start("mailer")
    workplace.wait_sent(message)
    assert [path.read_bytes() for path in workplace.files] == first


def test_a_mail_server_that_comes_back_gets_each_mail_once(workplace: Workplace) -> None:
    port, inbox = free_port(), Inbox()
    messages = [workplace.write_down(recipient=f"dj{number}@example.org") for number in range(3)]
    workplace.start("mailer", f"smtp://127.0.0.1:{port}")
    wait_until("each was tried", lambda: all(workplace.jobs(message) == [("todo", 1)] for message in messages))
    assert {workplace.state(message)[0] for message in messages} == {"queued"}
    with mail_server(port, inbox):
        for message in messages:
            workplace.wait_sent(message)
    assert sorted(mail["To"] for mail in inbox.mails) == ["dj0@example.org", "dj1@example.org", "dj2@example.org"]
    assert not workplace.files, "with a mail server the local mailbox stays empty"


def test_a_message_that_cannot_be_made_fails_loudly_and_is_kept(workplace: Workplace) -> None:
    two = "two@example.org, secret-reader@example.org"
    unknown = workplace.write_down("reset-password", recipient=two, secret="0123456789abcdef")
    fine = workplace.write_down()
    workplace.start("mailer")
    workplace.wait_sent(fine)
    wait_until("the unknown one is to be tried again", lambda: workplace.jobs(unknown) == [("todo", 1)])
    assert workplace.state(unknown) == ("queued", "0123456789abcdef")
    said = workplace.log("mailer")
    (failure,) = [line for line in said if line["event"] == "job failed"]
    assert failure["error"] == "djmixersoft.mail.templates.Unsendable"
    assert failure["job"] == "mail.send"
    assert not re.search(r"secret-reader|0123456789abcdef|example\.org", json.dumps(said)), "logs name nobody"


def test_a_job_knows_a_message_by_its_id_and_nothing_else(workplace: Workplace) -> None:
    register(workplace, "quiet@example.org")
    workplace.write_down("invitation", secret="0123456789abcdef", account="Crew", inviter="ann@example.org")
    jobs = workplace.superuser.execute("SELECT * FROM djms.procrastinate_jobs WHERE queue_name = 'mailer'").fetchall()
    arguments = [value for job in jobs for value in job if isinstance(value, dict)]
    assert len(arguments) == 2
    for argument in arguments:
        assert str(UUID(argument.pop("message")))
        assert not argument
    assert not re.search("example|Crew|0123456789abcdef", str(jobs))


def test_a_message_whose_job_was_lost_gets_one_new_job(workplace: Workplace) -> None:
    lost, waiting, fresh = (workplace.write_down(recipient=f"{name}@example.org") for name in ("lost", "wait", "fresh"))
    workplace.superuser.execute(
        "UPDATE djms.mail_message SET created_at = now() - interval '2 minutes' WHERE id = any(%s)", [[lost, waiting]]
    )
    gone = [str(lost), str(fresh)]
    workplace.superuser.execute("DELETE FROM djms.procrastinate_jobs WHERE args ->> 'message' = any(%s)", [gone])

    async def twice(queue: App) -> None:
        await rescue_mail(queue)
        await rescue_mail(queue)

    with workplace.as_login("djms_mailer"):
        workplace.queue("mailer", twice)
    assert workplace.jobs(lost) == [("todo", 0)]
    assert workplace.jobs(waiting) == [("todo", 0)], "a message that has a job gets no second"
    assert workplace.jobs(fresh) == [], "a new message's job may be on its way"


def test_a_killed_mailers_job_is_done_by_the_next(workplace: Workplace) -> None:
    port, slow, quick = free_port(), Inbox(hold=30), Inbox()
    message = workplace.write_down()
    with mail_server(port, slow):
        first = workplace.start("mailer", f"smtp://127.0.0.1:{port}")
        wait_until("the mailer is in the middle of it", lambda: slow.asked == 1)
        first.kill()
        first.wait()
    assert workplace.jobs(message) == [("doing", 0)]
    workplace.queue("steward", rescue_jobs)
    assert workplace.jobs(message) == [("doing", 0)], "it was alive a moment ago"
    workplace.superuser.execute("UPDATE djms.procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    workplace.queue("steward", rescue_jobs)
    assert workplace.jobs(message) == [("todo", 1)]
    with mail_server(port, quick):
        workplace.start("mailer", f"smtp://127.0.0.1:{port}")
        workplace.wait_sent(message)
    assert len(quick.mails) == 1


def test_a_mailer_stops_at_once_even_while_a_mail_server_thinks(workplace: Workplace) -> None:
    port, slow = free_port(), Inbox(hold=30)
    message = workplace.write_down()
    with mail_server(port, slow):
        worker = workplace.start("mailer", f"smtp://127.0.0.1:{port}")
        wait_until("the mailer is in the middle of it", lambda: slow.asked == 1)
        asked = time.monotonic()
        assert stop(worker) == 0
        assert time.monotonic() - asked < FAST_ENOUGH
    assert workplace.state(message)[0] == "queued"


@pytest.mark.parametrize("name", ["mailer", "steward"])
def test_a_worker_without_its_database_ends_soon_so_that_it_is_started_again(workplace: Workplace, name: str) -> None:
    worker = workplace.start(name)
    login = f"djms_{name}"
    wait_until("the worker is at work", lambda: any(line["event"] == "worker started" for line in workplace.log(name)))
    try:
        workplace.superuser.execute(f"ALTER ROLE {login} NOLOGIN".encode())
        workplace.superuser.execute(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE usename = %s", [login]
        )
        assert worker.wait(12) == 1
    finally:
        workplace.superuser.execute(f"ALTER ROLE {login} LOGIN".encode())


def test_a_job_that_no_purpose_is_known_for_is_not_run(workplace: Workplace) -> None:
    forged = (
        "INSERT INTO djms.procrastinate_jobs (queue_name, task_name, args)"
        " VALUES ('mailer', 'builtin:procrastinate.builtin_tasks.remove_old_jobs', '{\"max_hours\": 0}')"
    )
    with pytest.raises(psycopg.errors.CheckViolation):
        workplace.superuser.execute(forged.encode())
    with workplace.any_job():
        workplace.superuser.execute(forged.encode())
        fine = workplace.write_down()
        workplace.start("mailer")
        workplace.wait_sent(fine)
        status = "SELECT status::text FROM djms.procrastinate_jobs WHERE task_name LIKE 'builtin%'"
        assert workplace.superuser.execute(status).fetchall() == [("failed",)]


@pytest.mark.parametrize("login", ["djms_mailer", "djms_steward"])
def test_a_workers_connection_to_the_queue_sees_no_mail(workplace: Workplace, login: str) -> None:
    workplace.write_down()
    with psycopg.connect(workplace.cluster.url(login), options=QUEUE_OPTIONS, autocommit=True) as queue:
        assert queue.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)
        for table in ("mail_message", "person", "session"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                queue.execute(f"SELECT FROM {table}".encode())
