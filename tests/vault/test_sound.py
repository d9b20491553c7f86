"""What was found sound a moment ago is sent at once; what has changed since isn't."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from djmixersoft.vault.cobblestone import CHUNK, HEADER, SEALED_CHUNK, Altered, Damage, Reader
from djmixersoft.vault.sound import LASTS, MOST, Sound
from tests.vault.sealing import CONTEXT, KEY, noise, seal

TRACK = noise(8 * CHUNK)


class Asking:
    """A blob on disk, and how often it was read to see whether it is sound."""

    def __init__(self, path: Path) -> None:
        self.path, self.reads, self.now = path, 0, 1000.0
        self.sound = Sound(lambda: self.now)
        path.write_bytes(seal(TRACK))

    def ask(self, start: int = 0, stop: int = len(TRACK), *, meanwhile: Callable[[], None] = lambda: None) -> int:
        """Ask for a part; how often it was read by now."""

        def verify() -> None:
            self.reads += 1
            Reader(file, KEY, CONTEXT).verify(start, stop)
            meanwhile()

        with self.path.open("rb", buffering=0) as file:
            self.sound.once(file, start, stop, verify)
        return self.reads

    def spoil(self, chunk: int = 3) -> None:
        """Change a byte, and set the time of that back."""
        before = self.path.stat()
        with self.path.open("r+b") as file:
            file.seek(HEADER + chunk * SEALED_CHUNK + 9)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        os.utime(self.path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    return Asking(tmp_path / "blob")


def test_what_was_found_sound_is_not_read_again_nor_is_any_part_of_it(asking: Asking) -> None:
    assert [asking.ask(), asking.ask(), asking.ask(CHUNK, len(TRACK))] == [1, 1, 1]


def test_a_part_tells_nothing_of_the_rest(asking: Asking) -> None:
    assert [asking.ask(CHUNK, 2 * CHUNK), asking.ask(0, CHUNK + 1), asking.ask()] == [1, 2, 3]


def test_it_is_read_again_after_ten_minutes(asking: Asking) -> None:
    asking.ask()
    asking.now += LASTS - 1
    assert asking.ask() == 1
    asking.now += 2
    assert asking.ask() == 2


def test_a_blob_that_was_changed_is_an_error_though_the_time_of_that_was_set_back(asking: Asking) -> None:
    asking.ask()
    asking.spoil()
    with pytest.raises(Altered, match=Damage.CHANGED.value):
        asking.ask()


def test_what_changes_while_it_is_read_is_not_taken_for_sound(asking: Asking) -> None:
    asking.ask(meanwhile=asking.spoil)
    with pytest.raises(Altered):
        asking.ask()


def test_what_is_not_sound_is_not_remembered_as_sound(asking: Asking) -> None:
    asking.spoil()
    for _ in range(2):
        with pytest.raises(Altered):
            asking.ask()


def test_another_file_in_its_place_is_read(asking: Asking) -> None:
    asking.ask()
    other = asking.path.with_name("other")
    other.write_bytes(asking.path.read_bytes())
    other.replace(asking.path)
    assert asking.ask() == 2


def test_what_is_no_file_is_read_each_time() -> None:
    sound, reads = Sound(), list[int]()
    for number in range(2):
        sound.once(io.BytesIO(b"x"), 0, 1, lambda number=number: reads.append(number))  # type: ignore[misc]  # mypy takes no defaults here
    assert reads == [0, 1]


def test_no_more_is_remembered_than_there_is_room_for(tmp_path: Path) -> None:
    sound, first = Sound(), tmp_path / "0"
    for number in range(MOST + 1):
        path = tmp_path / str(number)
        path.write_bytes(b"x")
        with path.open("rb") as file:
            sound.note(file, 1)
    reads = []
    for path in (tmp_path / str(MOST), first):
        with path.open("rb") as file:
            sound.once(file, 0, 1, lambda path=path: reads.append(path))  # type: ignore[misc]  # as above
    assert reads == [first]
