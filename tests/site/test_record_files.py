"""Receipts and exports, as they are downloaded: each proves what it says to somebody who has the ledger's key alone."""

import re
from http import HTTPStatus

import pytest

from djmixersoft.ledger import selectors
from djmixersoft.policy.errors import NotSignedIn
from djmixersoft.site.on_record import CutShort
from tests.site.browsing import Person, text_of
from tests.site.proving import proven_export, proven_receipt
from tests.site.recording import Seal, Superuser, erase, exported, lines, put_on_record
from tests.site.test_members import change, id_of


class TestAReceipt:
    @pytest.mark.parametrize("index", [0, 1])
    def test_it_proves_what_the_page_shows(self, owner: Person, record: str, vkey: str, index: int) -> None:
        answer = owner.get(f"{record}/{index}")
        assert re.search(rf'filename="record-[0-9a-f]{{8}}-{index}\.receipt\.json"', answer["Content-Disposition"])
        assert answer["Content-Type"] == "application/json"
        assert answer["Cache-Control"] == "no-store"
        proven, said = proven_receipt(answer.content, vkey)
        actions = "administrator:account:created", "person:membership:begun"
        assert (proven, (said or {})["action"]) == (index, actions[index])
        with pytest.raises(AssertionError):
            proven_receipt(answer.content.replace(actions[index].encode(), b"person:membership:ended"), vkey)

    def test_it_proves_that_an_entry_was_there_that_is_erased(
        self, owner: Person, record: str, vkey: str, seal: Seal, superuser: Superuser
    ) -> None:
        erase(superuser, owner, 1)
        seal()
        page = owner.get(record)
        assert "What the entry with index 1 said was erased. by one of our own programs" in lines(page)[0]
        assert lines(page)[1] == "What this entry said was erased. erased index 1 Receipt : index 1"
        assert "missing" not in text_of(page).lower()
        assert proven_receipt(owner.get(f"{record}/1").content, vkey) == (1, None)
        found = exported(owner, f"{record}/export", vkey)
        assert [said is None for said in found.said] == [False, True, False]
        assert (found.said[2] or {})["index"] == 1

    @pytest.mark.parametrize("which", ["2", "99999999999999999999", "9" * 5000, "-1", "x"])
    def test_there_is_none_of_what_is_not_sealed(self, owner: Person, record: str, vkey: str, which: str) -> None:
        owner.post(f"{owner.crate}/rename", {"name": "Day Shift"})
        assert vkey
        assert owner.get(f"{record}/1").status_code == HTTPStatus.OK
        assert owner.get(f"{record}/{which}").status_code == HTTPStatus.NOT_FOUND


class TestTheExport:
    def test_it_is_all_of_it_and_a_later_one_extends_it(
        self, owner: Person, mate: Person, record: str, vkey: str, seal: Seal
    ) -> None:
        answer = owner.get(f"{record}/export")
        first = proven_export(answer.getvalue(), vkey)
        which = first.head.origin.rpartition("/")[2][:8]
        assert f'filename="record-{which}-of-4.jsonl"' in answer["Content-Disposition"]
        assert first.head.origin in text_of(owner.get(record)), "by which it is known to be this account's"
        assert set(first.people.values()) == {owner.email, mate.email}
        assert [(said or {})["action"] for said in first.said][2:] == [
            "administrator:invitation:sent",
            "person:membership:begun",
        ]
        owner.post(f"{owner.crate}/rename", {"name": "Day Shift"})
        seal()
        later = exported(owner, f"{record}/export", vkey)
        assert later.head.size == 5
        assert later.extends(first)
        assert not first.extends(later)

    def test_it_goes_to_the_size_it_began_with_whatever_joins_meanwhile(
        self, owner: Person, record: str, vkey: str, seal: Seal, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put_on_record(superuser, owner, 20)
        seal()
        monkeypatch.setattr(selectors, "EXPORTED_AT_ONCE", 5)
        answer, pieces = owner.get(f"{record}/export"), []
        for piece in answer.streaming_content:
            pieces.append(piece)
            put_on_record(superuser, owner, 1)
            seal()
        assert len(pieces) == 1 + 5
        assert proven_export(b"".join(pieces), vkey).head.size == 22

    def test_it_breaks_off_where_its_reader_loses_the_right_to_it(
        self, owner: Person, mate: Person, record: str, vkey: str, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(selectors, "EXPORTED_AT_ONCE", 2)
        change(owner, id_of(owner, mate, superuser), "promote")
        pieces = iter(mate.get(f"{record}/export").streaming_content)
        begun = next(pieces) + next(pieces)
        change(owner, id_of(owner, mate, superuser), "demote")
        with pytest.raises(CutShort):
            next(pieces)
        with pytest.raises(AssertionError):
            proven_export(begun, vkey)

    def test_it_breaks_off_where_its_reader_signs_out(self, owner: Person, record: str, vkey: str) -> None:
        pieces = iter(owner.get(f"{record}/export").streaming_content)
        begun = next(pieces)
        owner.post("/sign-out")
        with pytest.raises(NotSignedIn):
            next(pieces)
        with pytest.raises(AssertionError):
            proven_export(begun, vkey)

    def test_who_breaks_it_off_holds_nothing(self, owner: Person, record: str, vkey: str) -> None:
        for _ in range(100):  # more than there are connections, and places for senders and readers
            answer = owner.get(f"{record}/export")
            next(iter(answer.streaming_content))
            answer.close()
        assert exported(owner, f"{record}/export", vkey).head.size == 2

    def test_there_is_none_before_anything_is_sealed(self, owner: Person, record: str, seal: Seal) -> None:
        assert owner.get(f"{record}/export").status_code == HTTPStatus.NOT_FOUND
        assert f"{record}/export" not in owner.get(record).text
        seal()
        head = owner.browser.head(f"{record}/export")
        assert (head.status_code, head.getvalue()) == (HTTPStatus.OK, b"")
        assert f"{record}/export" in owner.get(record).text
