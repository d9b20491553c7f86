"""Files that arrive in pieces: what the library reads afterwards, whatever was cut, killed, full or sent otherwise."""

import hashlib
import os
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from djmixersoft.vault.arriving import Arrival, Rest, WrongChecksum, held_back
from djmixersoft.vault.blobs import FolderStore, NoRoom
from djmixersoft.vault.cobblestone import CHUNK, HEADER, SEALED_CHUNK, Altered, Chunks
from djmixersoft.vault.folder_partials import FolderPartials
from djmixersoft.vault.keys import Key
from djmixersoft.vault.media import MediaType
from tests.support import IS_LONG
from tests.vault.sealing import BLOB, CONTEXT, KEY, noise, read_all, seal, unseal
from tests.vault.test_blobs import files, files_limited_to
from tests.vault.test_vectors import message, vectors

NAME = str(BLOB)
NOTHING = Rest(b"", 0)
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 77]


class Sending:
    """A file that is sent in several requests, after each of which only store and `rest` are left."""

    def __init__(self, store: FolderStore, data: bytes) -> None:
        self.store, self.partials, self.data, self.size = store, FolderPartials(store), data, len(data)
        self.rest = NOTHING
        self.path = store.incoming_folder / NAME / "data"

    def send(self, length: int, *, keep: bool = True) -> int:
        """Send the next bytes; without `keep` the process ends before anything was written down of it."""
        with self.partials.open(NAME) as partial:
            arrival = self.arrival(partial)
            arrival.take(self.data[arrival.offset : arrival.offset + length])
            if keep:
                self.rest = arrival.keep()
            return arrival.offset

    def offset(self) -> int:
        with self.partials.open(NAME) as partial:
            return self.arrival(partial).offset

    def finish(self) -> bytes:
        """Check and commit; the ciphertext."""
        with self.partials.open(NAME) as partial:
            stored = self.arrival(partial).check(BLOB, "set.ogg")
            partial.commit()
            partial.discard()
        ciphertext = self.store.path_of(NAME).read_bytes()
        assert (stored.size, stored.sha256) == (len(self.data), hashlib.sha256(self.data).digest())
        assert (stored.sealed_size, stored.sealed_sha256) == (len(ciphertext), hashlib.sha256(ciphertext).digest())
        return ciphertext

    def arrival(self, partial: Any) -> Arrival:  # noqa: ANN401 - any Partial
        return Arrival(partial, KEY, CONTEXT, size=self.size, rest=self.rest)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [1000, CHUNK, 3 * CHUNK + 1])
def test_the_library_reads_what_arrived_in_requests_of_their_own(store: FolderStore, size: int, piece: int) -> None:
    sending = Sending(store, noise(size))
    while sending.offset() < size:
        sending.send(piece)
    ciphertext = sending.finish()
    assert unseal(ciphertext) == sending.data
    assert read_all(ciphertext) == sending.data


