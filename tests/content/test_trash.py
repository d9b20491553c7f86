"""The trash: what goes there, what comes back, and what is gone for good."""

from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from djmixersoft.content.services import checking
from tests.content.arranging import OGG, Crate, notice
from tests.mail.working import Workplace
from tests.site.browsing import Person, text_of
from tests.site.meanwhile import at_once
from tests.support import IS_LONG

Superuser = psycopg.Connection[Any]


def blobs_of(superuser: Superuser, *items: str) -> list[Path]:
    """The stored files of items."""
    rows = superuser.execute("SELECT id FROM djms.blob WHERE item_id = ANY(%s::uuid[])", [list(items)])
    return [found for (blob,) in rows for found in Path(settings.DATA_FOLDER or "").glob(f"blobs/*/*/{blob}")]


def test_what_is_thrown_away_is_seen_by_all_and_had_back_by_any(crate: Crate, mates: Crate) -> None:
    file = crate.file("a.ogg")
    done = crate.post(f"items/{file}/remove")
    assert notice(done, crate.person) == "“a.ogg” is in the trash."
    assert crate.names() == []
    shown = text_of(mates.person.get(f"{crate.path}/trash"))
    assert "a.ogg" in shown
    assert crate.person.email in shown
    assert "This is in the trash." in text_of(mates.person.get(f"{crate.path}/items/{file}"))
    back = mates.post("trash/restore", file, back=f"{crate.path}/trash")
    assert notice(back, mates.person) == "It is back where it was."
    assert (crate.names(), crate.trashed()) == (["a.ogg"], [])
    assert crate.content(file) == OGG


def test_a_folder_goes_and_comes_back_with_all_that_lies_in_it(crate: Crate) -> None:
    outer = crate.folder("Outer")
    inner = crate.folder("Inner", outer)
    first, second = crate.file("1.ogg", inner), crate.file("2.ogg", outer)
    crate.throw_away(first)
    crate.throw_away(outer)
    assert crate.trashed() == ["Outer", "1.ogg"]
    assert "Folder with 2 items" in text_of(crate.person.get(f"{crate.path}/trash"))
    for folder in (outer, inner):
        assert crate.person.get(crate.at(folder)).status_code == HTTPStatus.NOT_FOUND
    assert crate.move(second).status_code == HTTPStatus.SEE_OTHER, "it isn't there to be moved"
    assert crate.names() == []
    crate.post("trash/restore", outer)
    assert (crate.names(outer), crate.names(inner)) == (["Inner", "2.ogg"], [])
    assert crate.trashed() == ["1.ogg"]
    crate.post("trash/restore", first)
    assert crate.names(inner) == ["1.ogg"]


def test_what_lay_in_a_folder_that_is_thrown_away_too_comes_to_the_top(crate: Crate) -> None:
    folder = crate.folder("Sets")
    file = crate.file("a.ogg", folder)
    crate.throw_away(file)
    crate.throw_away(folder)
    assert "came to the top" in notice(crate.post("trash/restore", file), crate.person)
    assert crate.names() == ["a.ogg"]


def test_of_a_folder_and_what_lies_in_it_both_come_back_to_their_places(crate: Crate) -> None:
    folder = crate.folder("Sets")
    file = crate.file("a.ogg", folder)
    done = crate.throw_away(file, folder)
    assert crate.trashed() == ["Sets"]
    crate.undo(done)
    assert crate.names(folder) == ["a.ogg"]
    crate.throw_away(file)
    crate.throw_away(folder)
    crate.post("trash/restore", file, folder)
    assert crate.names(folder) == ["a.ogg"]


def test_many_are_thrown_away_at_once_and_taken_back(crate: Crate) -> None:
    folder = crate.folder("Sets")
    files = [crate.file(f"{number}.ogg", folder) for number in range(4)]
    done = crate.throw_away(*files[:3], back=crate.at(folder))
    assert notice(done, crate.person) == "3 items are in the trash."
    assert crate.names(folder) == ["3.ogg"]
    crate.undo(done)
    assert crate.names(folder) == ["0.ogg", "1.ogg", "2.ogg", "3.ogg"]


def test_nothing_is_lost_in_a_folder_that_goes_while_things_are_put_into_it(crate: Crate, mates: Crate) -> None:
    for _ in range(60 if IS_LONG else 4):
        folder = crate.folder("Sets")
        files = [crate.file(f"{number}.ogg") for number in range(2)]
        moved, _gone, _renamed = at_once(
            partial(mates.move, files[0], into=folder),
            partial(crate.throw_away, folder),
            partial(mates.rename, files[1], "renamed.ogg"),
        )
        assert moved.status_code in {HTTPStatus.SEE_OTHER, HTTPStatus.CONFLICT}
        there, trashed = crate.names(), crate.trashed()
        # Either it lies where it was, or it went along with the folder.
        assert ("0.ogg" in there) != ("Folder with 1 item" in text_of(crate.person.get(f"{crate.path}/trash")))
        assert "renamed.ogg" in there
        assert trashed == ["Sets"]
        crate.post("trash/empty")
        crate.throw_away(*[item for item, _ in crate.listed()])
        crate.post("trash/empty")


