"""What an item's page shows of a file, every kind with every trick."""

import html
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from djmixersoft.pages import csp, previews
from djmixersoft.vault.glance import MOST_TEXT
from tests.exhibits import GIF, JPEG, PAGE, POLYGLOT, SVG, WEBP, pdf, png
from tests.site.browsing import Browser, Person, text_of
from tests.site.sharing import link_to, opened, uploaded

Superuser = psycopg.Connection[Any]
SANDBOX = "sandbox; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
TEXT = "\n<script>top.name = 'run'</script>\n23:00\tdoors & “lights”\n"
# name: content, and as what it is sent; what isn't shown is sent as bytes, to be saved.
SHOWN = {
    "flyer.png": (png(), "image/png"),
    "huge.png": (png(30_000, 30_000), "image/png"),
    "page behind.png": (png(behind=PAGE), "image/png"),
    "cover.JPG": (JPEG, "image/jpeg"),
    "loop.gif": (GIF, "image/gif"),
    "script.gif": (POLYGLOT, "image/gif"),
    "flyer.webp": (WEBP, "image/webp"),
    "rider.pdf": (pdf(script="app.alert\\(1\\)"), "application/pdf"),
    "page behind.pdf": (pdf() + PAGE, "application/pdf"),
    "set.txt": (TEXT.encode(), "text/plain; charset=utf-8"),
    "page.txt": (PAGE, "text/plain; charset=utf-8"),
    "mark.txt": (b"\xef\xbb\xbfFriday", "text/plain; charset=utf-8"),
}
BYTES = {
    "page.png": PAGE,
    "page.html": PAGE,
    "picture.svg": SVG,
    "picture.png": SVG,
    "page.pdf": PAGE,
    "script.js": POLYGLOT,
    "picture.html": png(),
    "sixteen.txt": "Friday".encode("utf-16"),
    "nul.txt": b"Fri\0day",
    "empty.txt": b"",
    "empty.png": b"",
    "empty.pdf": b"",
}


def sent_as(response: Any) -> tuple[str, str]:  # noqa: ANN401 - a response of the test client
    return response["Content-Type"], response["Content-Disposition"].partition(";")[0]


def shown_text(page: str) -> str:
    (found,) = re.findall(r"<pre [^>]*>\n(.*?)</pre>", page, re.DOTALL)
    return html.unescape(found)


def blob_of(superuser: Superuser, item: str) -> Path:
    found = superuser.execute("SELECT blob_id FROM djms.item WHERE id = %s", (item.rpartition("/")[2],)).fetchone()
    (blob,) = Path(settings.DATA_FOLDER or "").glob(f"blobs/*/*/{next(iter(found or ()))}")
    return blob


def assert_guarded(response: Any) -> None:  # noqa: ANN401 - as above
    guards = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": SANDBOX,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
    }
    assert {name: response[name] for name in guards} == guards


def test_each_kind_is_sent_as_what_it_is_and_can_do_nothing(owner: Person) -> None:
    for name, (content, kind) in SHOWN.items():
        file = f"{uploaded(owner, content, name)}/file"
        response = owner.get(file)
        assert sent_as(response) == (kind, "inline"), name
        assert_guarded(response)
        assert opened(response) == content
        saved = owner.get(f"{file}?download")
        assert sent_as(saved) == (kind, "attachment"), name
        assert opened(saved) == content


def test_what_is_or_could_be_a_page_is_only_to_be_saved(owner: Person) -> None:
    for name, content in BYTES.items():
        item = uploaded(owner, content, name)
        page = owner.get(item)
        assert not re.search(r"<(img|iframe|pre|audio)\b[^>]*/items/|<pre", page.text), name
        assert page["Content-Security-Policy"] == csp.STUDIO_CSP
        response = owner.get(f"{item}/file")
        assert sent_as(response) == ("application/octet-stream", "attachment"), name
        assert_guarded(response)
        assert opened(response) == content


def test_a_picture_stands_in_its_page(owner: Person, mate: Person) -> None:
    item = uploaded(owner, png(), 'flyer "A" <b>.png')
    page = mate.get(item)
    assert f'<img src="{item}/file" alt="flyer &quot;A&quot; &lt;b&gt;.png"' in page.text
    assert page["Content-Security-Policy"] == csp.STUDIO_CSP


def test_a_pdf_stands_in_a_frame_which_no_other_page_may_have(owner: Person) -> None:
    item = uploaded(owner, pdf(), "rider.pdf")
    page = owner.get(item)
    assert re.findall(r"<iframe[^>]*>", page.text) == [
        f'<iframe class="paper" src="{item}/file" title="rider.pdf" loading="lazy">'
    ]
    assert page["Content-Security-Policy"] == f"{csp.STUDIO_CSP}; frame-src 'self'"
    for path in (owner.crate, f"{item}/rename", uploaded(owner, png(), "flyer.png")):
        assert "frame-src" not in owner.get(path)["Content-Security-Policy"]


def test_a_text_stands_in_its_page_as_it_is(owner: Person) -> None:
    page = owner.get(uploaded(owner, TEXT.encode(), "set.txt"))
    assert shown_text(page.text) == TEXT
    assert "More follows" not in page.text
    assert "<script>" not in page.text.partition("<main")[2]


