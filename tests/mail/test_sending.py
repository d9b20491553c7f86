"""From what is written down to a mail: nothing that people typed becomes a header, a recipient or a second mail."""

import os
import smtplib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from djmixersoft.mail.mailbox import Mailbox, sweep
from djmixersoft.mail.models import MailMessage
from djmixersoft.mail.sending import backend, build, deliver, sender
from djmixersoft.mail.templates import Unsendable
from tests.mail.working import Inbox, free_port, mail_server, parsed

ID = UUID("6c0b7a3e-2d0f-4a59-9f0a-6d4a1b0c9e11")
HEADERS = {
    "Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Message-ID", "Date",
    "Auto-Submitted",
}  # fmt: skip


def message(recipient: str = "dj@example.org", account: str = "Crew", inviter: str = "ann@example.org") -> MailMessage:
    return MailMessage(
        id=ID,
        template="invitation",
        recipient=recipient,
        context={"account": account, "inviter": inviter},
        secret="0123abc",
        created_at=datetime(2026, 11, 23, 9, 30, 1, 999_999, tzinfo=UTC),
    )


@given(account=st.text(max_size=200), inviter=st.text(max_size=200))
def test_no_name_adds_a_header_or_a_recipient(account: str, inviter: str) -> None:
    mail = parsed(build(message(account=account, inviter=inviter)).message().as_bytes())
    assert set(mail.keys()) == HEADERS
    assert len(mail.keys()) == len(HEADERS)
    assert [str(one) for one in mail["To"].addresses] == ["dj@example.org"]
    assert [one.addr_spec for one in mail["From"].addresses] == ["no-reply@localhost"]


@pytest.mark.parametrize(
    "name",
    [
        "x\r\nBcc: mallory@evil.example",
        "x\nSubject: y",
        "x\u2028To: y@z.example",
        "x\x00y",
        "\u202ereversed",
        "🎧" * 500,
    ],
)
def test_names_with_line_breaks_stay_in_their_line(name: str) -> None:
    mail = parsed(build(message(account=name, inviter=name)).message().as_bytes())
    assert set(mail.keys()) == HEADERS
    assert len(mail["Subject"].splitlines()) == 1


@pytest.mark.parametrize(
    "recipient",
    [
        "", "nobody", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "a@b.example\r", "<a@b.example>",
        "A <a@b.example>", "a@b@c.example", '"a b"@c.example', "a@b.example;c@d.example", "(c)a@b.example",
        "a@[127.0.0.1]", "a\x00@b.example", "a@b.example\u2028",
    ],
)  # fmt: skip
def test_what_is_not_one_plain_address_gets_no_mail(recipient: str) -> None:
    with pytest.raises(Unsendable) as refused:
        build(message(recipient))
    assert not recipient or recipient not in str(refused.value), "errors are logged, addresses are not"


def test_a_message_that_is_sent_again_is_the_same_file_with_the_same_bytes(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    mailbox.send_messages([build(message())])
    (file,) = tmp_path.iterdir()
    assert file.name == f"20261123T093001Z-{ID}.eml"
    assert file.stat().st_mode & 0o777 == 0o600
    first = file.read_bytes()
    mailbox.send_messages([build(message())])
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [first]
    assert parsed(first)["Message-ID"] == f"<{ID}@localhost>"


def test_what_a_crash_left_of_a_mail_is_written_over_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / f".20261123T093001Z-{ID}.eml").write_bytes(b"Subject: ha")
    Mailbox(tmp_path).send_messages([build(message())])
    assert [path.name for path in tmp_path.iterdir()] == [f"20261123T093001Z-{ID}.eml"]


def test_the_mail_server_is_the_one_of_mail_url_and_strangers_must_encrypt() -> None:
    def smtp(url: str) -> tuple[str, int, str, str, bool, bool]:
        with override_settings(MAIL_URL=url):
            made = backend()
        assert isinstance(made, EmailBackend)
        assert made.timeout
        assert not made.fail_silently
        return made.host, made.port, made.username, made.password, made.use_ssl, made.use_tls

    assert smtp("smtps://dj:p%40ss@mail.example") == ("mail.example", 465, "dj", "p@ss", True, False)
    assert smtp("smtp://mail.example") == ("mail.example", 587, "", "", False, True)
    assert smtp("smtp://localhost:25") == ("localhost", 25, "", "", False, False)


def test_mail_is_from_the_site_or_from_whom_the_operator_says() -> None:
    assert sender() == "no-reply@localhost"
    with override_settings(MAIL_URL="smtps://mail.example", PUBLIC_URL="https://studio.example:8443"):
        assert sender() == "no-reply@studio.example"
    with override_settings(MAIL_URL="smtps://mail.example?from=hello@studio.example"):
        assert sender() == "hello@studio.example"


def test_a_mail_server_that_does_not_encrypt_is_told_no_password_and_no_mail() -> None:
    port, inbox = free_port(), Inbox()
    # Not one of the addresses that count as this machine, although it is.
    url = f"smtp://dj:secret@127.0.0.2:{port}"
    with (
        override_settings(MAIL_URL=url),
        mail_server(port, inbox, "127.0.0.2"),
        pytest.raises(smtplib.SMTPNotSupportedError),
    ):
        deliver(build(message()))
    assert not inbox.mails


def test_a_mail_server_gets_one_mail_for_one_person() -> None:
    port, inbox = free_port(), Inbox()
    with override_settings(MAIL_URL=f"smtp://127.0.0.1:{port}"), mail_server(port, inbox):
        deliver(build(message(account="Türk\nBcc: x@y.example")))
    (mail,) = inbox.mails
    assert mail["To"] == "dj@example.org"
    assert "Bcc" not in mail


def test_the_mailbox_forgets_old_mail(tmp_path: Path) -> None:
    for name, days in (("old.eml", 31), (".old.eml", 31), ("new.eml", 29)):
        (tmp_path / name).write_bytes(b"")
        long_ago = datetime.now(UTC).timestamp() - days * 86_400
        os.utime(tmp_path / name, (long_ago, long_ago))
    assert sweep(tmp_path, older_than=timedelta(days=30)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["new.eml"]
