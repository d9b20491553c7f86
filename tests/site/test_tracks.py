import hashlib
import io
import shutil
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.test import override_settings

from djmixersoft.vault.blobs import NoRoom
from tests.site.browsing import COOKIE, Person, items_of, text_of

Superuser = psycopg.Connection[Any]
OGG = b"OggS" + bytes(range(256)) * 400  # 102,404 bytes: several chunks of the ciphertext


def track(content: bytes = OGG, name: str = "Set — Öpener.ogg") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def uploaded(person: Person, content: bytes = OGG, name: str = "Set — Öpener.ogg") -> str:
    before = set(items_of(person, person.crate))
    done = person.post(f"{person.crate}/upload", {"tracks": track(content, name)})
    assert done["Location"] == f"{person.crate}?done=uploaded"
    (new,) = set(items_of(person, person.crate)) - before
    return f"{person.crate}/items/{new}"


def body_of(response: Any) -> bytes:  # noqa: ANN401 - a response of the test client
    body: bytes = response.getvalue()
    response.close()
    return body


def blob_of(superuser: Superuser, item: str) -> Path:
    found = superuser.execute("SELECT blob_id FROM djms.item WHERE id = %s", (item.rpartition("/")[2],)).fetchone()
    (blob,) = Path(settings.DATA_FOLDER or "").glob(f"blobs/*/*/{next(iter(found or ()))}")
    return blob


def test_a_track_comes_back_bit_for_bit(owner: Person) -> None:
    item = uploaded(owner)
    page = owner.get(item)
    assert hashlib.sha256(OGG).hexdigest() in page.text
    assert f'src="{item}/file"' in page.text
    response = owner.get(f"{item}/file?download")
    assert response["Content-Disposition"].startswith("attachment;")
    assert hashlib.sha256(body_of(response)).digest() == hashlib.sha256(OGG).digest()


def test_a_mate_plays_what_the_owner_uploaded(owner: Person, mate: Person) -> None:
    item = uploaded(owner)
    page = mate.get(item)
    assert "<audio controls" in page.text
    response = mate.get(f"{item}/file")
    assert response["Content-Type"] == "audio/ogg"
    assert response["Content-Disposition"].startswith("inline;")
    assert body_of(response) == OGG


def test_seeking_gets_the_range_that_was_asked_for(owner: Person) -> None:
    item = uploaded(owner)
    response = owner.get(f"{item}/file", headers={"Range": "bytes=70000-70099"})
    assert response.status_code == HTTPStatus.PARTIAL_CONTENT
    assert response["Content-Range"] == f"bytes 70000-70099/{len(OGG)}"
    assert body_of(response) == OGG[70000:70100]


@pytest.mark.parametrize("header", ["bytes=a-b", "bytes=9-1", "items=0-1", "bytes=0-1,3-4", "x" * 5000])
def test_a_bad_range_header_gets_the_whole_file(owner: Person, header: str) -> None:
    response = owner.get(f"{uploaded(owner)}/file", headers={"Range": header})
    assert response.status_code == HTTPStatus.OK
    assert body_of(response) == OGG


def test_a_range_past_the_end_gets_a_sentence(owner: Person) -> None:
    response = owner.get(f"{uploaded(owner)}/file", headers={"Range": f"bytes={len(OGG)}-"})
    assert response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    assert "does not exist" in body_of(response).decode()


def test_asking_for_the_head_gets_no_body(owner: Person) -> None:
    response = owner.browser.head(f"{uploaded(owner)}/file")
    assert (response.status_code, response["Content-Length"]) == (HTTPStatus.OK, str(len(OGG)))
    assert body_of(response) == b""


def test_several_files_arrive_at_once(owner: Person) -> None:
    files = [track(OGG + bytes([n]), f"{n}.ogg") for n in range(5)]
    assert owner.post(f"{owner.crate}/upload", {"tracks": files})["Location"].endswith("?done=uploaded")
    assert len(items_of(owner, owner.crate)) == 5


