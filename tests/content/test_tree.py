"""Folders: what one makes, finds, renames, moves and copies, and how each slip is taken back."""

import re
from http import HTTPStatus
from io import BytesIO
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.content.arranging import OGG, Crate, asked, notice
from tests.site.browsing import Person, text_of

Superuser = psycopg.Connection[Any]
FILLING = {
    "folder": "INSERT INTO djms.item (account_id, kind, parent_id, name, added_by, changed_by)"
    " SELECT f.account_id, 'folder', f.id, 'folder ' || n, f.added_by, f.added_by"
    " FROM djms.item f, generate_series(1, %(many)s) n WHERE f.id = %(folder)s",
    "file": "INSERT INTO djms.item"
    " (account_id, parent_id, name, size, sha256, media_type, blob_id, added_by, changed_by)"
    " SELECT f.account_id, f.id, 'file ' || n, n %% 7, '', 'audio/ogg', gen_random_uuid(), f.added_by, f.added_by"
    " FROM djms.item f, generate_series(1, %(many)s) n WHERE f.id = %(folder)s",
}


def test_a_folder_is_made_and_shows_its_way_back(crate: Crate) -> None:
    sets = crate.folder("Sets")
    friday = crate.folder("Friday & <Co>", sets)
    page = crate.person.get(crate.at(friday))
    crumbs = re.findall(r'<li><a href="([^"]+)"><bdi>', page.text)
    assert crumbs[:2] == [crate.path, crate.at(sets)]
    assert "Friday & <Co>" in text_of(page)
    assert crate.names() == ["Sets"]
    assert crate.names(sets) == ["Friday & <Co>"]


@pytest.mark.parametrize("name", ["", "   ", "a\x07b", "x" * 256, "\u202egpj.exe", "\u200b"])
def test_a_name_that_will_not_do_gets_a_sentence_and_is_kept(crate: Crate, name: str) -> None:
    folder = crate.folder("Sets")
    for answer in (crate.post("folders", name=name, folder=folder), crate.rename(folder, name)):
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "needs another look" in text_of(answer)
        assert f'name="folder" value="{folder}"' in answer.text or "Rename" in text_of(answer)
    assert crate.names() == ["Sets"]
    assert crate.names(folder) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c", ".", "CON", "𝄞 Ö ﷽.flac", "%00", "'; --", "{{ x }}"])
def test_names_are_kept_as_typed(crate: Crate, name: str) -> None:
    folder = crate.folder(name)
    assert crate.names() == [name]
    file = crate.file("a.ogg", folder)
    crate.rename(file, name)
    assert crate.names(folder) == [name]
    assert crate.content(file) == OGG


def test_two_of_the_same_name_lie_beside_each_other(crate: Crate) -> None:
    first, second = crate.folder("Sets"), crate.folder("Sets")
    assert crate.file("a.ogg", first) != crate.file("a.ogg", second)
    crate.move(*[item for item, _ in crate.listed(second)], into=first)
    assert crate.names(first) == ["a.ogg", "a.ogg"]


def test_an_upload_comes_into_the_folder_on_whose_page_it_was_sent(crate: Crate) -> None:
    folder = crate.folder("Sets")
    crate.file("a.ogg", folder)
    assert crate.names(folder) == ["a.ogg"]
    assert crate.names() == ["Sets"]


def test_an_upload_for_a_folder_that_is_gone_comes_to_the_top_and_says_so(crate: Crate) -> None:
    folder = crate.folder("Sets")
    crate.throw_away(folder)
    done = crate.person.browser.post(f"{crate.path}/upload", {"tracks": track(), "folder": folder})
    assert "isn’t there any more" in notice(done, crate.person)
    assert crate.names() == ["late.ogg"]


def track() -> Any:  # noqa: ANN401 - a file with a name
    body = BytesIO(OGG)
    body.name = "late.ogg"
    return body


