"""What is on record: seen in plain words by whose it is, and by nobody else."""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest

from djmixersoft.ledger.entries import Action
from djmixersoft.site import on_record, record_words
from djmixersoft.site.record_words import KINDS, OF_ACCOUNTS, OF_PEOPLE, SENTENCES, Known
from tests.site.browsing import PASSWORD, Person, text_of
from tests.site.proving import proven_receipt
from tests.site.recording import Seal, Superuser, exported, heads_say, lines, put_on_record
from tests.site.test_members import change, id_of


class TestThePageOfAnAccount:
    def test_it_says_in_plain_words_who_did_what_as_what_newest_first(
        self, owner: Person, mate: Person, record: str, superuser: Superuser
    ) -> None:
        change(owner, id_of(owner, mate, superuser), "promote")
        shown = lines(owner.get(record))
        assert [line.partition(" by ")[0] for line in shown] == [
            f"{mate.email} became an Administrator. not sealed yet",
            f"{mate.email} joined the account. not sealed yet",
            f"An invitation was sent to {mate.email} . not sealed yet",
            f"{owner.email} joined the account. not sealed yet",
            "The account was started. not sealed yet",
        ]
        assert f"by {owner.email} , as Administrator" in shown[0]
        assert f"by {mate.email} 2" in shown[1], "who joins isn't a member before"
        assert "by whoever opened a link from a mail, without signing in" in shown[-1]
        assert all(re.search(r"\d{4}, \d\d:\d\d UTC", line) for line in shown)

    def test_it_calls_people_by_their_names_and_who_has_left_by_none(
        self, owner: Person, mate: Person, record: str, superuser: Superuser
    ) -> None:
        mate.post("/me/name", {"name": "Mix & Match"})
        assert "Mix &amp; Match joined the account." in lines(owner.get(record))[0]
        change(owner, id_of(owner, mate, superuser), "remove")
        shown = owner.get(record)
        assert "Somebody who has left was removed from the account." in lines(shown)[0]
        assert "Somebody who has left joined the account." in lines(shown)[1]
        assert "by somebody who has left 2" in lines(shown)[1]
        assert "Match" not in shown.text

    def test_what_is_sealed_is_told_from_what_is_not(
        self, owner: Person, record: str, seal: Seal, superuser: Superuser
    ) -> None:
        assert "Nothing is sealed yet" in text_of(owner.get(record))
        seal()
        assert "Sealed : 2 entries, last" in text_of(owner.get(record))
        owner.post(f"{owner.crate}/rename", {"name": "Day Shift"})
        put_on_record(superuser, owner, 1)
        page = owner.get(record)
        assert "Sealed : 2 entries, last" in text_of(page)
        assert "2 entries aren’t sealed yet." in text_of(page)
        assert ["not sealed yet" in line for line in lines(page)] == [True, True, False, False]
        assert re.findall(rf'href="{record}/(\d+)"', page.text) == ["1", "0"], "what isn't sealed has no receipt"
        seal()
        assert "Sealed : 4 entries" in text_of(owner.get(record))
        assert "not sealed yet" not in text_of(owner.get(record))

    @pytest.mark.usefixtures("mate", "vkey")
    def test_it_is_filtered_by_kind(self, owner: Person, record: str) -> None:
        found = {kind: lines(owner.get(f"{record}?kind={kind}")) for kind in OF_ACCOUNTS}
        assert [len(some) for some in found.values()] == [2, 1, 0, 0, 1]
        assert "An invitation was sent" in found[OF_ACCOUNTS[1]][0]
        assert "Nothing of this kind is on record." in text_of(owner.get(f"{record}?kind=links"))
        assert len(lines(owner.get(f"{record}?kind=whatever"))) == 4, "what it doesn't know is everything"

    @pytest.mark.usefixtures("vkey")
    def test_links_are_called_after_what_they_show_while_that_is_there(self, owner: Person, record: str) -> None:
        folder = str(owner.post(f"{owner.crate}/folders", {"name": "Warm-up"})["Location"])[-54:].partition("?")[0]
        made = owner.post(f"{owner.crate}/items/{folder[-36:]}/share", {"days": "7"})
        assert made.status_code == HTTPStatus.OK, text_of(made)
        assert "A link to Warm-up was made, for people outside." in lines(owner.get(record))[0]
        owner.post(f"{owner.crate}/throw-away", {"item": folder[-36:]})
        owner.post(f"{owner.crate}/trash/empty")
        assert "A link to something that is gone was made, for people outside." in lines(owner.get(record))[0]

    def test_it_is_leafed_through_without_missing_or_repeating_what_joins_meanwhile(
        self, owner: Person, record: str, superuser: Superuser
    ) -> None:
        put_on_record(superuser, owner, 103)
        path, seen = record, []
        while path:
            page = owner.get(path)
            seen += lines(page)
            put_on_record(superuser, owner, 1)
            older = re.search(r'rel="next" href="(\?before=\d+)"', page.text)
            path = record + older[1] if older else ""
        assert len(seen) == 105
        assert "The account was started." in seen[-1]
        assert "There is nothing older." in text_of(owner.get(f"{record}?before=0"))

    @pytest.mark.parametrize("before", ["", "-1", "x", "1.5", "²", "9" * 19, "9" * 5000])
    def test_a_place_that_is_none_is_not_there(self, owner: Person, record: str, before: str) -> None:
        assert owner.get(f"{record}?before={before}").status_code == HTTPStatus.NOT_FOUND

    def test_that_sealing_has_stopped_is_said_plainly(self, owner: Person, record: str, superuser: Superuser) -> None:
        assert "Nothing is sealed at present." not in text_of(owner.get(record))
        for trouble in ("forked", "altered"):
            with heads_say(superuser, trouble=trouble):
                assert "Nothing is sealed at present." in text_of(owner.get(record))
        with heads_say(superuser, damage=3):
            assert "found something that isn’t as it was sealed" in text_of(owner.get(record))
        assert "found something" not in text_of(owner.get(record))

    def test_that_nothing_was_sealed_for_long_is_said_if_something_waits(
        self, owner: Person, record: str, seal: Seal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        late = "Nothing was sealed for over a minute, although something waits."
        assert late not in text_of(owner.get(record))
        monkeypatch.setattr(on_record, "LATE", timedelta(0))
        assert late in text_of(owner.get(record))
        seal()
        assert late not in text_of(owner.get(record))

    def test_only_administrators_are_led_to_it_and_get_it(self, owner: Person, mate: Person, record: str) -> None:
        assert f'href="{record}"' in owner.get(owner.crate).text
        assert f'href="{record}"' not in mate.get(owner.crate).text
        assert mate.get(f"{owner.crate}/members").status_code == HTTPStatus.OK
        assert f'href="{record}"' not in mate.get(f"{owner.crate}/members").text

    def test_its_addresses_hold_no_name(self, owner: Person, mate: Person, record: str, vkey: str) -> None:
        assert vkey
        page = owner.get(record).text
        links = re.findall(r'(?:href|action)="([^"]*)"', page)
        assert f"{record}/2" in links
        assert not [link for link in links if "@" in link or mate.email.partition("@")[0] in link]


class TestOnesOwnRecord:
    def test_everybody_sees_and_proves_what_is_on_record_about_themselves(
        self, owner: Person, mate: Person, vkey: str, seal: Seal
    ) -> None:
        assert 'href="/me/record"' in mate.get("/me").text
        mate.post("/me/newsletter", {"newsletter": "on"})
        mate.post("/me/tokens", {"name": "Sync", "rights": "read", "days": "7", "password": PASSWORD})
        mate.post("/me/password", {"old_password": PASSWORD, "password": "the stylus skips a groove at dawn"})
        seal()
        page = mate.get("/me/record")
        assert [line.partition(" by ")[0] for line in lines(page)][:-1] == [
            "A token of a program of yours was ended.",
            "Your password was set anew.",
            "A token for a program of yours was made.",
            "You subscribed to the newsletter.",
        ]
        assert "You agreed to version" in lines(page)[-1]
        assert "by you" in lines(page)[2]
        assert "Sealed : 5 entries" in text_of(page)
        assert len(lines(mate.get("/me/record?kind=programs"))) == 2
        answer = mate.get("/me/record/1")
        assert re.search(r'filename="my-record-[0-9a-f]{8}-1\.receipt\.json"', answer["Content-Disposition"])
        index, said = proven_receipt(answer.content, vkey)
        assert (index, (said or {})["action"]) == (1, "person:newsletter:subscribed")
        found = exported(mate, "/me/record/export", vkey)
        assert (found.head.size, list(found.people.values())) == (5, [mate.email])
        assert owner.get("/me/record/1").status_code == HTTPStatus.NOT_FOUND, "the owner has but one entry"

    def test_what_becomes_of_an_account_that_is_gone_is_on_record_of_who_deleted_it(self, owner: Person) -> None:
        owner.post(f"{owner.crate}/delete", {"name": "Night Shift"})
        assert "An account was deleted, with all that was in it. " in lines(owner.get("/me/record"))[0]
        assert len(lines(owner.get("/me/record?kind=other"))) == 1


@pytest.mark.parametrize("end", ["", "/0", "/export"])
def test_nobody_else_gets_any_of_an_accounts_record(
    owner: Person, mate: Person, stranger: Person, record: str, vkey: str, end: str
) -> None:
    assert vkey
    assert owner.get(record + end).status_code == HTTPStatus.OK
    for somebody in (mate, stranger):
        assert somebody.get(f"{somebody.crate}/record{end}").status_code == HTTPStatus.OK, "their own they do get"
        assert somebody.get(record + end).status_code == HTTPStatus.NOT_FOUND
    assert Person("x").get(record + end)["Location"].startswith("/sign-in?next=")


class TestTheWords:
    def test_every_action_has_a_sentence_and_a_kind_that_can_be_asked_for(self) -> None:
        assert set(SENTENCES) == set(Action)
        assert set(Action) == {action for kind in (*OF_ACCOUNTS, *OF_PEOPLE) for action in KINDS[kind][1]}
        assert set(KINDS) == {*OF_ACCOUNTS, *OF_PEOPLE}

    @pytest.mark.parametrize("action", Action)
    def test_an_entry_that_tells_no_more_than_it_must_is_put_into_words_too(self, action: Action) -> None:
        words = record_words.sentence({"action": action}, Known({}))
        assert words.endswith(".")
        assert "{" not in words

    def test_what_a_later_version_put_on_record_is_shown_as_it_stands(self) -> None:
        said = {"action": "support:<item>:seen", "by": "auditor", "person": "0"}
        assert "support:&lt;item&gt;:seen" in record_words.sentence(said, Known({}))
        assert record_words.by(said, Known({})) == "by somebody who has left, as “auditor”"
        assert record_words.by({"by": "auditor"}, Known({})) == "by “auditor”"
