"""Tags, comments and other data on items."""

import html
import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.content.arranging import Crate, notice
from tests.site.browsing import Person, text_of


def page_of(crate: Crate, item: str) -> Any:  # noqa: ANN401 - a response of the test client
    return crate.person.get(f"{crate.path}/items/{item}")


def tags_of(crate: Crate, item: str) -> list[str]:
    return [html.unescape(tag) for tag in re.findall(r'name="tag" value="([^"]*)"', page_of(crate, item).text)]


def comments_of(crate: Crate, item: str) -> list[str]:
    return [
        html.unescape(text) for text in re.findall(r'<p class="letter">(.*?)</p>', page_of(crate, item).text, re.DOTALL)
    ]


def data_of(crate: Crate, item: str) -> dict[str, Any]:
    found = re.findall(
        r"<code><bdi>(.*?)</bdi></code>.*?data__value[^>]*>(.*?)</p>", page_of(crate, item).text, re.DOTALL
    )
    return {html.unescape(name): json.loads(html.unescape(value)) for name, value in found}


def test_tags_are_kept_as_typed_each_once_and_found(crate: Crate) -> None:
    file = crate.file("a.ogg")
    done = crate.post(f"items/{file}/tags", tags=" 4 am ,Vinyl Only,, 4 am, <b>&, ")
    assert notice(done, crate.person) == "The tags are on."
    crate.post(f"items/{file}/tags", tags="4 am")
    assert tags_of(crate, file) == ["4 am", "<b>&", "Vinyl Only"]
    assert "a.ogg" in text_of(crate.person.get(f"{crate.path}/find?tag={quote('Vinyl Only')}"))
    assert "a.ogg" in text_of(crate.person.get(f"{crate.path}/find?q=vinyl"))
    crate.post(f"items/{file}/tags/remove", tag="Vinyl Only")
    assert tags_of(crate, file) == ["4 am", "<b>&"]
    assert "a.ogg" not in text_of(crate.person.get(f"{crate.path}/find?q=vinyl"))


@pytest.mark.parametrize(
    ("tags", "sentence"),
    [
        ("", "Please type a tag."),
        (" , ,", "Please type a tag."),
        ("x" * 51, "A tag has room for 50 characters"),
        (",".join(map(str, range(51))), "at most 50 tags"),
        ("a\x07b", "invisible control character"),
    ],
)
def test_tags_that_will_not_do_get_a_sentence_and_are_kept(crate: Crate, tags: str, sentence: str) -> None:
    file = crate.file("a.ogg")
    for answer in (crate.post(f"items/{file}/tags", tags=tags), crate.post("tag", file, tags=tags)):
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert sentence in text_of(answer)
        assert html.escape(tags) in answer.text
    assert tags_of(crate, file) == []


def test_more_tags_than_fit_on_an_item_are_refused_as_a_whole(crate: Crate) -> None:
    file, other = crate.file("a.ogg"), crate.file("b.ogg")
    crate.post(f"items/{file}/tags", tags=",".join(map(str, range(49))))
    assert "at most 50 tags" in text_of(crate.post("tag", file, other, tags="x,y"))
    assert (len(tags_of(crate, file)), tags_of(crate, other)) == (49, [])


def test_many_are_tagged_at_once(crate: Crate) -> None:
    folder = crate.folder("Sets")
    files = [crate.file("a.ogg", folder), crate.file("b.ogg", folder)]
    asking = crate.person.get(f"{crate.path}/tag?item={files[0]}&item={files[1]}")
    assert "Tag 2 items" in text_of(asking)
    done = crate.post("tag", *files, tags="peak time", back=crate.at(folder))
    assert done["Location"].startswith(f"{crate.at(folder)}?undo=")
    assert notice(done, crate.person) == "The tags are on."
    assert [tags_of(crate, file) for file in files] == [["peak time"], ["peak time"]]
    crate.post("tag", tags="all of it", all="1", folder=folder)
    assert tags_of(crate, files[1]) == ["all of it", "peak time"]


def test_members_comment_in_their_own_name_and_take_back_their_own_only(crate: Crate, mates: Crate) -> None:
    file = crate.file("a.ogg")
    crate.post(f"items/{file}/comments", comment="Too fast at 3:20?\n\nElse <great>.")
    mates.post(f"items/{file}/comments", comment="It is a remix.")
    assert comments_of(crate, file) == ["It is a remix.", "Too fast at 3:20?\n\nElse <great>."]
    assert mates.person.email in text_of(page_of(crate, file))
    assert "a.ogg" in text_of(crate.person.get(f"{crate.path}/find?q=remix"))
    (theirs,) = re.findall(r"comments/([0-9a-f-]{36})/remove", page_of(mates, file).text)
    assert crate.post(f"items/{file}/comments/{theirs}/remove").status_code == HTTPStatus.NOT_FOUND
    assert len(comments_of(crate, file)) == 2
    done = mates.post(f"items/{file}/comments/{theirs}/remove")
    assert notice(done, mates.person) == "Your comment is gone."
    assert len(comments_of(crate, file)) == 1
    assert "a.ogg" not in text_of(crate.person.get(f"{crate.path}/find?q=remix"))


