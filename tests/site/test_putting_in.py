"""What a ZIP says of itself is believed as far as it makes sense, whoever made it, and costs no more than it should."""

import io
import json
import struct
import tracemalloc
import zipfile
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.site.browsing import Person, text_of
from tests.site.test_taking_out import put_in, rows, unpack

MIB = 2**20
DIRECTORY = b"PK\x01\x02"  # where an entry of the list of contents begins (APPNOTE 4.3.12)
VERSION, PACKED, SIZE = 6, 10, 24  # where in it stands what it takes to unpack it, how it is packed, and its size


def archive(path: str, content: bytes, packed: int = zipfile.ZIP_DEFLATED) -> bytearray:
    """A ZIP with one file in it."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", packed) as opened:
        opened.writestr(path, content)
    return bytearray(whole.getvalue())


def described(says: str) -> dict[str, bytes]:
    """The files of a ZIP whose manifest says this, in JSON, of the one file that is new."""
    item = f'{{"path": "files/a.txt", {says}}}'
    manifest = f'{{"format": "djmixersoft/take-out/v1", "items": [{item}]}}'
    return {"manifest.json": manifest.encode(), "files/a.txt": uuid4().bytes}


def peak_of(person: Person, item: str) -> tuple[Any, int]:
    """The answer, and how many bytes unpacking held at once."""
    tracemalloc.start()
    try:
        return unpack(person, item), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("says", "name"),
    [
        ('"name": "Set list: Friday / late"', "Set list: Friday / late"),
        ('"name": "\\ud800 half a character"', "a.txt"),
        ('"name": "red \\u001b[31m\\nline"', "a.txt"),
        ('"name": "\\u202egpj.exe"', "a.txt"),
        ('"name": "  "', "a.txt"),
        ('"kind": "document", "name": "\\udfff"', "a.txt"),
    ],
)
def test_a_name_that_nobody_could_type_gives_way_to_the_paths(
    owner: Person, superuser: psycopg.Connection[Any], says: str, name: str
) -> None:
    done = unpack(owner, put_in(owner, described(says)))
    assert done.status_code == HTTPStatus.OK
    assert "1 file was unpacked" in text_of(done)
    assert [path for kind, path, *_ in rows(superuser, owner)] == [name]


@pytest.mark.parametrize(
    ("says", "tags", "data"),
    [
        ('"tags": ["peak", "\\ud800", "a\\u001b[0m", "\\u202eb", " "], "data": {"bpm": 128}', "peak", {"bpm": 128}),
        ('"data": {"nothing": null, "half": "\\ud800", "\\ud800": 1, "n\\u001b": 1}', "", {"nothing": None}),
        ('"data": {"no": NaN, "far": Infinity, "large": 1e400, "key": 4}', "", {"key": 4}),
        (f'"data": {{"deep": {"[" * 500}{"]" * 500}, "wide": "{"x" * 70_000}", "nul": "\\u0000", "key": 4}}', "", None),
        (f'"tags": {json.dumps([str(number) for number in range(10, 90)])}', ",".join(map(str, range(10, 60))), {}),
    ],
)
def test_tags_and_data_that_nobody_could_give_are_left_out_and_the_others_are_there(
    owner: Person, superuser: psycopg.Connection[Any], says: str, tags: str, data: dict[str, Any] | None
) -> None:
    done = unpack(owner, put_in(owner, described(says)))
    assert "1 file was unpacked" in text_of(done)
    assert [found for *_, found in rows(superuser, owner)] == [tags]
    kept = dict(
        superuser.execute("SELECT name, value FROM djms.item_data WHERE account_id = %s", [owner.account_id]).fetchall()
    )
    assert kept.keys() == {"deep", "key"} if data is None else kept == data


@pytest.mark.parametrize(
    ("at", "to"), [(VERSION, b"\xc8"), (DIRECTORY, b"PK\x01\x03"), ("é".encode(), b"\xff\xfe")], ids=str
)
def test_a_list_of_contents_that_cannot_be_read_gets_a_sentence(owner: Person, at: int | bytes, to: bytes) -> None:
    broken = archive("é.txt", b"five")
    start = broken.index(DIRECTORY)
    start = start + at if isinstance(at, int) else broken.index(at, start)
    broken[start : start + len(to)] = to
    refused = unpack(owner, put_in(owner, bytes(broken)))
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "no ZIP" in refused.text


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_into_memory_alone_is_left_out_unread(
    owner: Person, superuser: psycopg.Connection[Any], packed: int
) -> None:
    bomb = archive("bomb.bin", bytes(96 * MIB), packed)
    at = bomb.index(DIRECTORY) + SIZE
    bomb[at : at + 4] = struct.pack("<I", 1000)
    done, peak = peak_of(owner, put_in(owner, bytes(bomb)))
    assert "Left out" in done.text
    assert rows(superuser, owner) == []
    assert peak < 16 * MIB, f"{peak // MIB} MiB were held for a ZIP of {len(bomb)} bytes"


def test_a_list_of_contents_without_end_is_not_read_to_its_end(owner: Person) -> None:
    length = 48 * MIB
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, length, 0, 0)
    refused, peak = peak_of(owner, put_in(owner, bytes(length) + end))
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert peak < 16 * MIB, f"{peak // MIB} MiB were held"


def test_a_manifest_of_nothing_over_and_over_is_not_believed(owner: Person) -> None:
    manifest = b'{"format": "djmixersoft/take-out/v1", "items": [' + b"{}," * 4_000_000 + b"{}]}"
    done, peak = peak_of(owner, put_in(owner, {"manifest.json": manifest, "files/a.txt": b"a"}))
    assert done.status_code == HTTPStatus.OK
    assert "2 files were unpacked" in text_of(done), "with nothing to go by, all of it is files"
    assert peak < 64 * MIB, f"{peak // MIB} MiB were held"
