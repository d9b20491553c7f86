"""Ciphertext passes for what it is, and what people keep in files does not."""

import base64
import gzip
import io
import math
import os
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from djmixersoft.vault.blobs import FolderStore
from djmixersoft.vault.ciphertext import WINDOW, Oddity, examined, is_even
from djmixersoft.vault.folder_partials import FolderPartials
from tests.support import ROOT
from tests.vault.sealing import noise, seal

NAME = "3b/9a/3b9ac9ff-0000-4000-8000-000000000000"
INCOMING = "incoming/0123456789abcdef0123456789abcdef"


def put(folder: Path, content: bytes, name: str = NAME, mode: int = 0o600) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path


def tone() -> bytes:
    """A second of music, as far as that goes."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        samples = (int(20_000 * math.sin(n / 20) + 5_000 * math.sin(n / 3.3)) for n in range(44_100))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return written.getvalue()


PLAIN = {
    "music": tone(),
    "music without its header": tone()[44:],
    "our sources": b"".join(path.read_bytes() for path in sorted((ROOT / "djmixersoft").glob("*/*.py"))),
    "a short text": b"The second record of the night is always the one that nobody asked for.",
    "zeros": bytes(5_000),
    "base64": base64.b64encode(noise(50_000)),
    "half text, half noise": b"la la la " * 900 + noise(8_000),
    "utf-16": "Wer hat die Platte umgedreht?".encode("utf-16") * 5,
    "a database page": Path(os.__file__).with_suffix(".py").read_bytes()[:8_192],
}


@pytest.mark.parametrize("size", [0, 1, 100, 5_000, 16_384, 16_383, 40_000, 1_000_000])
def test_what_is_encrypted_passes(tmp_path: Path, size: int) -> None:
    content = seal(bytes(size))
    read, oddity = examined(put(tmp_path, content), tmp_path)
    assert oddity is None
    assert min(len(content), 2 * WINDOW) <= read <= 3 * WINDOW or read >= len(content)


@pytest.mark.parametrize("size", [64, 65, 500, 8_191, 8_192, WINDOW])
def test_random_bytes_are_even_every_time(size: int) -> None:
    assert all(is_even(noise(size, seed)) for seed in range(300))


@pytest.mark.parametrize("kind", PLAIN)
def test_what_people_keep_in_files_is_not_even(kind: str) -> None:
    assert not is_even(PLAIN[kind][:WINDOW])


@pytest.mark.parametrize("where", ["beginning", "middle", "end"])
def test_a_part_in_the_clear_is_found_wherever_it_is_read(tmp_path: Path, where: str) -> None:
    content = bytearray(seal(noise(1_000_000)))
    start = {"beginning": 0, "middle": len(content) // 2 - WINDOW // 4, "end": len(content) - WINDOW // 2}[where]
    content[start : start + WINDOW // 2] = PLAIN["our sources"][: WINDOW // 2]
    assert examined(put(tmp_path, bytes(content)), tmp_path)[1] is Oddity.UNEVEN


@pytest.mark.parametrize(
    "beginning", [b"OggS", b"fLaC", b"RIFF", b"ID3\x04\x00", b"\x89PNG", b"PK\x03\x04", b"\0\0\0\x20ftypM4A "]
)
def test_a_known_beginning_gives_a_file_away_even_if_the_rest_is_compressed(tmp_path: Path, beginning: bytes) -> None:
    content = beginning + seal(noise(50_000))[len(beginning) :]
    assert examined(put(tmp_path, content), tmp_path)[1] is Oddity.KNOWN
    assert examined(put(tmp_path, content, INCOMING), tmp_path)[1] is Oddity.KNOWN


def test_what_was_compressed_looks_like_noise_and_is_known_by_its_beginning(tmp_path: Path) -> None:
    content = gzip.compress(PLAIN["our sources"], mtime=0)
    assert examined(put(tmp_path, content, INCOMING), tmp_path)[1] is Oddity.KNOWN


@pytest.mark.parametrize("size", [0, 71, 56 + 16_400, 56 + 16_400 + 15])
def test_a_length_that_the_format_does_not_have(tmp_path: Path, size: int) -> None:
    content = seal(noise(40_000))[:size]
    assert examined(put(tmp_path, content), tmp_path)[1] is Oddity.MISSIZED
    assert examined(put(tmp_path, content, INCOMING), tmp_path)[1] is None, "it has not arrived yet"


def oddities(folder: Path) -> set[Oddity]:
    return {oddity for path in folder.rglob("*") if path.is_file() and (oddity := examined(path, folder)[1])}


def test_an_upload_on_its_way_is_as_it_must_be_at_every_moment_unless_it_is_plain(tmp_path: Path) -> None:
    content, seen = seal(noise(100_000)), []

    def pieces() -> Iterator[bytes]:
        for start in (0, 50_000):
            yield content[start : start + 50_000]
            seen.append(len(list(tmp_path.rglob("incoming/*/*"))))
            assert oddities(tmp_path) == set()

    with FolderPartials(FolderStore(tmp_path)).open(Path(NAME).name) as partial:
        assert oddities(tmp_path) == set()
        partial.put(0, content[:70_000])
        assert oddities(tmp_path) == set()
        partial.rewrite(pieces())
        assert seen == [3, 3], "the data, the lease, and what will be the data"
        partial.put(0, PLAIN["our sources"])
        assert oddities(tmp_path) == {Oddity.UNEVEN}


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "3b9ac9ff-0000-4000-8000-000000000000",
        "3b/9b/3b9ac9ff-0000-4000-8000-000000000000",
        "3B/9A/3B9AC9FF-0000-4000-8000-000000000000",
        "incoming/song.ogg",
        "incoming/3b/0123456789abcdef0123456789abcdef",
        "incoming/3b9ac9ff-0000-4000-8000-000000000000/song.ogg",
        "incoming/3B9AC9FF-0000-4000-8000-000000000000/data",
    ],
)
def test_a_file_where_none_lies(tmp_path: Path, name: str) -> None:
    assert examined(put(tmp_path, seal(b"x"), name), tmp_path)[1] is Oddity.MISPLACED


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.parent.mkdir(parents=True)
    path.symlink_to("/etc/hostname")
    assert examined(path, tmp_path) == (0, Oddity.MISPLACED)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_may_read(tmp_path: Path, mode: int) -> None:
    assert examined(put(tmp_path, seal(b"x"), mode=mode), tmp_path)[1] is Oddity.EXPOSED


def test_a_file_that_is_gone_is_nobodys_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        examined(tmp_path / NAME, tmp_path)
