"""Uploads: encrypted as they arrive, whole or not at all."""

import hashlib
import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from djmixersoft.vault.blobs import FolderStore, Missing
from djmixersoft.vault.media import MediaType
from djmixersoft.vault.upload import EncryptingUploadHandler, Reason, StoredFile, receiving, sentence
from tests.vault.posting import MAXIMUM, form, posted, read
from tests.vault.sealing import ACCOUNT, noise
from tests.vault.test_blobs import files

CANARY = b"canary: this text must be in no file on any disk; "


@pytest.fixture
def receive(store: FolderStore) -> Callable[..., list[StoredFile]]:
    """Take a whole form and keep its files."""

    def received(body: bytes) -> list[StoredFile]:
        request = posted(body)
        with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM) as upload:
            assert request.POST["after"] == "Saturday"
            assert not upload.refused
            with upload.keeping() as kept:
                assert kept == request.FILES.getlist("track")
        return kept

    return received


Receive = Callable[[bytes], list[StoredFile]]


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 65_536, 65_537, 300_001, MAXIMUM])
def test_a_file_is_stored_whole_with_its_size_and_hash(receive: Receive, store: FolderStore, size: int) -> None:
    data = noise(size)
    (stored,) = receive(form(("track.ogg", data)))
    assert (stored.size, stored.stored.sha256) == (size, hashlib.sha256(data).digest())
    assert stored.name == "track.ogg"
    assert read(store, stored) == data


def test_several_files_of_one_form_have_a_blob_and_a_key_each(receive: Receive, store: FolderStore) -> None:
    tracks = [(f"{n}.ogg", noise(n * 40_000, seed=n)) for n in range(5)]
    kept = receive(form(*tracks))
    assert [(stored.name, read(store, stored)) for stored in kept] == tracks
    assert len({stored.key.reveal() for stored in kept}) == len({stored.item_id for stored in kept}) == 5


def test_what_the_browser_says_of_the_kind_is_not_believed(receive: Receive) -> None:
    kept = receive(form(("a.ogg", b"OggS" + noise(100)), ("b.ogg", b"<html>"), ("c.html", b"<html>")))
    assert [stored.stored.media_type for stored in kept] == [MediaType.OGG, MediaType.BYTES, MediaType.BYTES]
    assert [stored.content_type for stored in kept] == [stored.stored.media_type for stored in kept]


def test_a_stored_file_shows_neither_its_name_nor_its_key(receive: Receive) -> None:
    (stored,) = receive(form(("secret track.ogg", b"x")))
    assert "secret" not in repr(stored)
    assert "secret" not in repr(stored.__dict__["key"])


def test_a_form_without_a_file_is_a_form_all_the_same(receive: Receive, tmp_path: Path) -> None:
    assert receive(form()) == []
    assert files(tmp_path) == []


def test_a_blob_is_invisible_until_it_is_kept(store: FolderStore, tmp_path: Path) -> None:
    request = posted(form(("a.ogg", noise(1000))))
    with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM):
        stored = request.FILES["track"]
        assert isinstance(stored, StoredFile)
        with pytest.raises(Missing):
            store.open(str(stored.stored.blob_id))
    assert files(tmp_path) == []


def test_a_file_too_large_is_refused_and_the_rest_of_the_form_is_there(store: FolderStore, tmp_path: Path) -> None:
    request = posted(form(("good.ogg", b"OggS"), ("huge.ogg", noise(MAXIMUM + 1)), ("last.ogg", b"OggS")))
    with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM) as upload:
        assert (request.POST["title"], request.POST["after"]) == ("Friday", "Saturday")
        (refused,) = upload.refused
        assert (refused.name, refused.reason, refused.status) == ("huge.ogg", Reason.TOO_LARGE, 413)
        assert sentence(refused, MAXIMUM).startswith("huge.ogg is too large: a file can have up to 488.3")
        assert [file.name for file in request.FILES.getlist("track")] == ["good.ogg", "last.ogg"]
    assert files(tmp_path) == []


