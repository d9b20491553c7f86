"""For how much of what is on its way an account has room, and that nothing that arrived is lost where it has none."""

from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from tests.content.sending import Tree, asked, begun, bytes_of, ended, item_of, patched, place
from tests.content.slowly import Patching, Slowly, another
from tests.site.browsing import Person
from tests.vault.sealing import noise

TRACK = b"OggS" + noise(100_000)


@pytest.fixture
def tree(superuser: psycopg.Connection[Any], stranger: Person) -> Tree:
    return Tree(superuser, stranger.account_id)


def test_what_there_is_no_room_for_is_refused_before_it_is_sent(stranger: Person, tree: Tree) -> None:
    tree.give_room(stranger.account_id, 300000)
    first = place(stranger, 200_000)
    patched(stranger, first, 0, b"OggS")
    answer = begun(stranger, 100_000)
    assert answer.status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert "has no room for this file" in answer.text
    assert ended(stranger, first).status_code == HTTPStatus.NO_CONTENT
    assert begun(stranger, 100_000).status_code == HTTPStatus.CREATED


def test_what_nothing_was_sent_of_takes_no_room_and_is_kept_for_an_hour(stranger: Person, tree: Tree) -> None:
    """Somebody asks again and again, because no answer comes."""
    tree.give_room(stranger.account_id, 300_000)
    *lost, known = (place(stranger, 200_000) for _ in range(4))
    assert patched(stranger, known, 0, TRACK[:20_000]).status_code == HTTPStatus.NO_CONTENT
    late = patched(stranger, lost[0], 0, TRACK[:20_000])
    assert late.status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert "has no room for this file" in late.text
    assert asked(stranger, lost[0])["Upload-Offset"] == "0"
    hour, week = (parsedate_to_datetime(asked(stranger, url)["Upload-Expires"]) for url in (lost[0], known))
    assert timedelta(minutes=59) < hour - timezone.now() < timedelta(minutes=61)
    assert timedelta(days=6.9) < week - timezone.now() < timedelta(days=7.1)
    assert ended(stranger, known).status_code == HTTPStatus.NO_CONTENT
    assert patched(stranger, lost[0], 0, TRACK[:20_000]).status_code == HTTPStatus.NO_CONTENT


def test_what_is_being_sent_takes_room_before_any_of_it_is_written_down(stranger: Person, tree: Tree) -> None:
    tree.give_room(stranger.account_id, 300_000)
    url, body = place(stranger, 200_000), Slowly(TRACK[:20_000], b"")
    sending = Patching(stranger, url, 0, body, 200_000)
    assert begun(another(stranger), 150_000).status_code == HTTPStatus.INSUFFICIENT_STORAGE
    body.go_on.set()
    sending.join(20)
    assert sending.answer.status_code == HTTPStatus.BAD_REQUEST


def test_room_that_was_taken_meanwhile_costs_nothing_that_arrived(stranger: Person, tree: Tree) -> None:
    url = place(stranger, len(TRACK))
    patched(stranger, url, 0, TRACK[:20_000])
    tree.give_room(stranger.account_id, 1000)
    for answer in (patched(stranger, url, 20_000, TRACK[20_000:]), patched(stranger, url, len(TRACK), b"")):
        assert answer.status_code == HTTPStatus.INSUFFICIENT_STORAGE
        assert "what has arrived is kept" in answer.text
    tree.give_room(stranger.account_id, 1000000)
    assert bytes_of(stranger, item_of(asked(stranger, url))) == TRACK