def test_a_comment_that_will_not_do_is_kept(crate: Crate) -> None:
    file = crate.file("a.ogg")
    assert "Please say something." in text_of(crate.post(f"items/{file}/comments", comment="  \n "))
    long = crate.post(f"items/{file}/comments", comment="é" * 4001)
    assert "At most 4000 characters fit here; this has 4001." in text_of(long)
    assert "é" * 4001 in long.text


def test_values_are_kept_under_names_and_replaced(crate: Crate, mates: Crate) -> None:
    file = crate.file("a.ogg")
    cues = [{"at": 12.5, "name": "drop “1”"}, {"at": 1e6, "name": "𝄞"}]
    for name, value in (("cues", cues), ("grid/beats", {"bpm": 174}), ("empty", None), ("text", "<i>")):
        crate.post(f"items/{file}/data", data_name=name, data_value=json.dumps(value))
    mates.post(f"items/{file}/data", data_name="empty", data_value="[]")
    assert data_of(crate, file) == {"cues": cues, "empty": [], "grid/beats": {"bpm": 174}, "text": "<i>"}
    crate.post(f"items/{file}/data/remove", data_name="grid/beats")
    assert sorted(data_of(crate, file)) == ["cues", "empty", "text"]
    assert crate.post(f"items/{file}/data/remove", data_name="grid/beats").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "value",
    ["", "{", "NaN", "-Infinity", '"\\u0000"', '"\\ud800"', "[" * 5000 + "]" * 5000, f'"{"x" * 70_000}"', "1e999"],
)
def test_a_value_that_cannot_be_kept_gets_a_sentence_and_is_kept_in_the_form(crate: Crate, value: str) -> None:
    file = crate.file("a.ogg")
    answer = crate.post(f"items/{file}/data", data_name="cues", data_value=value)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "JSON" in text_of(answer)
    assert html.escape(value) in answer.text
    assert 'value="cues"' in answer.text
    assert data_of(crate, file) == {}


def test_what_is_no_name_at_all_removes_nothing(crate: Crate) -> None:
    file = crate.file("a.ogg")
    assert crate.post(f"items/{file}/tags/remove", tag="\x00").status_code == HTTPStatus.NOT_FOUND
    assert crate.post(f"items/{file}/data/remove", data_name="\x00").status_code == HTTPStatus.NOT_FOUND
    assert crate.post(f"items/{file}/comments/{uuid4()}/remove").status_code == HTTPStatus.NOT_FOUND


def test_nothing_is_put_on_what_lies_in_the_trash(crate: Crate) -> None:
    file = crate.file("a.ogg")
    crate.post(f"items/{file}/tags", tags="kept")
    crate.throw_away(file)
    fields = {"tags": "x", "comment": "x", "data_name": "x", "data_value": "1", "tag": "kept", "name": "x"}
    for what in ("tags", "tags/remove", "comments", "data", "data/remove", "rename"):
        assert crate.post(f"items/{file}/{what}", **fields).status_code == HTTPStatus.NOT_FOUND, what
    crate.post("trash/restore", file)
    assert tags_of(crate, file) == ["kept"]


def test_who_signed_out_meanwhile_loses_nothing_that_was_typed(stranger: Person) -> None:
    mine = Crate(stranger, stranger.crate)
    file = mine.file("a.ogg")
    stranger.post("/me/sessions/end")
    stopped = mine.post(f"items/{file}/comments", comment="A long thought.")
    assert stopped.status_code == HTTPStatus.UNAUTHORIZED
    assert "A long thought." in text_of(stopped)
    many = mine.post("tag", file, tags="dusk", back=f"{mine.path}?page=2")
    assert f'name="kept_item" value="{file}"' in many.text


