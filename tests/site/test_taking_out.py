import hashlib
import io
import json
import random
import re
import struct
import zipfile
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

from djmixersoft.content.services import unpacking
from tests.site.browsing import Person, text_of
from tests.site.test_documents import save, started
from tests.site.test_finding import found
from tests.site.test_tracks import OGG, body_of, uploaded


def take_out(person: Person, path: str = "") -> zipfile.ZipFile:
    """What a member takes out, opened by Python's own reader, whose checksums must fit."""
    response = person.get(f"{path or person.crate}/take-out")
    assert response.status_code == HTTPStatus.OK, text_of(response)
    assert response["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(body_of(response)))
    assert archive.testzip() is None
    return archive


def put_in(person: Person, files: dict[str, bytes] | bytes, name: str = "take.zip") -> str:
    """The path of an uploaded ZIP."""
    packed = io.BytesIO(files if isinstance(files, bytes) else b"")
    if isinstance(files, dict):
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in files.items():
                archive.writestr(path, content)
    return uploaded(person, packed.getvalue(), name)


def unpack(person: Person, item: str) -> Any:  # noqa: ANN401 - a response of the test client
    return person.post(f"{item}/unpack")


def blob_path(item: str, superuser: psycopg.Connection[Any]) -> Path:
    """Where an item's ciphertext lies."""
    row = superuser.execute("SELECT blob_id FROM djms.item WHERE id = %s", [item.rpartition("/")[2]]).fetchone()
    assert row
    name = str(row[0])
    return Path(settings.DATA_FOLDER or "") / "blobs" / name[:2] / name[2:4] / name


def strays(superuser: psycopg.Connection[Any]) -> set[str]:
    """Blobs of no item."""
    known = {str(blob) for (blob,) in superuser.execute("SELECT id FROM djms.blob").fetchall()}
    return {path.name for path in Path(settings.DATA_FOLDER or "").glob("blobs/??/??/*")} - known


def rows(superuser: psycopg.Connection[Any], person: Person) -> list[tuple[str, str, str, str]]:
    """What lies in an account: kind, path, hash and tags, but for the ZIPs; of `take.zip` as it was in there."""
    return superuser.execute(
        """
        WITH RECURSIVE tree AS (
          SELECT i.*, i.name AS path FROM djms.item i WHERE account_id = %(a)s AND parent_id IS NULL
          UNION ALL SELECT i.*, t.path || '/' || i.name FROM djms.item i JOIN tree t ON i.parent_id = t.id)
        SELECT kind, regexp_replace(path, '^take/', '') AS path, coalesce(encode(sha256, 'hex'), ''), coalesce((
                 SELECT string_agg(tag, ',' ORDER BY tag) FROM djms.item_tag g
                  WHERE g.account_id = %(a)s AND g.item_id = tree.id), '')
          FROM tree WHERE trashed_with IS NULL AND name NOT LIKE '%%.zip' AND path <> 'take' ORDER BY 2
        """,
        {"a": person.account_id},
    ).fetchall()


def test_what_is_taken_out_can_be_put_in_elsewhere_and_is_the_same(
    owner: Person, stranger: Person, superuser: psycopg.Connection[Any]
) -> None:
    files = {"Crates/Öpener.ogg": OGG, "Crates/deep/b.ogg": OGG[:5000], "empty.txt": b""}
    unpack(owner, put_in(owner, files, "before.zip"))
    path = started(owner, "Set list: Friday / late")
    save(owner, path, "# sunrise\n", 1)
    superuser.execute(
        "INSERT INTO djms.item_tag (account_id, item_id, tag)"
        " SELECT account_id, id, 'peak time' FROM djms.item WHERE account_id = %s AND kind = 'document'",
        [owner.account_id],
    )
    archive = take_out(owner)
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["format"] == "djmixersoft/take-out/v1"
    for item in manifest["items"]:
        if item["sha256"]:
            assert hashlib.sha256(archive.read(item["path"])).hexdigest() == item["sha256"]
    assert json.loads(archive.read("problems.json")) == []
    item = put_in(stranger, body_of(owner.get(f"{owner.crate}/take-out")))
    assert "Unpack" in text_of(stranger.get(item))
    done = unpack(stranger, item)
    assert done.status_code == HTTPStatus.OK
    assert rows(superuser, stranger) == rows(superuser, owner)
    folder = re.search(rf'href="({stranger.crate}/folders/[^"]+)"', done.text)
    assert folder, "it leads to the folder, which is called as the ZIP was"
    assert "before" in text_of(stranger.get(folder[1]))
    assert found(stranger, q="sunrise peak") == ["Set list: Friday / late"]
    again = unpack(stranger, item)
    assert "0 files were unpacked" in text_of(again), "a second time adds nothing"


def test_one_folder_is_taken_out_alone(owner: Person, superuser: psycopg.Connection[Any]) -> None:
    unpack(owner, put_in(owner, {"in/a.ogg": OGG, "out/b.ogg": OGG}))
    ((folder,),) = superuser.execute(
        "SELECT id FROM djms.item WHERE account_id = %s AND name = 'in'", [owner.account_id]
    ).fetchall()
    assert "files/a.ogg" in take_out(owner, f"{owner.crate}/items/{folder}").namelist()
    assert "out" not in str(take_out(owner, f"{owner.crate}/items/{folder}").namelist())


def test_only_members_take_out_and_unpack(owner: Person, stranger: Person) -> None:
    item = put_in(owner, {"a.ogg": OGG})
    for answer in (
        stranger.get(f"{owner.crate}/take-out"),
        stranger.get(f"{item}/take-out"),
        unpack(stranger, item),
        stranger.post(f"{stranger.crate}/items/{item.rpartition('/')[2]}/unpack"),
    ):
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert found(owner, q="a") == []


def test_two_files_of_one_name_both_come_out(owner: Person) -> None:
    uploaded(owner, OGG, "same.ogg")
    uploaded(owner, OGG[:100], "SAME.ogg")
    names = take_out(owner).namelist()
    assert len({name.casefold() for name in names}) == len(names)
    assert len([name for name in names if name.casefold().startswith("files/same")]) == 2


def test_a_damaged_file_is_named_and_the_rest_comes_out(owner: Person, superuser: psycopg.Connection[Any]) -> None:
    whole = uploaded(owner, OGG, "whole.ogg")
    broken = uploaded(owner, OGG, "broken.ogg")
    blob = blob_path(broken, superuser)
    data = bytearray(blob.read_bytes())
    data[40_000] ^= 1
    blob.chmod(0o600)
    blob.write_bytes(data)
    archive = take_out(owner)
    assert archive.read("files/whole.ogg") == OGG, whole
    (problem,) = json.loads(archive.read("problems.json"))
    assert problem["path"] == "files/broken.ogg"
    assert hashlib.sha256(archive.read("files/broken.ogg")).hexdigest() != hashlib.sha256(OGG).hexdigest()


@pytest.mark.parametrize(
    "path", ["../up.ogg", "a/../../up.ogg", "/etc/passwd", "..\\up.ogg", "a/" * 60 + "deep.ogg", "C:\\..\\x"]
)
def test_a_path_that_leads_out_is_left_out_and_named(
    owner: Person, superuser: psycopg.Connection[Any], path: str
) -> None:
    done = unpack(owner, put_in(owner, {path: OGG, "fine.ogg": OGG}))
    assert done.status_code == HTTPStatus.OK
    assert "1 file was unpacked" in text_of(done)
    assert "Left out" in done.text
    assert [row[1] for row in rows(superuser, owner)] == ["fine.ogg"]


def test_a_bomb_is_refused_before_it_goes_off(owner: Person, superuser: psycopg.Connection[Any]) -> None:
    bomb = put_in(owner, {f"{n}.bin": bytes(60 * 2**20) for n in range(4)}, "bomb.zip")
    refused = unpack(owner, bomb)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "hundred times" in refused.text
    assert rows(superuser, owner) == []


def test_a_file_that_is_more_than_it_says_is_left_out(owner: Person, superuser: psycopg.Connection[Any]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("liar.bin", bytes(100_000))
    data = bytearray(packed.getvalue())
    at = data.index(b"PK\x01\x02") + 24  # the size before compression, in the central directory (APPNOTE 4.3.12)
    data[at : at + 4] = struct.pack("<I", 10)
    done = unpack(owner, put_in(owner, bytes(data)))
    assert "Left out" in done.text
    assert rows(superuser, owner) == []


def test_mutilated_archives_get_a_sentence_and_leave_no_blob_behind(
    owner: Person, superuser: psycopg.Connection[Any]
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ogg", OGG)
        archive.writestr("manifest.json", json.dumps({"format": "djmixersoft/take-out/v1", "items": [{"path": 1}, 2]}))
    chance, before = random.Random(20261123), strays(superuser)
    for _ in range(25):
        data = bytearray(packed.getvalue())
        for _ in range(chance.randrange(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        done = unpack(owner, put_in(owner, bytes(data[: chance.randrange(len(data) // 2, len(data) + 1)])))
        assert done.status_code in {HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY}, text_of(done)
    assert strays(superuser) == before


def test_what_a_manifest_says_wrongly_of_a_file_keeps_it_out(owner: Person) -> None:
    manifest = {
        "format": "djmixersoft/take-out/v1",
        "items": [{"path": "files/a.ogg", "kind": "file", "name": "a.ogg", "sha256": "0" * 64}],
    }
    done = unpack(owner, put_in(owner, {"manifest.json": json.dumps(manifest).encode(), "files/a.ogg": OGG}))
    assert "files/a.ogg" in done.text
    assert found(owner, q="a") == []


def test_a_full_account_keeps_what_was_unpacked_and_goes_on_later(
    owner: Person, superuser: psycopg.Connection[Any]
) -> None:
    item = put_in(owner, {f"{n}.ogg": OGG for n in range(5)})
    superuser.execute("UPDATE djms.account_room SET quota = used + 250000 WHERE account_id = %s", [owner.account_id])
    refused = unpack(owner, item)
    assert refused.status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert len(rows(superuser, owner)) == 2
    superuser.execute("UPDATE djms.account_room SET quota = used + 9999999 WHERE account_id = %s", [owner.account_id])
    assert "3 files were unpacked" in text_of(unpack(owner, item))


def test_what_is_no_zip_gets_a_sentence(owner: Person) -> None:
    refused = unpack(owner, uploaded(owner, OGG, "music.ogg"))
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "no ZIP" in refused.text
    missing = owner.post(f"{owner.crate}/items/{uuid4()}/unpack")
    assert missing.status_code == HTTPStatus.NOT_FOUND


def test_limits_are_what_the_sentences_say() -> None:
    assert (unpacking.MOST_TIMES, unpacking.MOST_FILES) == (100, 20_000)
