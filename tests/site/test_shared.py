import hashlib
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest

from djmixersoft.people import passwords
from tests.site.browsing import COOKIE, Browser, Person, text_of
from tests.site.sharing import LINK_PASSWORD, OGG, link_to, opened, uploaded

Superuser = psycopg.Connection[Any]
FORM = "application/x-www-form-urlencoded"


def tried(visitor: Browser, link: str, password: str) -> Any:  # noqa: ANN401 - a response of the test client
    return visitor.post(link, urlencode({"password": password}), content_type=FORM)


def file_of(visitor: Browser, link: str) -> str:
    found = set(re.findall(r'href="(/shared/[^"?]+/file)\?download"', visitor.get(link).text))
    (file,) = found
    return str(file)


@pytest.fixture
def folder(owner: Person) -> str:
    """Make a folder of the owner's with a folder and three files in it."""
    owner.post(f"{owner.crate}/folders", {"name": "For the label"})
    (found,) = set(re.findall(r"/folders/([0-9a-f-]{36})", owner.get(owner.crate).text))
    for name, content in (("a.ogg", OGG), ("b.txt", b"Notes & <b>more</b>\n"), ("c.png", b"\x89PNG\r\n\x1a\nx")):
        uploaded(owner, content, name, folder=found)
    owner.post(f"{owner.crate}/folders", {"name": "Stems", "folder": found})
    return str(found)


def test_an_outsider_plays_and_downloads_what_was_shared(owner: Person, visitor: Browser) -> None:
    link = link_to(owner, uploaded(owner))
    page = visitor.get(link)
    assert page.status_code == HTTPStatus.OK
    assert "<audio controls" in page.text
    assert hashlib.sha256(OGG).hexdigest() in page.text
    file = file_of(visitor, link)
    part = visitor.get(file, headers={"Range": "bytes=70000-70099"})
    assert (part.status_code, opened(part)) == (HTTPStatus.PARTIAL_CONTENT, OGG[70000:70100])
    whole = visitor.get(f"{file}?download")
    assert whole["Content-Disposition"].startswith("attachment;")
    assert opened(whole) == OGG


def test_neither_who_shared_it_nor_what_is_around_it_is_told(owner: Person, visitor: Browser) -> None:
    uploaded(owner, name="not this one.ogg")
    page = visitor.get(link_to(owner, uploaded(owner))).text
    for secret in (owner.email, "Night Shift", "not this one", str(owner.account_id)):
        assert secret not in page


def test_an_outsider_looks_through_a_folder_and_no_further(owner: Person, visitor: Browser, folder: str) -> None:
    outside = uploaded(owner, name="outside.ogg")
    link = link_to(owner, f"{owner.crate}/items/{folder}")
    words = text_of(visitor.get(link))
    order = [words.index(name) for name in ("Stems", "a.ogg", "b.txt", "c.png")]
    assert order == sorted(order), "folders first, then by name"
    assert "outside.ogg" not in words
    items = re.findall(rf'href="({link}/items/[0-9a-f-]{{36}})"', visitor.get(link).text)
    pages = [visitor.get(item) for item in items]
    assert [page.status_code for page in pages] == [HTTPStatus.OK] * 4
    assert all(f'href="{link}"' in page.text for page in pages), "the way back to what was shared"
    assert "Nothing lies in this folder yet." in text_of(pages[0])
    assert "Notes &amp; &lt;b&gt;more&lt;/b&gt;" in pages[2].text
    assert f'<img src="{items[3]}/file"' in pages[3].text
    nothing = visitor.get(f"{link}/items/{uuid4()}")
    for path in (f"{link}/items/{outside.rpartition('/')[2]}", f"{link}/items/{outside.rpartition('/')[2]}/file"):
        answer = visitor.get(path)
        assert answer.status_code == nothing.status_code == HTTPStatus.NOT_FOUND
        assert text_of(answer) == text_of(nothing), "what the link doesn’t open to is like what isn’t there"
    assert visitor.get(f"{link}/items/{folder}/file").status_code == HTTPStatus.NOT_FOUND