def test_no_file_gets_a_sentence(owner: Person) -> None:
    answer = owner.browser.post(f"{owner.crate}/upload", {"else": "1"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "No file was chosen." in text_of(answer)


def test_too_large_a_file_gets_a_sentence_and_the_others_are_kept(owner: Person) -> None:
    files = [track(OGG, "big.ogg"), track(b"OggS small", "small.ogg")]
    with override_settings(MAX_UPLOAD_BYTES=1000):
        answer = owner.post(f"{owner.crate}/upload", {"tracks": files})
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "big.ogg is too large: a file can have up to 1000 bytes." in text_of(answer)
    assert "1 file is in the crate." in text_of(answer)
    assert "small.ogg" in text_of(owner.get(owner.crate))
    assert "big.ogg" not in text_of(owner.get(owner.crate))


def test_far_too_large_a_body_is_refused_before_it_is_read(owner: Person) -> None:
    with override_settings(MAX_UPLOAD_BYTES=10):
        answer = owner.post(f"{owner.crate}/upload", {"tracks": track(bytes(2**21), "huge.wav")})
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "is too large" in text_of(answer)


def test_a_full_store_gets_a_sentence(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise NoRoom

    monkeypatch.setattr("djmixersoft.vault.blobs.FolderIncoming.commit", full)
    answer = owner.post(f"{owner.crate}/upload", {"tracks": track()})
    assert answer.status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert "no room left" in text_of(answer)
    assert items_of(owner, owner.crate) == []


def test_a_misleading_file_name_is_shown_harmlessly(owner: Person) -> None:
    uploaded(owner, name="<script>\u202egpj.exe\x00" + "n" * 300 + ".ogg")
    page = owner.get(owner.crate).text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize("damage", ["altered", "cut off", "empty", "gone", "swapped"])
def test_a_damaged_blob_is_an_error_and_never_a_short_or_wrong_file(
    owner: Person, superuser: Superuser, damage: str
) -> None:
    item, other = uploaded(owner), uploaded(owner, OGG[::-1])
    path = blob_of(superuser, item)
    content = bytearray(path.read_bytes())
    match damage:
        case "altered":
            content[60_000] ^= 1
            path.write_bytes(content)
        case "cut off":
            path.write_bytes(content[:-20_000])
        case "empty":
            path.write_bytes(b"")
        case "gone":
            path.unlink()
        case "swapped":
            shutil.copyfile(blob_of(superuser, other), path)
    answer = owner.get(f"{item}/file")
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "This file is damaged" in text_of(answer)
    assert item.rpartition("/")[2] in text_of(answer)
    assert OGG[:100] not in answer.content
    assert body_of(owner.get(f"{other}/file")) == OGG[::-1]


def test_an_account_key_that_was_altered_opens_nothing(owner: Person, superuser: Superuser) -> None:
    item = uploaded(owner)
    flip = (
        "UPDATE djms.account_key SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE account_id = %s"
    )
    superuser.execute(flip, (owner.account_id,))
    assert owner.get(f"{item}/file").status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    superuser.execute(flip, (owner.account_id,))
    assert body_of(owner.get(f"{item}/file")) == OGG


def test_what_is_removed_is_gone_with_its_blob(owner: Person, mate: Person, superuser: Superuser) -> None:
    item = uploaded(owner)
    path = blob_of(superuser, item)
    assert mate.post(f"{item}/remove")["Location"].startswith(f"{owner.crate}?undo=")
    assert path.exists(), "it is in the trash"
    assert owner.post(f"{owner.crate}/trash/empty").status_code == HTTPStatus.SEE_OTHER
    assert not path.exists()
    for answer in (owner.get(item), owner.get(f"{item}/file"), owner.post(f"{item}/remove")):
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_stranger_gets_the_same_page_as_for_nothing_at_all(owner: Person, stranger: Person) -> None:
    item = uploaded(owner)
    nothing = stranger.get(f"{stranger.crate}/items/{uuid4()}")
    assert nothing.status_code == HTTPStatus.NOT_FOUND
    through_own = f"{stranger.crate}/items/{item.rpartition('/')[2]}"
    for path in (owner.crate, item, f"{item}/file", f"{owner.crate}/members", through_own, f"{through_own}/file"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.text) == (HTTPStatus.NOT_FOUND, nothing.text), path
    for path in (f"{item}/remove", f"{through_own}/remove", f"{owner.crate}/upload"):
        assert stranger.browser.post(path, {"tracks": track()}).status_code == HTTPStatus.NOT_FOUND
    assert body_of(owner.get(f"{item}/file")) == OGG


def test_who_is_not_signed_in_cannot_tell_ids_that_exist_from_others(owner: Person) -> None:
    item = uploaded(owner)
    nobody = Person("nobody@example.org")
    for made_up in (None, "made-up"):
        for path in (owner.crate, item, f"/accounts/{uuid4()}", f"/accounts/{uuid4()}/items/{uuid4()}"):
            if made_up:
                nobody.browser.cookies[COOKIE] = made_up
            assert nobody.get(path)["Location"].startswith("/sign-in?"), path
            if made_up:
                nobody.browser.cookies[COOKIE] = made_up
            assert nobody.post(f"{path}/remove" if "items" in path else f"{path}/rename").status_code == 401, path


def test_a_strangers_upload_is_refused_before_it_is_read(owner: Person, stranger: Person) -> None:
    class Unread(io.BytesIO):
        def read(self, *_size: int | None) -> bytes:
            pytest.fail("the body was read")

    answer = stranger.browser.send_raw(f"{owner.crate}/upload", Unread(), length=1000)
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_cut_off_upload_gets_a_sentence_and_leaves_nothing(owner: Person) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="tracks"; filename="a.ogg"\r\n\r\nOggS'
    answer = owner.browser.send_raw(f"{owner.crate}/upload", io.BytesIO(body), length=9000)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "cut off" in text_of(answer)
    assert items_of(owner, owner.crate) == []


def test_long_lists_come_in_pages(owner: Person) -> None:
    for start in range(0, 60, 20):
        files = [track(b"OggS" + bytes([n]), f"{n}.ogg") for n in range(start, start + 20)]
        owner.post(f"{owner.crate}/upload", {"tracks": files})
    first, second = items_of(owner, owner.crate), items_of(owner, f"{owner.crate}?page=2")
    assert (len(first), len(second), len(set(first + second))) == (50, 10, 60)


@pytest.mark.parametrize("page", ["0", "-1", "abc", "1.5", "٣", "9" * 30, "2", "%00", ""])
def test_a_page_that_is_none_is_not_found(owner: Person, page: str) -> None:
    assert owner.get(f"{owner.crate}?page={page}").status_code == HTTPStatus.NOT_FOUND