def test_tags_that_slipped_on_or_off_are_as_they_were_again(crate: Crate) -> None:
    files = [crate.file("a.ogg"), crate.file("b.ogg")]
    crate.post(f"items/{files[0]}/tags", tags="dusk")
    slip = crate.post("tag", *files, tags="dusk, dawn")
    assert notice(slip, crate.person) == "The tags are on."
    crate.post(f"items/{files[1]}/tags", tags="noon")
    assert notice(crate.undo(slip), crate.person) == "It is again as it was."
    assert [tags_of(crate, file) for file in files] == [["dusk"], ["noon"]], "what was on before, and came since, stays"
    assert "b.ogg" not in text_of(crate.person.get(f"{crate.path}/find?q=dawn"))
    off = crate.post(f"items/{files[0]}/tags/remove", tag="dusk")
    assert notice(off, crate.person) == "The tag is off."
    assert crate.undo(off).status_code == HTTPStatus.SEE_OTHER
    assert tags_of(crate, files[0]) == ["dusk"]
    assert "a.ogg" in text_of(crate.person.get(f"{crate.path}/find?q=dusk"))
    again = crate.post(f"items/{files[0]}/tags", tags="dusk")
    assert "undo=" not in again["Location"], "nothing was done that could be taken back"


def test_a_tag_does_not_come_back_on_what_is_full_by_now(crate: Crate) -> None:
    file = crate.file("a.ogg")
    crate.post(f"items/{file}/tags", tags=",".join(map(str, range(50))))
    off = crate.post(f"items/{file}/tags/remove", tag="7")
    crate.post(f"items/{file}/tags", tags="another")
    answer = crate.undo(off)
    assert (answer.status_code, "no more fits" in text_of(answer)) == (HTTPStatus.CONFLICT, True)
    assert ("7" in tags_of(crate, file), len(tags_of(crate, file))) == (False, 50)


def test_a_comment_that_one_took_back_by_a_slip_comes_back_where_it_stood(crate: Crate, mates: Crate) -> None:
    file = crate.file("a.ogg")
    for text in ("first", "a long thought", "last"):
        crate.post(f"items/{file}/comments", comment=text)
    second = re.findall(r"comments/([0-9a-f-]{36})/remove", page_of(crate, file).text)[1]
    gone = crate.post(f"items/{file}/comments/{second}/remove")
    assert comments_of(crate, file) == ["last", "first"]
    undo = re.search(r"undo=([0-9a-f-]{36})", gone["Location"])
    assert undo
    assert mates.post(f"undo/{undo[1]}").status_code == HTTPStatus.CONFLICT, "it is one's own to take back"
    assert "thought" not in text_of(mates.person.get(gone["Location"]))
    crate.undo(gone)
    assert comments_of(crate, file) == ["last", "a long thought", "first"]
    assert "a.ogg" in text_of(crate.person.get(f"{crate.path}/find?q=thought"))


def test_a_value_that_was_replaced_or_removed_comes_back_unless_others_kept_another(crate: Crate, mates: Crate) -> None:
    file, cues = crate.file("a.ogg"), [{"at": 12.5, "name": "drop"}]
    first = crate.post(f"items/{file}/data", data_name="cues", data_value=json.dumps(cues))
    assert "undo=" not in first["Location"]
    over = crate.post(f"items/{file}/data", data_name="cues", data_value='{"b": 1, "a": null}')
    assert notice(over, crate.person) == "The value is kept, in place of the one before."
    crate.undo(over)
    assert data_of(crate, file) == {"cues": cues}
    gone = crate.post(f"items/{file}/data/remove", data_name="cues")
    assert (data_of(crate, file), notice(gone, crate.person)) == ({}, "The value is removed.")
    crate.undo(gone)
    assert data_of(crate, file) == {"cues": cues}
    over = crate.post(f"items/{file}/data", data_name="cues", data_value="[]")
    mates.post(f"items/{file}/data", data_name="cues", data_value="[7]")
    assert crate.undo(over).status_code == HTTPStatus.CONFLICT
    assert data_of(crate, file) == {"cues": [7]}


def test_what_is_in_the_trash_by_now_gets_a_sentence_and_can_be_taken_back_once_it_is_out(crate: Crate) -> None:
    file = crate.file("a.ogg")
    crate.post(f"items/{file}/comments", comment="a long thought")
    (mine,) = re.findall(r"comments/([0-9a-f-]{36})/remove", page_of(crate, file).text)
    gone = crate.post(f"items/{file}/comments/{mine}/remove")
    crate.throw_away(file)
    answer = crate.undo(gone)
    assert (answer.status_code, "thrown away meanwhile" in text_of(answer)) == (HTTPStatus.CONFLICT, True)
    crate.post("trash/restore", file)
    assert crate.undo(gone).status_code == HTTPStatus.SEE_OTHER
    assert comments_of(crate, file) == ["a long thought"]