def test_a_document_is_shown_as_it_looks(owner: Person, visitor: Browser) -> None:
    path = owner.post(f"{owner.crate}/documents", {"name": "Set list"})["Location"].partition("?")[0]
    owner.post(path, {"text": "# Friday\n\n<script>alert(1)</script>", "base": "1"})
    page = visitor.get(link_to(owner, path.replace("/documents/", "/items/"))).text
    assert "<h1>Friday</h1>" in page or "Friday</h" in page
    assert "<script" not in page


def test_nothing_sets_a_cookie_is_indexed_or_told_to_another_site(owner: Person, visitor: Browser, folder: str) -> None:
    item = uploaded(owner)
    plain, locked = link_to(owner, f"{owner.crate}/items/{folder}"), link_to(owner, item, password=LINK_PASSWORD)
    opening = tried(visitor, locked, LINK_PASSWORD)
    answers = [
        visitor.get(plain),
        visitor.get(f"{plain}/items/{uuid4()}"),
        visitor.get(locked),
        tried(visitor, locked, "wrong guess here"),
        opening,
        visitor.get(opening["Location"]),
        visitor.get(f"{opening['Location']}/items/{item.rpartition('/')[2]}/file"),
        visitor.get("/shared/unknown"),
        visitor.head(plain),
        visitor.put(plain),
    ]
    for answer in answers:
        assert not answer.cookies
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] in {"no-store", "private, no-cache"}
        answer.close()
    assert COOKIE not in visitor.cookies


def test_a_password_opens_it_until_an_hour_after_its_last_use(
    owner: Person, visitor: Browser, superuser: Superuser
) -> None:
    link = link_to(owner, uploaded(owner), password=LINK_PASSWORD)
    asked = visitor.get(link)
    assert "This link wants a password" in text_of(asked)
    assert "one.ogg" not in asked.text
    answer = tried(visitor, link, LINK_PASSWORD)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    opening = answer["Location"]
    assert opening != link
    assert "one.ogg" in text_of(visitor.get(opening))
    assert opened(visitor.get(file_of(visitor, opening))) == OGG
    assert visitor.get(link).status_code == HTTPStatus.OK
    assert "one.ogg" not in visitor.get(link).text, "the link itself still wants it"
    superuser.execute("UPDATE djms.share_opening SET expires = now() - interval '1 s'")
    over = visitor.get(opening)
    assert over.status_code == HTTPStatus.GONE
    assert "the link wants its password again" in text_of(over)


