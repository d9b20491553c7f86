"""Encryption and random access, against the library in both directions, and against alteration of every kind."""

import io
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djmixersoft.vault.cobblestone import (
    BATCH,
    CHUNK,
    COMMITMENT,
    HEADER,
    SALT,
    SEALED_CHUNK,
    TAG,
    Altered,
    Damage,
    Encryptor,
)
from djmixersoft.vault.keys import Key, context
from tests.vault.sealing import ACCOUNT, BLOB, CONTEXT, ITEM, KEY, noise, read_all, reader, seal, unseal

SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK, 17 * CHUNK + 5, 33 * CHUNK]
LARGEST = noise(max(SIZES))
THREE_CHUNKS = noise(2 * CHUNK + 100)
SEALED = seal(THREE_CHUNKS)


def encrypt(plaintext: bytes, pieces: int) -> bytes:
    """Encrypt with ours, a piece at a time."""
    encryptor = Encryptor(KEY, CONTEXT)
    parts = [encryptor.update(plaintext[at : at + pieces]) for at in range(0, len(plaintext), pieces)]
    return b"".join(parts) + encryptor.finish()


@pytest.mark.parametrize("size", SIZES)
def test_ours_reads_what_the_library_wrote(size: int) -> None:
    """Size and bytes."""
    opened = reader(seal(LARGEST[:size]))
    assert opened.size == size
    assert b"".join(opened.read_range(0, size)) == LARGEST[:size]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pieces", [1000, CHUNK, 65536])
def test_the_library_reads_what_ours_wrote(size: int, pieces: int) -> None:
    """However it arrived."""
    assert unseal(encrypt(LARGEST[:size], pieces)) == LARGEST[:size]


@given(st.data())
def test_any_range_of_any_size_is_read_exactly(data: st.DataObject) -> None:
    """Against a slice of the plaintext."""
    size = data.draw(st.one_of(st.sampled_from(SIZES), st.integers(0, len(LARGEST))))
    start = data.draw(st.one_of(st.integers(0, size), st.sampled_from([n for n in SIZES if n <= size])))
    stop = data.draw(st.integers(start, size))
    opened = reader(seal(LARGEST[:size]))
    pieces = list(opened.read_range(start, stop))
    assert b"".join(pieces) == LARGEST[start:stop]
    assert all(0 < len(piece) <= BATCH for piece in pieces)
    opened.verify(start, stop)


@pytest.mark.parametrize(("start", "stop"), [(-1, 0), (0, 101), (60, 50), (101, 101)])
def test_a_range_outside_is_a_mistake_of_the_caller_at_once(start: int, stop: int) -> None:
    """Not when iterating, which may be after the status line."""
    opened = reader(seal(noise(100)))
    with pytest.raises(ValueError, match="outside"):
        opened.read_range(start, stop)


def test_a_file_that_returns_short_reads_is_read_whole() -> None:
    """A raw file may return less than was asked for."""

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 1000))

    opened = type(reader(SEALED))(Slow(SEALED), KEY, CONTEXT)
    assert b"".join(opened.read_range(0, opened.size)) == THREE_CHUNKS


REGIONS = {
    "salt": range(SALT),
    "commitment": range(SALT, HEADER),
    "first chunk": range(HEADER, HEADER + CHUNK),
    "first tag": range(HEADER + CHUNK, HEADER + SEALED_CHUNK),
    "second chunk": range(HEADER + SEALED_CHUNK, HEADER + SEALED_CHUNK + CHUNK),
    "second tag": range(HEADER + SEALED_CHUNK + CHUNK, HEADER + 2 * SEALED_CHUNK),
    "last chunk": range(HEADER + 2 * SEALED_CHUNK, len(SEALED) - TAG),
    "last tag": range(len(SEALED) - TAG, len(SEALED)),
}


def test_the_regions_cover_the_whole_message() -> None:
    """So that no byte is left out of the flips."""
    assert sorted(at for region in REGIONS.values() for at in region) == list(range(len(SEALED)))


