"""Copies: of their own key, whole, and of nothing where one of the files is damaged."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from djmixersoft.content.services import copying
from djmixersoft.vault.blobs import NoRoom
from tests.content.arranging import OGG, Crate, notice
from tests.content.test_labels import comments_of, data_of, tags_of
from tests.content.test_trash import blobs_of
from tests.site.browsing import text_of

Superuser = psycopg.Connection[Any]


def test_a_copy_has_the_same_bytes_and_a_key_and_a_file_of_its_own(crate: Crate, superuser: Superuser) -> None:
    file, folder = crate.file("a.ogg"), crate.folder("Sets")
    assert notice(crate.copy(file, into=folder), crate.person) == "The copy is there."
    ((copy, name),) = crate.listed(folder)
    assert name == "a.ogg"
    assert crate.content(copy) == OGG
    keys = superuser.execute("SELECT wrapped FROM djms.item_key WHERE item_id = ANY(%s::uuid[])", [[file, copy]])
    assert len({bytes(wrapped) for (wrapped,) in keys}) == 2
    (one,), (other,) = blobs_of(superuser, file), blobs_of(superuser, copy)
    assert one.read_bytes()[56:] != other.read_bytes()[56:], "encrypted anew"
    crate.throw_away(file)
    crate.post("trash/empty")
    assert crate.content(copy) == OGG


def test_a_copy_beside_its_original_is_called_so(crate: Crate) -> None:
    crate.copy(crate.file("a.b.ogg"))
    crate.copy(crate.folder("Sets"))
    crate.copy(crate.file(".hidden"))
    assert crate.names() == ["Sets", "Sets (copy)", ".hidden", ".hidden (copy)", "a.b (copy).ogg", "a.b.ogg"]


def test_a_folder_is_copied_whole_even_into_itself(crate: Crate) -> None:
    outer = crate.folder("Outer")
    inner = crate.folder("Inner", outer)
    crate.file("1.ogg", outer, OGG + b"1")
    crate.file("2.ogg", inner, OGG + b"2")
    crate.throw_away(crate.file("gone.ogg", outer))
    crate.copy(outer, into=inner)
    ((copy, _),) = [found for found in crate.listed(inner) if found[1] == "Outer"]
    listed = crate.listed(copy)
    assert [name for _, name in listed] == ["Inner", "1.ogg"]
    assert crate.content(listed[1][0]) == OGG + b"1"
    ((deep, name),) = crate.listed(listed[0][0])
    assert (name, crate.content(deep)) == ("2.ogg", OGG + b"2")


def test_tags_and_data_go_along_and_comments_stay(crate: Crate) -> None:
    file, folder = crate.file("a.ogg"), crate.folder("Sets")
    crate.post(f"items/{file}/tags", tags="dusk")
    crate.post(f"items/{file}/comments", comment="remixed")
    crate.post(f"items/{file}/data", data_name="cues", data_value="[1]")
    crate.copy(file, into=folder)
    ((copy, _),) = crate.listed(folder)
    assert tags_of(crate, copy) == ["dusk"]
    assert comments_of(crate, copy) == []
    assert data_of(crate, copy) == {"cues": [1]}
    found = crate.person.get(f"{crate.path}/find?q=dusk").text
    assert f"/items/{copy}" in found
    assert f"/items/{copy}" not in crate.person.get(f"{crate.path}/find?q=remixed").text


def test_a_copied_document_is_found_by_its_words(crate: Crate) -> None:
    made = crate.post("documents", name="Friday", folder="")
    document = made["Location"].rpartition("/")[2].partition("?")[0]
    crate.post(f"documents/{document}", text="# Opening\n\nRumbling basslines", base="1")
    crate.copy(document)
    assert crate.names() == ["Friday", "Friday (copy)"]
    assert "Friday (copy)" in text_of(crate.person.get(f"{crate.path}/find?q=rumbl"))


def test_nothing_is_copied_where_one_of_the_files_is_damaged(crate: Crate, superuser: Superuser) -> None:
    folder, target = crate.folder("Sets"), crate.folder("Target")
    crate.file("sound.ogg", folder)
    damaged = crate.file("damaged.ogg", folder)
    (blob,) = blobs_of(superuser, damaged)
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    before = stored()
    answer = crate.copy(folder, into=target)
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "“damaged.ogg” is damaged in the store" in text_of(answer)
    assert crate.names(target) == []
    assert stored() == before
    blob.unlink()
    assert crate.copy(damaged, into=target).status_code == HTTPStatus.CONFLICT


def test_too_much_for_one_copy_gets_a_sentence(crate: Crate, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = crate.folder("Sets")
    for number in range(3):
        crate.file(f"{number}.ogg", folder)
    monkeypatch.setattr(copying, "MOST_ITEMS", 3)
    assert "too much for one copy" in text_of(crate.copy(folder))
    monkeypatch.undo()
    monkeypatch.setattr(copying, "MOST_BYTES", 3 * len(OGG) - 1)
    answer = crate.copy(folder)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'name="item" value="{folder}"' in answer.text
    assert crate.names() == ["Sets"]


def test_a_full_account_or_store_leaves_nothing_of_a_copy(
    crate: Crate, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = crate.file("a.ogg")
    before = stored()
    quota = "UPDATE djms.account_room SET quota = used + %s WHERE account_id = %s"
    account = crate.person.account_id
    try:
        for free in (10, len(OGG) + 1):  # known beforehand, and known only by the size of the ciphertext
            superuser.execute(quota, [free, account])
            answer = crate.copy(file)
            assert answer.status_code == HTTPStatus.INSUFFICIENT_STORAGE
            assert "no room left for a copy" in text_of(answer)
    finally:
        superuser.execute(quota, [2**30, account])

    def full(*_arguments: object) -> None:
        raise NoRoom

    monkeypatch.setattr("djmixersoft.vault.blobs.FolderIncoming.commit", full)
    assert crate.copy(file).status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert stored() == before
    assert crate.names() == ["a.ogg"]


def test_what_is_thrown_away_meanwhile_is_not_copied(crate: Crate) -> None:
    file = crate.file("a.ogg")
    crate.throw_away(file)
    assert crate.copy(file).status_code == HTTPStatus.NOT_FOUND
    assert crate.names() == []


def stored() -> set[str]:
    """The names of all stored files."""

    return {path.name for path in Path(settings.DATA_FOLDER or "").glob("blobs/*/*/*-*")}