def test_a_wrong_password_gets_a_sentence_and_many_have_to_wait(
    owner: Person, visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = link_to(owner, uploaded(owner), password=LINK_PASSWORD)
    empty = tried(visitor, link, "")
    assert (empty.status_code, "Please give the password." in text_of(empty)) == (422, True)
    for _ in range(10):
        wrong = tried(visitor, link, "a guess of many")
        assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "This is not the link’s password." in text_of(wrong)
        assert "a guess of many" not in wrong.text
    hashed: list[str] = []
    monkeypatch.setattr(passwords, "hash_secret_raw", lambda *_, **__: hashed.append("one"))
    many = tried(visitor, link, LINK_PASSWORD)
    assert many.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert int(many["Retry-After"]) > 0
    assert "Too many passwords were tried for this link." in text_of(many)
    assert hashed == [], "nothing is hashed for whoever has to wait"


def test_whoever_finds_all_hands_busy_is_told_to_come_back(
    owner: Person, visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = link_to(owner, uploaded(owner), password=LINK_PASSWORD)
    monkeypatch.setattr(passwords, "_LINE", type(passwords._LINE)(1))  # noqa: SLF001 - the line of others
    with passwords.in_line():
        answer = tried(visitor, link, LINK_PASSWORD)
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert int(answer["Retry-After"]) > 0


ENDS = {
    "revoked_at = now()": "Whoever shared this has ended the link.",
    "expires = now() - interval '1 s'": "This link worked until a day that is over.",
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("password", ["", LINK_PASSWORD])
def test_one_that_has_ended_says_why_and_shows_nothing(
    owner: Person, visitor: Browser, superuser: Superuser, end: str, password: str
) -> None:
    link = link_to(owner, uploaded(owner), password=password)
    way = tried(visitor, link, password)["Location"] if password else link
    file = file_of(visitor, way)
    superuser.execute(f"UPDATE djms.share SET {end} WHERE account_id = %s".encode(), [owner.account_id])
    for path in (link, way, file, f"{way}/items/{uuid4()}"):
        answer = visitor.get(path)
        assert answer.status_code == HTTPStatus.GONE
        assert ENDS[end] in text_of(answer)
        assert "one.ogg" not in answer.text
    assert tried(visitor, link, LINK_PASSWORD).status_code == HTTPStatus.GONE or not password


def test_an_unknown_one_is_a_404_whatever_is_asked_of_it(visitor: Browser, owner: Person) -> None:
    somebodys = owner.browser.token or ""
    for secret in ("x", "0" * 43, somebodys, str(uuid4()), "é", "%", "' OR true"):
        for path in (
            f"/shared/{secret}",
            f"/shared/{secret}/items/{uuid4()}",
            f"/shared/{secret}/items/{uuid4()}/file",
        ):
            assert visitor.get(path).status_code == HTTPStatus.NOT_FOUND
        assert tried(visitor, f"/shared/{secret}", LINK_PASSWORD).status_code == HTTPStatus.NOT_FOUND


def test_what_is_thrown_away_is_gone_for_outsiders_until_it_is_back(owner: Person, visitor: Browser) -> None:
    item = uploaded(owner)
    link = link_to(owner, item)
    owner.post(f"{item}/remove")
    gone = visitor.get(link)
    assert gone.status_code == HTTPStatus.GONE
    assert "isn’t there any more" in text_of(gone)
    assert "in the trash" in text_of(owner.get(f"{owner.crate}/links"))
    owner.post(f"{owner.crate}/trash/restore", {"item": item.rpartition("/")[2]})
    assert visitor.get(link).status_code == HTTPStatus.OK


def test_a_signed_in_person_opens_links_like_anybody(owner: Person, stranger: Person) -> None:
    link = link_to(owner, uploaded(owner))
    assert "one.ogg" in text_of(stranger.get(link))
    assert stranger.get(f"{owner.crate}").status_code == HTTPStatus.NOT_FOUND


def test_a_damaged_file_is_an_error_and_never_a_short_one(
    owner: Person, visitor: Browser, superuser: Superuser
) -> None:
    item = uploaded(owner)
    link = link_to(owner, item)
    file = file_of(visitor, link)
    superuser.execute("UPDATE djms.item SET size = size + 1 WHERE id = %s", [item.rpartition("/")[2]])
    superuser.execute("SET session_replication_role = replica")
    superuser.execute("UPDATE djms.item SET size = size + 1 WHERE id = %s", [item.rpartition("/")[2]])
    superuser.execute("SET session_replication_role = origin")
    answer = visitor.get(file)
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "Please tell whoever shared it." in text_of(answer)
    assert OGG[:100] not in answer.content


def test_a_large_folder_is_paged_folders_first(
    owner: Person, visitor: Browser, superuser: Superuser, folder: str
) -> None:
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(
        "INSERT INTO djms.item (account_id, parent_id, kind, name, added_by, changed_by)"
        " SELECT account_id, id, 'folder', 'many ' || n, added_by, added_by FROM djms.item,"
        " generate_series(100, 159) n WHERE id = %s",
        [folder],
    )
    superuser.execute("SET session_replication_role = origin")
    link = link_to(owner, f"{owner.crate}/items/{folder}")
    first, second = visitor.get(link).text, visitor.get(f"{link}?page=2").text
    names = re.findall(r"<bdi>(many \d+|Stems|[abc]\.\w+)</bdi></a></h2>", first + second)
    assert names == [*(f"many {n}" for n in range(100, 160)), "Stems", "a.ogg", "b.txt", "c.png"]
    assert visitor.get(f"{link}?page=9").status_code in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}
