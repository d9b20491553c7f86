import re
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.site.browsing import Browser, Person, text_of
from tests.site.sharing import LINK_PASSWORD, link_to, opened, uploaded

Superuser = psycopg.Connection[Any]


def revocations_of(person: Person) -> list[str]:
    return re.findall(r'action="(/accounts/[0-9a-f-]{36}/links/[0-9a-f-]{36}/revoke)"', listed(person))


def listed(person: Person) -> str:
    page: str = person.get(f"{person.crate}/links").text
    return page


def test_a_link_is_shown_once_and_listed_without_its_secret(owner: Person) -> None:
    item = uploaded(owner)
    link = link_to(owner, item)
    page = owner.get(f"{owner.crate}/links")
    assert link.rpartition("/")[2] not in page.text
    words = text_of(page)
    assert "one.ogg open" in words
    assert owner.email in words
    assert "without a password" in words
    assert "not used yet" in words


def test_a_mate_sees_and_revokes_what_the_owner_shared(owner: Person, mate: Person, visitor: Browser) -> None:
    link = link_to(owner, uploaded(owner))
    mate.account_id = owner.account_id
    (revoke,) = revocations_of(mate)
    assert visitor.get(link).status_code == HTTPStatus.OK
    assert mate.post(revoke)["Location"] == f"{owner.crate}/links?done=link-revoked"
    assert visitor.get(link).status_code == HTTPStatus.GONE
    assert "one.ogg revoked" in text_of(owner.get(f"{owner.crate}/links"))
    assert revocations_of(owner) == []
    assert mate.post(revoke).status_code == HTTPStatus.SEE_OTHER, "twice is no error"


def test_it_works_for_a_week_unless_one_says_otherwise(owner: Person, superuser: Superuser) -> None:
    item = uploaded(owner)
    assert 'value="7"' in owner.get(f"{item}/share").text
    for days in ("1", "365"):
        link_to(owner, item, days=days)
    rows = superuser.execute(
        "SELECT round(extract(epoch FROM expires - created_at) / 86400) FROM djms.share WHERE account_id = %s",
        [owner.account_id],
    ).fetchall()
    assert {int(days) for (days,) in rows} == {1, 365}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"days": "0"}, "Please give a whole number of days, from 1 to 365."),
        ({"days": "366"}, "Please give a whole number of days, from 1 to 365."),
        ({"days": "ever"}, "Please give a whole number of days, from 1 to 365."),
        ({"days": ""}, "Please give a whole number of days, from 1 to 365."),
        ({"password": "short"}, "A password needs at least 10 characters"),
        ({"password": "p" * 1001}, "A password has at most 1000 characters here."),
        ({"password": "password123"}, "This would be guessed soon."),
        ({"password": "night shift!"}, "This would be guessed soon."),
    ],
)
def test_what_won_t_do_gets_a_sentence_and_makes_no_link(owner: Person, typed: dict[str, str], sentence: str) -> None:
    item = uploaded(owner)
    answer = owner.post(f"{item}/share", {"days": "9", "password": ""} | typed)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in text_of(answer)
    assert typed.get("password") is None or typed["password"] not in answer.text
    assert typed.get("days") is not None or 'value="9"' in answer.text, "what was typed beside it is kept"
    assert revocations_of(owner) == []


def test_what_is_in_the_trash_or_not_there_can_not_be_shared(owner: Person, stranger: Person) -> None:
    item = uploaded(owner)
    for path in (f"{owner.crate}/items/{uuid4()}/share", f"{stranger.crate}/items/{item.rpartition('/')[2]}/share"):
        for answer in (owner.get(path), owner.post(path, {"days": "7"})):
            assert answer.status_code == HTTPStatus.NOT_FOUND
    owner.post(f"{item}/remove")
    assert owner.get(f"{item}/share").status_code == HTTPStatus.NOT_FOUND
    assert owner.post(f"{item}/share", {"days": "7"}).status_code == HTTPStatus.NOT_FOUND


def test_a_stranger_sees_makes_and_revokes_no_links_here(owner: Person, stranger: Person, visitor: Browser) -> None:
    item = uploaded(owner)
    link = link_to(owner, item)
    (revoke,) = revocations_of(owner)
    own_way = revoke.replace(str(owner.account_id), str(stranger.account_id))
    for answer in (
        stranger.get(f"{owner.crate}/links"),
        stranger.get(f"{item}/share"),
        stranger.post(f"{item}/share", {"days": "7"}),
        stranger.post(revoke),
        stranger.post(own_way),
    ):
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert visitor.get(link).status_code == HTTPStatus.OK


def test_what_it_was_used_for_is_listed_once_in_ten_minutes(
    owner: Person, visitor: Browser, superuser: Superuser
) -> None:
    link = link_to(owner, uploaded(owner))
    page = visitor.get(link)
    (file,) = set(re.findall(r'src="(/shared/[^"]+/file)"', page.text))
    for first in (0, 1000, 2000, 0):
        assert opened(visitor.get(file, headers={"Range": f"bytes={first}-{first + 99}"}))
    assert opened(visitor.get(f"{file}?download"))
    visitor.head(file)
    visitor.head(link)
    words = text_of(owner.get(f"{owner.crate}/links"))
    for use in ("looked at once", "played once", "downloaded once"):
        assert use in words
    superuser.execute("UPDATE djms.share_use SET used_at = used_at - interval '11 minutes'")
    visitor.get(link)
    assert "looked at 2 times" in text_of(owner.get(f"{owner.crate}/links"))


def test_uses_are_told_item_by_item_within_a_folder(owner: Person, visitor: Browser) -> None:
    owner.post(f"{owner.crate}/folders", {"name": "For the label"})
    link, items = shared_folder(owner)
    for item in items:
        visitor.get(f"{link}/items/{item}")
    words = text_of(owner.get(f"{owner.crate}/links"))
    assert "inner.ogg : looked at once" in words


def shared_folder(owner: Person) -> tuple[str, list[str]]:
    (folder,) = set(re.findall(r"/folders/([0-9a-f-]{36})", owner.get(owner.crate).text))
    item = uploaded(owner, name="inner.ogg", folder=folder)
    return link_to(owner, f"{owner.crate}/items/{folder}"), [item.rpartition("/")[2]]


def test_whoever_isn_t_signed_in_is_led_to_signing_in(owner: Person, visitor: Browser) -> None:
    item = uploaded(owner)
    for path in (f"{owner.crate}/links", f"{item}/share"):
        assert visitor.get(path)["Location"].startswith("/sign-in?next=")
    answer = Person("", browser=visitor).post(f"{item}/share", {"days": "21", "password": LINK_PASSWORD})
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert "21" in text_of(answer)
    assert LINK_PASSWORD not in answer.text


def test_many_links_are_paged(owner: Person, superuser: Superuser) -> None:
    item = uploaded(owner)
    superuser.execute(
        "INSERT INTO djms.share (account_id, item_id, has_password, created_by, created_at, expires)"
        " SELECT account_id, id, false, added_by, now() - n * interval '1 s', now() + interval '1 day'"
        " FROM djms.item, generate_series(1, 21) n WHERE id = %s",
        [item.rpartition("/")[2]],
    )
    assert len(revocations_of(owner)) == 20
    assert "page=2" in listed(owner)
    assert owner.get(f"{owner.crate}/links?page=2").status_code == HTTPStatus.OK
    assert owner.get(f"{owner.crate}/links?page=3").status_code == HTTPStatus.NOT_FOUND