def test_of_a_long_text_the_beginning_is_shown(owner: Person) -> None:
    page = owner.get(uploaded(owner, b"0123456789abcde\n" * (MOST_TEXT // 16) + b"the end", "long.log"))
    assert len(shown_text(page.text)) == MOST_TEXT
    assert "More follows" in text_of(page)
    assert "the end" not in page.text


def test_too_large_a_picture_waits_to_be_asked_for(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "LARGEST", len(png()) - 1)
    item = uploaded(owner, png(), "poster.png")
    page = owner.get(item)
    assert "This is too large to be shown in the page." in text_of(page)
    assert '<img src="/accounts' not in page.text
    assert f'href="{item}/file"' in page.text
    monkeypatch.setattr(previews, "LARGEST", len(png()))
    assert f'<img src="{item}/file"' in owner.get(item).text


@pytest.mark.parametrize("damage", ["cut off", "empty", "gone", "swapped"])
def test_a_damaged_file_is_named_and_the_rest_of_its_page_works(
    owner: Person, superuser: Superuser, damage: str
) -> None:
    for name, content in {"set.txt": b"23:00 doors\n" * 9_000, "flyer.png": png(900, 900), "rider.pdf": pdf()}.items():
        item, other = uploaded(owner, content, name), uploaded(owner, content, name)
        path = blob_of(superuser, item)
        match damage:
            case "cut off":
                path.write_bytes(path.read_bytes()[:-20])
            case "empty":
                path.write_bytes(b"")
            case "gone":
                path.unlink()
            case "swapped":
                path.write_bytes(blob_of(superuser, other).read_bytes())
        page = owner.get(item)
        assert page.status_code == HTTPStatus.OK
        assert f"Its number is {item.rpartition('/')[2]}." in text_of(page)
        assert not re.search(r"<(img|iframe)[^>]*/items/|<pre", page.text)
        assert owner.post(f"{item}/comments", {"comment": "Look at this"}).status_code == HTTPStatus.SEE_OTHER
        assert "Look at this" in text_of(owner.get(item))
        assert owner.get(f"{item}/file").status_code == HTTPStatus.INTERNAL_SERVER_ERROR
        assert "Its number is" not in text_of(owner.get(other))


def test_damage_within_a_picture_is_told_to_who_opens_it(owner: Person, superuser: Superuser) -> None:
    item = uploaded(owner, png(behind=bytes(50_000)), "flyer.png")
    path = blob_of(superuser, item)
    blob = bytearray(path.read_bytes())
    blob[30_000] ^= 1
    path.write_bytes(blob)
    assert f'href="{item}/file"' in owner.get(item).text
    answer = owner.get(f"{item}/file")
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert item.rpartition("/")[2] in text_of(answer)


def test_nobody_else_is_shown_anything(owner: Person, stranger: Person, visitor: Browser) -> None:
    for name in ("flyer.png", "rider.pdf", "set.txt"):
        item = uploaded(owner, SHOWN[name][0], name)
        own = f"{stranger.crate}/items/{item.rpartition('/')[2]}"
        for path in (item, f"{item}/file", own, f"{own}/file"):
            assert stranger.get(path).status_code == HTTPStatus.NOT_FOUND, path
        for path in (item, f"{item}/file"):
            assert visitor.get(path)["Location"].startswith("/sign-in?"), path


def test_a_folder_and_a_document_have_no_preview(owner: Person) -> None:
    made = owner.post(f"{owner.crate}/documents", {"name": "notes.txt"})["Location"].partition("?")[0]
    folder = owner.post(f"{owner.crate}/folders", {"name": "flyers.png"})["Location"].partition("?")[0]
    for path in (made.replace("/documents/", "/items/"), folder.replace("/folders/", "/items/")):
        page = owner.get(path)
        assert page.status_code == HTTPStatus.OK
        assert not re.search(r'<(img|iframe)[^>]*/items/|<pre class="text"', page.text)


def test_whoever_has_a_link_is_shown_the_same(owner: Person, visitor: Browser, superuser: Superuser) -> None:
    links = {}
    for name in ("flyer.png", "rider.pdf", "set.txt"):
        item = uploaded(owner, SHOWN[name][0], name)
        links[name] = (item, link_to(owner, item))
    shown = {name: visitor.get(link) for name, (_, link) in links.items()}
    assert re.search(r'<img src="/shared/[^"]+/file" alt="flyer.png"', shown["flyer.png"].text)
    assert re.search(r'<iframe class="paper" src="/shared/[^"]+/file"', shown["rider.pdf"].text)
    assert shown_text(shown["set.txt"].text) == TEXT
    wanted = {"flyer.png": csp.CSP, "rider.pdf": f"{csp.CSP}; frame-src 'self'", "set.txt": csp.CSP}
    assert {name: page["Content-Security-Policy"] for name, page in shown.items()} == wanted
    for name, page in shown.items():
        (file,) = set(re.findall(r'"(/shared/[^"]+/file)[?"]', page.text))
        response = visitor.get(file)
        assert sent_as(response) == (SHOWN[name][1], "inline")
        assert_guarded(response)
        assert opened(response) == SHOWN[name][0]
        blob_of(superuser, links[name][0]).unlink()
        damaged = visitor.get(links[name][1])
        assert "Please tell whoever shared it." in text_of(damaged)
        assert links[name][0].rpartition("/")[2] not in text_of(damaged)
