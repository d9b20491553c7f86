"""The mails that there are: administrative ones only (clause 7d), a closed list."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

NAME_LENGTH = 60  # characters of an account's name that a mail shows
ANSWER_LENGTH = 10_000  # characters of a line of an answer: as many as an answer may have
ADDRESS_LENGTH = 254  # RFC 5321 4.5.3.1.3, without the angle brackets
WORD_JOINER = "\u2060"
_PATH = re.compile(r"(/[a-z0-9-]+)+")


class Template(StrEnum):
    """Each mail that a door may write down. Its text is templates/mail/<value>.txt: the subject, then the body."""

    CONFIRM_REGISTRATION = "confirm-registration"
    ALREADY_REGISTERED = "already-registered"
    RESET_PASSWORD = "reset-password"  # noqa: S105 - a name
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a name
    CONFIRM_EMAIL = "confirm-email"
    EMAIL_CHANGE_ASKED = "email-change-asked"
    EMAIL_CHANGED = "email-changed"
    INVITATION = "invitation"
    CONTENT_DAMAGED = "content-damaged"
    CONTACT_CONFIRM = "contact-confirm"
    CONTACT_RECEIVED = "contact-received"
    CONTACT_ANSWERED = "contact-answered"
    ACCESS_REQUESTED = "access-requested"
    ACCESS_ANSWERED = "access-answered"
    APPROVAL_KEY_ENDING = "approval-key-ending"


# Where a mail's link leads; the token follows.
LINKS = {
    Template.CONFIRM_REGISTRATION: "/confirm/",
    Template.RESET_PASSWORD: "/password/reset/",
    Template.CONFIRM_EMAIL: "/email/confirm/",
    Template.INVITATION: "/invitations/",
    Template.CONTACT_CONFIRM: "/contact/",
    Template.CONTACT_RECEIVED: "/contact/",
    Template.CONTACT_ANSWERED: "/contact/",
}


class Unsendable(Exception):
    """A message can't be made of what is written down. It stays written down; the text names no person."""


@dataclass(frozen=True)
class Text:
    """What a mail says, as plain text."""

    subject: str
    body: str


def render(template: str, context: Mapping[str, object], secret: str | None) -> Text:
    """The text of a mail. `secret`: what its link holds.

    Raises:
        Unsendable: there is no such mail, or its link is missing.

    """
    if template not in set(Template):
        message = f"there is no mail template {template[:40]!r}"
        raise Unsendable(message)
    mail = Template(template)
    words = {"site": settings.PUBLIC_URL}
    if mail in LINKS:
        if not secret:
            message = f"a mail {mail.value!r} has lost its link"
            raise Unsendable(message)
        words["link"] = f"{settings.PUBLIC_URL}{LINKS[mail]}{quote(secret, safe='')}"
    words |= {"account": unlinked(one_line(context.get("account"), NAME_LENGTH))}
    words |= {"pseudonym": one_line(context.get("pseudonym"), NAME_LENGTH), "page": _path(context.get("page"))}
    words |= {"inviter": one_line(context.get("inviter"), ADDRESS_LENGTH)}
    words |= {name: one_line(context.get(name), NAME_LENGTH) for name in ("reference", "signature")}
    words |= {"answer": _lines(context.get("answer"))}
    with translation.override(settings.LANGUAGE_CODE):
        subject, body = render_to_string(f"mail/{mail.value}.txt", words).split("\n", 1)
    return Text(subject.strip(), body.strip() + "\n")


def _path(page: object) -> str:
    """The address of a page of ours that a mail leads to without any secret, as a door wrote it; else the studio's."""
    return f"{settings.PUBLIC_URL}{page if isinstance(page, str) and _PATH.fullmatch(page) else '/studio'}"


def one_line(text: object, length: int) -> str:
    """What a person has named something, fit for a line of ours: no line breaks, no control or bidi characters."""
    kept = []
    for character in str(text or ""):
        category = unicodedata.category(character)
        if category in {"Cc", "Zl", "Zp"}:
            kept.append(" ")
        elif category[0] != "C":
            kept.append(character)
    line = " ".join("".join(kept).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _lines(text: object) -> str:
    """What our own people wrote, line by line, each fit to be one."""
    return "\n".join(one_line(line, ANSWER_LENGTH) for line in str(text or "").splitlines())


def unlinked(name: str) -> str:
    """Keeps mail programs from making a link of an account's name: our mail must not be a stranger's advertisement."""
    return re.sub(r"(?<=[.:/])(?=\S)", WORD_JOINER, name)
