"""What a crash leaves of uploads is found and removed once it is old, and nothing that somebody still goes on with."""

import os
import shutil
import time
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.test import override_settings

from djmixersoft.content import stores
from djmixersoft.content.jobs import compare, sweep
from tests.content.sending import asked, begun, bytes_of, ended, incoming, item_of, patched, place, stored
from tests.mail.working import Workplace
from tests.site.browsing import Person, Post, registered
from tests.vault.sealing import noise

TRACK = b"OggS" + noise(100_000)


class Crash(BaseException):
    """The process ends: nobody handles this."""


@pytest.fixture(scope="module")
def owner(superuser: psycopg.Connection[Any]) -> Person:
    """Somebody for all of these tests."""
    return registered(Post(superuser), "owner", account_name="Night Shift")


def compare_as_steward(workplace: Workplace) -> None:
    """Do the steward's round, as its own login, in our store."""
    data = settings.DATA_FOLDER
    with workplace.as_login("djms_steward"), override_settings(DATA_FOLDER=data):
        compare()


def test_what_a_crash_kept_from_its_row_is_taken_out_of_sight_and_finished_later(
    workplace: Workplace, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = place(owner, len(TRACK))

    def crash(**_named: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr("djmixersoft.content.services.uploads.finish", crash)
        with pytest.raises(Crash):
            patched(owner, url, 0, TRACK)
    (blob,) = stored(url)
    os.utime(blob, (time.time() - 2 * 86_400,) * 2)
    for _again in range(2):
        compare_as_steward(workplace)
        assert not blob.exists()
    assert bytes_of(owner, item_of(asked(owner, url))) == TRACK


def test_what_a_crash_left_of_an_upload_that_was_given_up_goes_after_a_day_and_no_other(
    workplace: Workplace, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up, kept, held = place(owner, len(TRACK)), place(owner, len(TRACK)), incoming(f"/{uuid4()}")
    for url in (given_up, kept):
        patched(owner, url, 0, TRACK[:30_000])
    shutil.copytree(incoming(given_up), held)  # as of a part whose checksum was waited for

    def crash(*_arguments: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr("djmixersoft.vault.folder_partials.FolderPartial.discard", crash)
        with pytest.raises(Crash):
            ended(owner, given_up)
    for hours, stays in ((23, True), (25, False)):
        for folder in (incoming(given_up), incoming(kept), held):
            for path in (*folder.iterdir(), folder):
                os.utime(path, (time.time() - hours * 3600,) * 2)
        compare_as_steward(workplace)
        assert [incoming(given_up).exists(), incoming(kept).exists(), held.exists()] == [stays, True, stays]
    assert bytes_of(owner, item_of(patched(owner, kept, 30_000, TRACK[30_000:]))) == TRACK


def test_what_is_left_of_an_upload_is_swept_once_it_has_ended_and_not_before(owner: Person) -> None:
    young, old = place(owner, len(TRACK)), place(owner, len(TRACK))
    for url, days in ((young, 6.9), (old, 8.1)):
        patched(owner, url, 0, TRACK[:30_000])
        at = time.time() - days * 86_400
        for path in (*incoming(url).iterdir(), incoming(url)):
            os.utime(path, (at, at))
    sweep()
    assert incoming(young).exists()
    assert not incoming(old).exists()
    assert bytes_of(owner, item_of(patched(owner, young, 30_000, TRACK[30_000:]))) == TRACK
    assert begun(owner, 5).status_code == HTTPStatus.CREATED
    assert stores.partials().length(old.rpartition("/")[2]) == 0