def test_lists_are_sorted_as_asked_with_folders_first(crate: Crate) -> None:
    crate.file("b.ogg", content=b"OggS" + bytes(300))
    crate.file("A.txt", content=b"words")
    crate.folder("zulu")
    crate.file("c.ogg", content=b"OggS" + bytes(100))
    crate.folder("Alpha")
    assert crate.names() == ["Alpha", "zulu", "A.txt", "b.ogg", "c.ogg"]
    assert crate.names(sort="-name") == ["zulu", "Alpha", "c.ogg", "b.ogg", "A.txt"]
    assert crate.names(sort="added") == ["zulu", "Alpha", "b.ogg", "A.txt", "c.ogg"]
    assert crate.names(sort="-added") == ["Alpha", "zulu", "c.ogg", "A.txt", "b.ogg"]
    assert crate.names(sort="size") == ["Alpha", "zulu", "A.txt", "c.ogg", "b.ogg"]
    assert crate.names(sort="-size") == ["zulu", "Alpha", "b.ogg", "c.ogg", "A.txt"]
    assert crate.names(sort="kind")[2:] == ["b.ogg", "c.ogg", "A.txt"]
    assert crate.names(sort="no such") == crate.names()


def test_a_long_list_comes_in_pages_that_hold_everything_once(crate: Crate, superuser: Superuser) -> None:
    inside = crate.folder("Many")
    fill(superuser, inside, folders=60, files=70)
    for sort in ("name", "-name", "added", "-size", "kind"):
        pages = [crate.names(inside, sort=sort, page=str(number)) for number in (1, 2, 3)]
        assert [len(page) for page in pages] == [50, 50, 30]
        everything = [name for page in pages for name in page]
        assert len(set(everything)) == 130
        assert all(name.startswith("folder") for name in everything[:60])
        assert all(name.startswith("file") for name in everything[60:])
    assert crate.person.get(f"{crate.at(inside)}?page=4").status_code == HTTPStatus.NOT_FOUND


def fill(superuser: Superuser, folder: str, *, folders: int, files: int) -> None:
    """Put many items into a folder, without bytes."""
    superuser.execute("SET session_replication_role = replica")
    for kind, many in (("folder", folders), ("file", files)):
        superuser.execute(FILLING[kind], {"folder": folder, "many": many})
    superuser.execute("SET session_replication_role = origin")


def test_sorting_leaves_no_samples_of_names_for_others_to_see(crate: Crate, superuser: Superuser) -> None:
    fill(superuser, crate.folder("Many"), folders=20, files=200)
    superuser.execute("ANALYZE djms.item")
    sampled = superuser.execute(
        "SELECT attname FROM pg_stats WHERE schemaname = 'djms' AND tablename IN"
        " (SELECT 'item' UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'djms' AND tablename = 'item')"
    )
    assert {name for (name,) in sampled} == {"account_id"}


def test_a_renaming_is_found_told_and_taken_back(crate: Crate) -> None:
    file = crate.file("Untitled 1.ogg")
    done = crate.rename(file, "Set at dawn.ogg")
    assert notice(done, crate.person) == "It is called “Set at dawn.ogg” now."
    assert "Set at dawn.ogg" in text_of(crate.person.get(f"{crate.path}/find?q=dawn"))
    assert "Set at dawn.ogg" not in text_of(crate.person.get(f"{crate.path}/find?q=untitled"))
    assert notice(crate.undo(done), crate.person) == "It is again as it was."
    assert crate.names() == ["Untitled 1.ogg"]
    assert "Untitled 1.ogg" in text_of(crate.person.get(f"{crate.path}/find?q=untitled"))