@given(st.data())
@settings(deadline=None, max_examples=1000 if IS_LONG else 40)
def test_after_any_cuts_and_crashes_it_is_the_file_all_the_same(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    store = FolderStore(tmp_path_factory.mktemp("store") / "blobs")
    sending = Sending(store, noise(data.draw(st.integers(0, 5 * CHUNK))))
    with pytest.MonkeyPatch.context() as patched:
        # What a crash takes is what the test takes.
        patched.setattr(os, "fsync", lambda _handle: None)
        for _request in range(data.draw(st.integers(0, 8))):
            assert sending.offset() >= sending.rest.at + sending.rest.length
            sending.send(data.draw(st.integers(1, 3 * CHUNK)), keep=data.draw(st.booleans()))
            lost = data.draw(st.sampled_from([0, 0, 1, 700, SEALED_CHUNK, SEALED_CHUNK + 1]))
            # Only what nobody was told of, in whole chunks or in the middle of one.
            least = HEADER + sending.rest.at // CHUNK * SEALED_CHUNK if sending.rest.at else 0
            os.truncate(sending.path, max(sending.path.stat().st_size - lost, least))
        sending.send(sending.size)
    assert unseal(sending.finish()) == sending.data


@pytest.mark.parametrize("size", SIZES)
def test_what_the_library_began_is_gone_on_with(store: FolderStore, size: int) -> None:
    """Any prefix of the library's ciphertext, cut anywhere, is completed to exactly what the library made of it."""
    data = noise(size)
    ciphertext = seal(data)
    for cut in {0, HEADER, HEADER + SEALED_CHUNK, HEADER + SEALED_CHUNK + 9, len(ciphertext) // 2, len(ciphertext)}:
        if cut > len(ciphertext):
            continue
        sending = Sending(store, data)
        sending.send(0)
        sending.path.write_bytes(ciphertext[:cut])
        sending.send(size)
        finished = sending.finish()
        assert unseal(finished) == data
        assert finished == ciphertext or cut < HEADER
        store.delete(NAME)


@pytest.mark.parametrize("test", vectors("valid"))
def test_the_chunks_of_a_vector_are_sealed_as_the_vector_says(test: dict[str, Any]) -> None:
    key, bound_to, ciphertext = message(test)
    plaintext = unseal(ciphertext, key=Key(key), bound_to=bound_to)
    chunks = Chunks(Key(key), bound_to, ciphertext[:HEADER])
    last = len(plaintext) // CHUNK
    pieces = [chunks.seal(n, plaintext[n * CHUNK : (n + 1) * CHUNK]) for n in range(last + 1)]
    assert chunks.header + b"".join(pieces) == ciphertext
    assert b"".join(chunks.open(n, sealed) for n, sealed in enumerate(pieces)) == plaintext


@pytest.mark.parametrize("test", vectors("invalid"))
def test_no_message_is_gone_on_with_under_a_header_that_misfits(test: dict[str, Any]) -> None:
    key, bound_to, ciphertext = message(test)
    if "InvalidKeySize" in test["flags"] or len(ciphertext) < HEADER:
        return
    if "commitment" in test["comment"].lower():
        with pytest.raises(Altered):
            Chunks(Key(key), bound_to, ciphertext[:HEADER])


def test_there_are_no_more_chunks_than_the_format_has_and_none_is_longer() -> None:
    chunks = Chunks(KEY, CONTEXT)
    for index, plaintext in ((-1, b""), (2**38, b""), (0, bytes(CHUNK + 1))):
        with pytest.raises(ValueError, match="no message"):
            chunks.seal(index, plaintext)


def test_what_arrived_lies_in_no_file_in_the_clear_and_the_rest_is_sealed(store: FolderStore, tmp_path: Path) -> None:
    data = b"a canary that nobody may find " * 3000
    sending = Sending(store, data)
    while sending.offset() < len(data):
        sending.send(7001)
        assert not any(data[:30] in file.read_bytes() for file in files(tmp_path))
        assert data[:30] not in sending.rest.sealed
        assert sending.rest.at % CHUNK == 0


def test_a_rest_belongs_to_its_place_and_its_file(store: FolderStore) -> None:
    sending = Sending(store, noise(3 * CHUNK))
    sending.send(CHUNK + 5)
    for altered in (
        Rest(sending.rest.sealed[:-1] + bytes([sending.rest.sealed[-1] ^ 1]), sending.rest.at),
        Rest(Sending(store, sending.data).rest.sealed + bytes(40), sending.rest.at),
    ):
        sending.rest = altered
        with pytest.raises(Altered):
            sending.offset()


def test_no_place_ever_gets_two_plaintexts(store: FolderStore) -> None:
    """A chunk that was cut off while it was written: the same bytes complete it, others get another salt."""
    first, other = noise(3 * CHUNK, seed=1), noise(3 * CHUNK, seed=2)
    for again, keeps_salt in ((first, True), (first[: CHUNK + 3] + other[CHUNK + 3 :], False)):
        sending = Sending(store, first)
        sending.send(2 * CHUNK, keep=False)
        os.truncate(sending.path, HEADER + SEALED_CHUNK + 100)
        before = sending.path.read_bytes()
        sending.data = again
        assert sending.offset() == CHUNK
        sending.send(len(again))
        after = sending.path.read_bytes()
        assert (after[:HEADER] == before[:HEADER]) is keeps_salt
        assert (after[: len(before)] == before) is keeps_salt
        assert unseal(sending.finish()) == again
        store.delete(NAME)


def test_what_a_power_cut_left_as_noughts_doesnt_count(store: FolderStore) -> None:
    sending = Sending(store, noise(6 * CHUNK))
    sending.send(2 * CHUNK + 10)
    sending.send(3 * CHUNK, keep=False)
    content = bytearray(sending.path.read_bytes())
    content[HEADER + 3 * SEALED_CHUNK : HEADER + 4 * SEALED_CHUNK] = bytes(SEALED_CHUNK)
    sending.path.write_bytes(content)
    assert sending.offset() == 3 * CHUNK
    sending.send(6 * CHUNK)
    assert unseal(sending.finish()) == sending.data


def test_without_its_beginning_nothing_is_there(store: FolderStore) -> None:
    sending = Sending(store, noise(3 * CHUNK))
    sending.send(2 * CHUNK)
    content = bytearray(sending.path.read_bytes())
    content[30] ^= 1
    sending.path.write_bytes(content)
    assert sending.offset() == 0
    sending.send(3 * CHUNK)
    assert unseal(sending.finish()) == sending.data


@pytest.mark.parametrize("at", [HEADER + 5, HEADER + SEALED_CHUNK + 5])
def test_damage_to_what_was_acknowledged_is_found_at_the_end(store: FolderStore, at: int) -> None:
    sending = Sending(store, noise(3 * CHUNK + 1))
    sending.send(3 * CHUNK + 1)
    content = bytearray(sending.path.read_bytes())
    content[at] ^= 1
    sending.path.write_bytes(content)
    with pytest.raises(Altered):
        sending.finish()
    assert list(store.names(older_than=-timedelta(seconds=5))) == []


def test_a_full_disk_keeps_what_is_there_and_it_goes_on_later(store: FolderStore) -> None:
    sending = Sending(store, noise(10 * CHUNK))
    sending.send(CHUNK + 100)
    with files_limited_to(3 * CHUNK + 1000), FolderPartials(store).open(NAME) as partial:
        arrival = sending.arrival(partial)
        with pytest.raises(NoRoom):
            arrival.take(sending.data[arrival.offset :])
        sending.rest = arrival.keep()
        assert arrival.offset == sending.rest.at + sending.rest.length >= 2 * CHUNK
    sending.send(10 * CHUNK)
    assert unseal(sending.finish()) == sending.data


def test_a_disk_too_full_for_even_a_chunk_loses_nothing_that_was_acknowledged(store: FolderStore) -> None:
    sending = Sending(store, noise(4 * CHUNK))
    sending.send(100)
    with files_limited_to(1000), FolderPartials(store).open(NAME) as partial:
        arrival = sending.arrival(partial)
        with pytest.raises(NoRoom):
            arrival.take(sending.data[100:])
        sending.rest = arrival.keep()
        assert arrival.offset == 100
    sending.send(4 * CHUNK)
    assert unseal(sending.finish()) == sending.data


def test_more_than_the_file_has_is_a_mistake_of_the_caller(store: FolderStore) -> None:
    with FolderPartials(store).open(NAME) as partial:
        arrival = Arrival(partial, KEY, CONTEXT, size=10, rest=NOTHING)
        with pytest.raises(ValueError, match="more than"):
            arrival.take(bytes(11))
        with pytest.raises(ValueError, match="as a whole"):
            arrival.check(BLOB, "x")


def test_the_type_is_told_by_name_and_beginning(store: FolderStore) -> None:
    with FolderPartials(store).open(NAME) as partial:
        arrival = Arrival(partial, KEY, CONTEXT, size=4, rest=NOTHING)
        arrival.take(b"OggS")
        arrival.keep()
        assert arrival.check(BLOB, "a.ogg").media_type is MediaType.OGG
        assert arrival.check(BLOB, "a.wav").media_type is MediaType.BYTES


def test_what_is_held_back_comes_only_once_its_checksum_is_right(store: FolderStore, tmp_path: Path) -> None:
    data = b"another canary to look for, " * 9000
    digest = hashlib.sha256(data).digest()

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(data), 50_000):
            yield data[at : at + 50_000]
            assert not any(data[:20] in file.read_bytes() for file in files(tmp_path))

    with held_back(FolderPartials(store), pieces(), sha256_is=digest) as held:
        assert b"".join(held) == data
    with pytest.raises(WrongChecksum), held_back(FolderPartials(store), pieces(), sha256_is=bytes(32)) as held:
        pytest.fail("it was handed on")
    with pytest.raises(OSError, match="cut"), held_back(FolderPartials(store), _cut(), sha256_is=digest) as held:
        pytest.fail("it was handed on")
    assert files(tmp_path) == []


def _cut() -> Iterator[bytes]:
    yield random.Random(1).randbytes(100_000)
    raise OSError("cut")