def test_two_folders_moved_into_each_other_at_once_leave_a_tree(crate: Crate, mates: Crate) -> None:
    one, two = crate.folder("One"), crate.folder("Two")
    for _ in range(60 if IS_LONG else 4):
        answers = at_once(partial(crate.move, one, into=two), partial(mates.move, two, into=one))
        assert sorted(answer.status_code for answer in answers) == [303, 422]
        assert len(crate.names()) == 1
        crate.move(one, two)


def test_an_administrator_empties_the_trash_and_the_files_are_gone(
    crate: Crate, mates: Crate, superuser: Superuser
) -> None:
    folder = crate.folder("Sets")
    inside, kept = crate.file("a.ogg", folder), crate.file("kept.ogg")
    crate.throw_away(folder)
    (blob,), (other,) = blobs_of(superuser, inside), blobs_of(superuser, kept)
    assert mates.post("trash/empty").status_code == HTTPStatus.NOT_FOUND
    assert "Empty the trash" not in text_of(mates.person.get(f"{crate.path}/trash"))
    done = crate.post("trash/empty", back=f"{crate.path}/trash")
    assert notice(done, crate.person) == "The trash is empty."
    assert not blob.exists()
    assert other.exists()
    assert crate.person.get(f"{crate.path}/items/{inside}").status_code == HTTPStatus.NOT_FOUND
    assert crate.content(kept) == OGG


def test_members_delete_for_good_what_they_added_and_nothing_else(
    crate: Crate, mates: Crate, superuser: Superuser
) -> None:
    mine, theirs = mates.file("mine.ogg"), crate.file("theirs.ogg")
    (blob,) = blobs_of(superuser, mine)
    mates.throw_away(mine, theirs)
    refused = mates.post("trash/delete", mine, theirs)
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert "something that others added" in text_of(refused)
    assert sorted(crate.trashed()) == ["mine.ogg", "theirs.ogg"]
    assert notice(mates.post("trash/delete", mine), mates.person) == "It is gone for good."
    assert not blob.exists()
    assert crate.trashed() == ["theirs.ogg"]
    crate.post("trash/delete", theirs)
    assert crate.trashed() == []


def test_what_is_not_in_the_trash_is_not_deleted(crate: Crate) -> None:
    file = crate.file("a.ogg")
    for what in ("trash/delete", "trash/restore"):
        crate.post(what, file)
        assert crate.content(file) == OGG


def test_after_30_days_the_steward_forgets_it_and_nothing_else(
    crate: Crate, superuser: Superuser, workplace: Workplace
) -> None:
    folder = crate.folder("Old")
    old, late, kept = crate.file("old.ogg", folder), crate.file("late.ogg"), crate.file("kept.ogg")
    crate.throw_away(folder)
    crate.throw_away(late)
    days = "UPDATE djms.item SET trashed_at = now() - %s::interval WHERE trashed_with = ANY(%s::uuid[])"
    superuser.execute(days, ["29 days 23 hours", [late]])
    with workplace.as_login("djms_steward"):
        while checking.forget_some(many=100):
            """What other tests have left."""
    superuser.execute(days, ["30 days 1 minute", [folder]])
    superuser.execute(
        "UPDATE djms.item_undo SET done_at = now() - interval '61 minutes'"
        " WHERE account_id = (SELECT account_id FROM djms.item WHERE id = %s)",
        [folder],
    )
    with workplace.as_login("djms_steward"):
        rows = 0
        while gone := checking.forget_some(many=1):
            rows += gone
    assert rows == 4, "folder and file, and two ways of taking back"
    assert crate.trashed() == ["late.ogg"]
    left = superuser.execute("SELECT item_id::text FROM djms.blob WHERE item_id = ANY(%s::uuid[])", [[old, late, kept]])
    assert {item for (item,) in left} == {late, kept}


def test_a_stranger_sees_no_trash(crate: Crate, stranger_once: Person) -> None:
    file = crate.file("a.ogg")
    crate.throw_away(file)
    assert stranger_once.get(f"{crate.path}/trash").status_code == HTTPStatus.NOT_FOUND
    for path in (crate.path, stranger_once.crate):
        for what in ("trash/restore", "trash/delete", "trash/empty"):
            Crate(stranger_once, path).post(what, file)
    assert crate.trashed() == ["a.ogg"]