def test_one_goes_from_folder_to_folder_with_what_is_to_be_moved(crate: Crate) -> None:
    one, two = crate.folder("One"), crate.folder("Two")
    deep, file = crate.folder("Deep", two), crate.file("a.ogg", one)
    asking = crate.person.get(f"{crate.path}/move?item={file}&folder={one}&back={crate.at(one)}")
    assert "Move into “One”" in text_of(asking)
    at_two = crate.person.get(f"{crate.path}/move?item={file}&back={crate.at(one)}&to={two}")
    assert f'name="to" value="{deep}"' in at_two.text
    assert f'name="item" value="{file}"' in at_two.text
    done = crate.move(file, into=deep, back=crate.at(one))
    assert done["Location"].startswith(f"{crate.at(one)}?undo=")
    assert notice(done, crate.person) == "“a.ogg” is moved."
    assert crate.names(deep) == ["a.ogg"]
    crate.undo(done)
    assert (crate.names(one), crate.names(deep)) == (["a.ogg"], [])


def test_many_are_moved_at_once_and_taken_back_to_where_each_was(crate: Crate) -> None:
    one, two, target = crate.folder("One"), crate.folder("Two"), crate.folder("Target")
    files = [crate.file("1.ogg", one), crate.file("2.ogg", two), crate.file("3.ogg")]
    done = crate.move(*files, into=target)
    assert notice(done, crate.person) == "3 items are moved."
    assert crate.names(target) == ["1.ogg", "2.ogg", "3.ogg"]
    crate.undo(done)
    assert [crate.names(one), crate.names(two), crate.names(target)] == [["1.ogg"], ["2.ogg"], []]
    assert "3.ogg" in crate.names()


def test_all_of_a_folder_is_moved_whatever_the_page_shows(crate: Crate, superuser: Superuser) -> None:
    many, target = crate.folder("Many"), crate.folder("Target")
    fill(superuser, many, folders=3, files=117)
    done = crate.move(into=target, folder=many, all="1")
    assert notice(done, crate.person) == "120 items are moved."
    assert crate.names(many) == []
    crate.undo(done)
    assert crate.names(target) == []
    assert len(crate.names(many)) == 50


def test_a_folder_goes_neither_into_itself_nor_into_what_lies_in_it(crate: Crate) -> None:
    outer = crate.folder("Outer")
    inner = crate.folder("Inner", outer)
    for target in (outer, inner):
        answer = crate.move(outer, into=target)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "A folder can’t lie in itself" in text_of(answer)
        assert f'name="item" value="{outer}"' in answer.text, "what was chosen is still chosen"
    assert (crate.names(), crate.names(outer)) == (["Outer"], ["Inner"])


def test_folders_in_each_other_end_somewhere(crate: Crate) -> None:
    lowest = ""
    for number in range(101):
        lowest = crate.folder(f"{number}", lowest)
    answer = crate.post("folders", name="one more", folder=lowest)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "There are a hundred folders in each other already." in text_of(answer)
    assert "one more" in answer.text
    other = crate.folder("Other")
    assert crate.move(other, into=lowest).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    crate.file("a.ogg", lowest)
    assert crate.names(lowest) == ["a.ogg"]


def test_into_a_folder_that_is_gone_nothing_is_moved(crate: Crate) -> None:
    file, gone = crate.file("a.ogg"), crate.folder("Gone")
    crate.throw_away(gone)
    for target in (gone, str(uuid4()), file):
        answer = crate.move(file, into=target)
        assert answer.status_code == HTTPStatus.CONFLICT
        assert "isn’t there any more" in text_of(answer)
        assert crate.copy(file, into=target).status_code in {HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND}
    answer = crate.post("folders", name="Kept name", folder=gone)
    assert "Sent again, it comes to the top" in text_of(answer)
    assert 'value="Kept name"' in answer.text
    assert crate.names() == ["a.ogg"]


def test_nothing_chosen_is_answered_with_a_sentence(crate: Crate) -> None:
    crate.file("a.ogg")
    for what in ("move", "copy", "tag", "throw-away", "trash/restore", "trash/delete"):
        answer = crate.post(what, "no-id", into="")
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, what
        assert "Nothing was chosen" in text_of(answer)
    for what in ("move", "copy", "tag"):
        assert "Nothing was chosen" in text_of(crate.person.get(f"{crate.path}/{what}?item="))