@pytest.mark.parametrize("region", REGIONS)
def test_no_flipped_bit_goes_unnoticed(region: str) -> None:
    """The first, last and middle bytes of each region, every bit of them."""
    places = REGIONS[region]
    for at in {places[0], places[len(places) // 2], places[-1]}:
        for bit in range(8):
            flipped = bytearray(SEALED)
            flipped[at] ^= 1 << bit
            with pytest.raises(Altered):
                read_all(bytes(flipped))


@given(st.integers(0, len(SEALED) * 8 - 1))
def test_no_flipped_bit_anywhere_goes_unnoticed(bit: int) -> None:
    """Nor any other."""
    flipped = bytearray(SEALED)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Altered):
        read_all(bytes(flipped))


def test_a_chunk_is_served_though_another_is_altered_but_never_the_altered_one() -> None:
    """Verifying is by range."""
    flipped = bytearray(SEALED)
    flipped[HEADER + SEALED_CHUNK] ^= 1
    opened = reader(bytes(flipped))
    assert b"".join(opened.read_range(0, CHUNK)) == THREE_CHUNKS[:CHUNK]
    for start, stop in [(0, CHUNK + 1), (CHUNK, CHUNK + 1), (2 * CHUNK - 1, 2 * CHUNK)]:
        with pytest.raises(Altered) as refusal:
            opened.verify(start, stop)
        assert refusal.value.damage is Damage.CHANGED


BOUNDARIES = [0, SALT, SALT + COMMITMENT, HEADER + CHUNK, HEADER + SEALED_CHUNK, HEADER + 2 * SEALED_CHUNK, len(SEALED)]


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("offset", [-TAG - 1, -TAG, -1, 0, 1, TAG - 1, TAG, TAG + 1])
def test_no_truncation_goes_unnoticed(boundary: int, offset: int) -> None:
    """At and around every boundary, on opening: before a length could be told to anyone."""
    length = boundary + offset
    if 0 <= length < len(SEALED):
        with pytest.raises(Altered) as refusal:
            reader(SEALED[:length])
        is_too_short = length < HEADER or (length - HEADER) % SEALED_CHUNK < TAG
        assert refusal.value.damage is (Damage.CUT_OFF if is_too_short else Damage.CHANGED)


@pytest.mark.parametrize("more", [b"\0", b"x" * TAG, b"x" * SEALED_CHUNK, SEALED[HEADER:], SEALED[-TAG - 100 :]])
def test_nothing_can_be_appended(more: bytes) -> None:
    """Neither noise nor chunks that were valid elsewhere in the message."""
    with pytest.raises(Altered):
        reader(SEALED + more)


def test_chunks_cannot_be_swapped_repeated_or_removed() -> None:
    """Each is sealed with its number."""
    head, first, second, last = (
        SEALED[:HEADER],
        SEALED[HEADER : HEADER + SEALED_CHUNK],
        SEALED[HEADER + SEALED_CHUNK : HEADER + 2 * SEALED_CHUNK],
        SEALED[HEADER + 2 * SEALED_CHUNK :],
    )
    assert head + first + second + last == SEALED
    for other in ([second, first, last], [first, first, last], [first, last], [last], [first, second, second, last]):
        with pytest.raises(Altered):
            read_all(head + b"".join(other))


def test_chunks_of_another_message_under_the_same_key_do_not_fit() -> None:
    """The salt makes each message's key its own."""
    other = seal(THREE_CHUNKS)
    with pytest.raises(Altered):
        read_all(SEALED[:HEADER] + other[HEADER:])


@pytest.mark.parametrize(
    ("key", "bound_to"),
    [
        (Key(bytes(32)), CONTEXT),
        (KEY, b""),
        (KEY, context(UUID(int=7), ITEM, BLOB)),
        (KEY, context(ACCOUNT, UUID(int=7), BLOB)),
        (KEY, context(ITEM, ACCOUNT, BLOB)),
        (KEY, context(ACCOUNT, ITEM, UUID(int=7))),
    ],
    ids=["another key", "no context", "another account", "another item", "account and item swapped", "another version"],
)
def test_a_message_opens_only_where_it_belongs(key: Key, bound_to: bytes) -> None:
    """Refused by the commitment."""
    with pytest.raises(Altered) as refusal:
        reader(SEALED, key=key, bound_to=bound_to)
    assert refusal.value.damage is Damage.MISFIT


def test_a_file_that_shrinks_while_it_is_read_breaks_off() -> None:
    """Rather than end early."""
    file = io.BytesIO(SEALED)
    opened = type(reader(SEALED))(file, KEY, CONTEXT)
    file.truncate(HEADER + SEALED_CHUNK + 10)
    with pytest.raises(Altered, match="cut off"):
        opened.verify(0, opened.size)
