"""Looking into Content: how a text begins, and whether a blob can be what was stored."""

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from djmixersoft.vault.cobblestone import CHUNK, SEALED_CHUNK, Altered
from djmixersoft.vault.glance import MOST_TEXT, Beginning, beginning, check_opens
from djmixersoft.vault.ranges import Content
from tests.vault.sealing import noise, seal
from tests.vault.test_ranges import content


def sealed(plaintext: bytes) -> Content:
    return content(io.BytesIO(seal(plaintext)), track=plaintext)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (b"", Beginning("", has_more=False)),
        (b"\n\n23:00 doors\r\n", Beginning("\n\n23:00 doors\r\n", has_more=False)),
        (b"\xef\xbb\xbfmark", Beginning("mark", has_more=False)),
        (b"a\0b\x1b[31m\x85", Beginning("a\ufffdb\ufffd[31m\ufffd", has_more=False)),
        ("a\x85b".encode(), Beginning("a\ufffdb", has_more=False)),
        (b"cut \xc3", Beginning("cut \ufffd", has_more=False)),
        (b"x" * MOST_TEXT, Beginning("x" * MOST_TEXT, has_more=False)),
        (b"x" * MOST_TEXT + b"y", Beginning("x" * MOST_TEXT, has_more=True)),
        (b"x" * (MOST_TEXT - 1) + "é".encode(), Beginning("x" * (MOST_TEXT - 1), has_more=True)),
    ],
)
def test_a_text_begins_as_it_was_stored(stored: bytes, shown: Beginning) -> None:
    asked = sealed(stored)
    assert beginning(asked) == shown
    assert asked.file.closed


@given(st.text(), st.integers(0, 100))
@example("é" * 40, 33)
def test_of_any_text_whole_characters_are_shown(text: str, most: int) -> None:
    stored = text.encode(errors="replace")
    shown = beginning(sealed(stored), most)
    assert shown.has_more is (len(stored) > most)
    as_read = stored.decode().removeprefix("\ufeff")
    assert all(mine in {theirs, "\ufffd"} for mine, theirs in zip(shown.text, as_read, strict=False))
    assert shown.has_more or len(shown.text) == len(as_read)


def test_what_is_not_shown_is_not_read() -> None:
    whole = bytearray(seal(noise(9 * CHUNK).hex().encode()))
    text = noise(9 * CHUNK).hex().encode()
    whole[6 * SEALED_CHUNK] ^= 1
    assert beginning(content(io.BytesIO(bytes(whole)), track=text)).text == text[:MOST_TEXT].decode()


@pytest.mark.parametrize("damage", ["cut off", "empty", "another size", "begins otherwise", "ends otherwise"])
def test_a_blob_that_is_not_what_was_stored_is_noticed_and_closed(damage: str) -> None:
    track = noise(3 * CHUNK + 5)
    blob = bytearray(seal(track))
    match damage:
        case "cut off":
            del blob[-SEALED_CHUNK:]
        case "empty":
            blob.clear()
        case "another size":
            track += b"more"
        case "begins otherwise":
            blob[0] ^= 1
        case "ends otherwise":
            blob[-1] ^= 1
    for look in (check_opens, beginning):
        asked = content(io.BytesIO(bytes(blob)), track=track)
        with pytest.raises(Altered):
            look(asked)
        assert asked.file.closed


def test_a_sound_blob_passes() -> None:
    track = noise(3 * CHUNK + 5)
    asked = sealed(track)
    check_opens(asked)
    assert asked.file.closed