def test_what_another_did_meanwhile_is_not_taken_back(crate: Crate, mates: Crate) -> None:
    file, one, two = crate.file("a.ogg"), crate.folder("One"), crate.folder("Two")
    done = crate.move(file, into=one)
    mates.move(file, into=two)
    answer = crate.undo(done)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "stay as they are" in text_of(answer)
    assert crate.names(two) == ["a.ogg"]


def test_only_who_did_it_takes_it_back_once_and_within_the_hour(
    crate: Crate, mates: Crate, superuser: Superuser
) -> None:
    file = crate.file("a.ogg")
    done = crate.rename(file, "b.ogg")
    (undo,) = asked(done)["undo"]
    assert "Undo" not in text_of(mates.person.get(done["Location"]))
    assert mates.post(f"undo/{undo}").status_code == HTTPStatus.CONFLICT
    assert crate.names() == ["b.ogg"]
    crate.post(f"undo/{undo}")
    assert crate.names() == ["a.ogg"]
    assert crate.post(f"undo/{undo}").status_code == HTTPStatus.CONFLICT
    done = crate.rename(file, "c.ogg")
    superuser.execute("UPDATE djms.item_undo SET done_at = now() - interval '61 minutes'")
    assert crate.post(f"undo/{asked(done)['undo'][0]}").status_code == HTTPStatus.CONFLICT
    assert crate.names() == ["c.ogg"]


def test_after_the_last_of_a_page_is_moved_one_sees_the_page_before(crate: Crate, superuser: Superuser) -> None:
    inside = crate.folder("Many")
    fill(superuser, inside, folders=0, files=51)
    ((last, _),) = crate.listed(inside, page="2")
    done = crate.throw_away(last, folder=inside, back=f"{crate.at(inside)}?page=2")
    there = crate.person.get(done["Location"])
    assert there.status_code == HTTPStatus.SEE_OTHER
    assert "is in the trash" in notice(there, crate.person)


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/x", "/studio", "/no-such", "javascript:1"])
def test_one_is_sent_back_to_no_other_place(crate: Crate, back: str) -> None:
    done = crate.rename(crate.file("a.ogg"), "b.ogg")
    assert done["Location"].startswith(crate.path)
    done = crate.throw_away(crate.folder("x"), back=back)
    assert done["Location"].startswith(f"{crate.path}?undo=")


def test_a_stranger_arranges_nothing(crate: Crate, stranger_once: Person) -> None:
    file, folder = crate.file("a.ogg"), crate.folder("Sets")
    theirs, through_own = Crate(stranger_once, crate.path), Crate(stranger_once, stranger_once.crate)
    assert stranger_once.get(crate.at(folder)).status_code == HTTPStatus.NOT_FOUND
    for what in ("move", "copy", "throw-away", "tag", "trash/restore", "trash/delete"):
        assert theirs.post(what, file, into=folder, tags="x").status_code == HTTPStatus.NOT_FOUND, what
        mine = through_own.post(what, file, tags="x")
        assert mine.status_code != HTTPStatus.INTERNAL_SERVER_ERROR, what
    for what in (f"items/{file}/rename", f"items/{file}/remove", f"items/{file}/tags", f"items/{file}/data"):
        fields = {"name": "x", "tags": "x", "data_name": "x", "data_value": "1"}
        assert theirs.post(what, **fields).status_code == HTTPStatus.NOT_FOUND, what
        assert through_own.post(what, **fields).status_code == HTTPStatus.NOT_FOUND, what
    assert through_own.move(into=folder, folder=folder, all="1").status_code in {
        HTTPStatus.CONFLICT,
        HTTPStatus.SEE_OTHER,
    }
    assert crate.names() == ["Sets", "a.ogg"]
    assert crate.names(folder) == []
