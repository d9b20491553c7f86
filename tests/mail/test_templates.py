"""The mails that there are are those that doors write down, and each says what its reader needs to know."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djmixersoft.mail.templates import ADDRESS_LENGTH, LINKS, NAME_LENGTH, Template, Unsendable, one_line, render
from tests.support import ROOT

FOLDER = ROOT / "djmixersoft/mail/templates/mail"
SITE = "https://localhost:8443"
INSERT = re.compile(r"insert into mail_message\s*\([^)]*\)\s*(?:values \(|select )('[^']*'|about\b)[^;]*;")
HANDED_ON = re.compile(r"mail_administrators\(in_account, '([^']*)'")


def doors() -> list[str]:
    return [path.read_text() for path in sorted((ROOT / "djmixersoft").glob("*/doors/*.sql"))]


def text_of(mail: Template, **context: str) -> str:
    text = render(mail.value, {"account": "Crew", "inviter": "ann@example.org"} | context, "0123abc")
    return f"{text.subject}\n{text.body}"


def test_the_templates_are_exactly_those_that_doors_write_down() -> None:
    inserted = [name.strip("'") for door in doors() for name in INSERT.findall(door)]
    written = {*inserted, *(name for door in doors() for name in HANDED_ON.findall(door))} - {"about"}
    assert written == {mail.value for mail in Template}
    assert len(inserted) == sum(door.count("insert into mail_message") for door in doors()), "one is written otherwise"
    assert {path.stem for path in FOLDER.iterdir()} == written


@pytest.mark.parametrize("mail", Template)
def test_a_mail_says_where_it_is_from_and_what_to_do_if_one_did_not_ask(mail: Template) -> None:
    text = text_of(mail)
    assert SITE in text
    assert re.search(r"[Ii]f (that|it) was(n't| not) you|If you do not know them|You get this mail because", text)
    assert not re.search(r"unsubscribe|newsletter|offer|{|}|&(amp|lt|#)", text), "no opt-out, no marketing, no markup"


@pytest.mark.parametrize("mail", Template)
def test_a_mail_has_a_link_if_and_only_if_the_door_gives_it_a_secret(mail: Template) -> None:
    handed_on = any(mail.value in HANDED_ON.findall(door) for door in doors())
    name = "about" if handed_on else f"'{mail.value}'"
    inserts = [found.group() for door in doors() for found in INSERT.finditer(door)]
    insert = next(one for one in inserts if re.search(rf"{name}(?!\w)", one))
    assert ("recipient, secret" in insert) == (mail in LINKS)
    assert (f"{SITE}{LINKS.get(mail, '')}0123abc\n" in text_of(mail)) == (mail in LINKS)


@pytest.mark.parametrize("mail", LINKS)
def test_a_mail_that_has_lost_its_link_is_not_made(mail: Template) -> None:
    with pytest.raises(Unsendable):
        render(mail.value, {}, None)


@pytest.mark.parametrize("name", ["", "newsletter", "../settings", "CONFIRM_EMAIL", "reset-password.txt"])
def test_a_template_that_is_not_on_the_list_is_not_sent(name: str) -> None:
    with pytest.raises(Unsendable):
        render(name, {}, "0123abc")


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.stem)
def test_every_sentence_of_a_mail_can_be_translated(path: Path) -> None:
    text = re.sub(r"{% blocktranslate trimmed %}.*?{% endblocktranslate %}", "", path.read_text(), flags=re.DOTALL)
    text = re.sub(r"{%.*?%}|{{.*?}}", "", text)
    assert re.sub(r"/sign-in|/password/forgotten|/studio|DJMixerSoft", "", text).split() in (
        ["--", "·"],
        ["“”", "--", "·"],
    )


@given(st.text(max_size=300))
def test_a_name_fits_in_a_line_whatever_it_holds(name: str) -> None:
    line = one_line(name, NAME_LENGTH)
    assert len(line) <= NAME_LENGTH
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(one)[0] == "C" for one in line)


@given(account=st.text(max_size=300), inviter=st.text(max_size=300))
def test_names_change_neither_the_lines_nor_the_links_of_an_invitation(account: str, inviter: str) -> None:
    usual, text = text_of(Template.INVITATION), text_of(Template.INVITATION, account=account, inviter=inviter)
    assert len(text.splitlines()) == len(usual.splitlines())
    assert text.count(f"{SITE}/invitations/0123abc\n") == 1
    assert len(text.splitlines()[0]) <= NAME_LENGTH * 2 + ADDRESS_LENGTH + 40


def test_an_account_cannot_be_named_so_that_our_mail_carries_a_link() -> None:
    text = text_of(Template.INVITATION, account="Win at https://evil.example/now www.evil.example")
    assert not re.search(r"https?://(?!localhost)|www\.evil|evil\.example", text)
