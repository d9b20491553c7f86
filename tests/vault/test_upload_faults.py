"""Uploads that are cut, refused or fail: nothing of them is left, and whoever sent them is told."""

import gc
import io
import random
from pathlib import Path

import pytest
from django.db import OperationalError
from django.http import UnreadablePostError

from djmixersoft.vault.blobs import FolderStore
from djmixersoft.vault.upload import Reason, StoredFile, receiving, sentence
from tests.vault.posting import BODY, MAXIMUM, form, posted
from tests.vault.sealing import ACCOUNT, noise
from tests.vault.test_blobs import files, files_limited_to


@pytest.mark.parametrize("room", [20_000, 195_000])
def test_a_full_disk_is_said_so_and_leaves_nothing(store: FolderStore, tmp_path: Path, room: int) -> None:
    request = posted(form(("a.ogg", noise(195_000))))
    with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM) as upload:
        with files_limited_to(room):
            assert request.POST["after"] == "Saturday"
        assert not request.FILES
        assert [(refused.reason, refused.status) for refused in upload.refused] == [(Reason.NO_ROOM, 507)]
        assert "no room" in sentence(upload.refused[0], MAXIMUM)
        assert files(tmp_path) == []


@pytest.mark.parametrize("cut", [1, 100, 300, 70_000, 100_300, len(BODY) - 200, len(BODY) - 60, len(BODY) - 1])
def test_a_cut_connection_leaves_nothing(store: FolderStore, tmp_path: Path, cut: int) -> None:
    request = posted(BODY[:cut], length=len(BODY))
    with (
        pytest.raises(UnreadablePostError, match="before the upload did"),
        receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM),
    ):
        request.POST.get("after")
    gc.collect()
    assert files(tmp_path) == []


def test_a_reset_connection_leaves_nothing(store: FolderStore, tmp_path: Path) -> None:
    class Reset(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 80_000:
                raise ConnectionResetError
            return super().read(size)

    request = posted(Reset(BODY), length=len(BODY))  # type: ignore[arg-type]  # it reads, which is all that is asked
    with pytest.raises(OSError), receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM):  # noqa: PT011  # whichever
        request.POST.get("after")
    assert files(tmp_path) == []


def test_an_exception_in_the_view_leaves_nothing(store: FolderStore, tmp_path: Path) -> None:
    def view(*, after_keeping: bool) -> None:
        request = posted(BODY)
        with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM) as upload:
            assert len(request.FILES.getlist("track")) == 2
            if after_keeping:
                with upload.keeping():
                    assert len(files(tmp_path)) == 2
                    raise RuntimeError
            raise RuntimeError

    for after_keeping in (False, True):
        with pytest.raises(RuntimeError):
            view(after_keeping=after_keeping)
        assert files(tmp_path) == []


def test_blobs_stay_where_nobody_knows_whether_their_rows_do(store: FolderStore) -> None:
    def view() -> None:
        request = posted(BODY)
        with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM) as upload:
            assert request.FILES
            with upload.keeping() as kept:
                names.extend(str(stored.stored.blob_id) for stored in kept)
                raise OperationalError

    names: list[str] = []
    with pytest.raises(OperationalError):
        view()
    for name in names:
        store.open(name).close()


def test_an_exception_after_keeping_takes_nothing_away(store: FolderStore) -> None:
    def view() -> None:
        request = posted(BODY)
        with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM) as upload:
            assert request.FILES
            with upload.keeping() as kept:
                names.extend(str(stored.stored.blob_id) for stored in kept)
            raise RuntimeError

    names: list[str] = []
    with pytest.raises(RuntimeError):
        view()
    assert len(names) == 2
    for name in names:
        store.open(name).close()


def test_an_upload_that_fails_to_be_kept_takes_back_those_before_it(store: FolderStore, tmp_path: Path) -> None:
    request = posted(BODY)
    with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM) as upload:
        second = request.FILES.getlist("track")[1]
        assert isinstance(second, StoredFile)
        with store.incoming(str(second.stored.blob_id)) as taken:
            taken.commit()
        with pytest.raises(FileExistsError), upload.keeping():
            pass
    assert [path.name for path in files(tmp_path)] == [str(second.stored.blob_id)]


@pytest.mark.parametrize("seed", range(20))
def test_mutilated_forms_leave_nothing_and_raise_nothing_strange(store: FolderStore, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    body = bytearray(form(("a.ogg", noise(3000)), ("b.ogg", noise(200))))
    for _ in range(30):
        at = chance.choice([chance.randrange(len(body)), chance.randrange(300), len(body) - chance.randrange(1, 200)])
        body[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(4))
    request = posted(bytes(body))
    with receiving(request, store=store, account_id=ACCOUNT, maximum=MAXIMUM):
        list(request.FILES.lists())
    assert files(tmp_path) == []