def test_a_body_too_large_for_any_form_is_refused_unread(store: FolderStore) -> None:
    class Untouched(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            raise AssertionError(size)

    request = posted(Untouched(), length=10**12)
    with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM) as upload:
        assert not request.FILES
        assert [refused.status for refused in upload.refused] == [413]
        assert sentence(upload.refused[0], MAXIMUM).startswith("This upload is too large")


def test_too_many_files_are_said_so(store: FolderStore, tmp_path: Path) -> None:
    request = posted(form(*[(f"{n}.ogg", b"x") for n in range(4)]))
    with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM, maximum_files=3) as upload:
        assert len(request.FILES.getlist("track")) == 3
        assert [(refused.name, refused.reason) for refused in upload.refused] == [("3.ogg", Reason.TOO_MANY)]
        assert "too many" in sentence(upload.refused[0], MAXIMUM)
    assert files(tmp_path) == []


def test_it_is_too_late_once_the_body_was_read(store: FolderStore) -> None:
    request = posted(form(title="no file"))
    assert request.POST["title"] == "no file"
    with (
        pytest.raises(AttributeError, match="after the upload"),
        receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM),
    ):
        pass


class Watched(io.RawIOBase):
    """A body of canaries that arrives slowly enough to look at every file while it does."""

    def __init__(self, body: bytes, look: Callable[[], None]) -> None:
        super().__init__()
        self._body, self._look = io.BytesIO(body), look

    def read(self, size: int = -1, /) -> bytes:
        self._look()
        return self._body.read(min(size, 20_000))


def test_plaintext_is_in_no_file_while_and_after_it_arrives(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "tmp").mkdir()
    seen: set[Path] = set()

    def look() -> None:
        opened = [path.resolve() for path in Path("/proc/self/fd").iterdir() if path.exists()]
        for path in [*files(tmp_path), *(path for path in opened if path.is_file() and path.parent != tmp_path)]:
            data = path.read_bytes()
            assert CANARY not in data, path
            if data:
                seen.add(path)

    body = form(("canary.txt", CANARY * 8000), title="a title")
    request = posted(Watched(body, look), length=len(body))
    with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM) as upload:
        assert request.POST["title"] == "a title"
        with upload.keeping() as kept:
            look()
    look()
    assert read(store, kept[0]) == CANARY * 8000
    assert any("incoming" in path.parts for path in seen), "the look must have met the file on its way"
    assert any(path.name == str(kept[0].stored.blob_id) for path in seen)


class Endless(io.RawIOBase):
    """A form's body of any size, made as it is read."""

    def __init__(self, size: int) -> None:
        super().__init__()
        body = form(("big.wav", b"@@"))
        head, tail = body.split(b"@@")
        self.length = len(head) + size + len(tail)
        self._parts = iter([head, *([b"z" * 2**16] * (size // 2**16)), tail])
        self._rest = b""

    def read(self, size: int = -1, /) -> bytes:
        self._rest = self._rest or next(self._parts, b"")
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def test_a_large_file_is_received_in_constant_memory(store: FolderStore) -> None:
    body = Endless(64 * 2**20)
    request = posted(body, length=body.length)
    tracemalloc.start()
    with receiving(request, store=store, account_id=ACCOUNT, maximum=2**30) as upload:
        assert request.POST["after"] == "Saturday"
        with upload.keeping() as kept:
            assert kept[0].size == 64 * 2**20
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 2**20


def test_the_handler_works_through_djangos_own_request_factory(store: FolderStore) -> None:
    sent = {"title": "x", "track": SimpleUploadedFile("Größe 💿.ogg", b"OggS")}
    request = RequestFactory().post("/", sent)
    with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM) as upload:
        assert isinstance(upload, EncryptingUploadHandler)
        assert request.upload_handlers == [upload]
        assert [file.name for file in request.FILES.getlist("track")] == ["Größe 💿.ogg"]
