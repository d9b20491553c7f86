from http import HTTPStatus
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.site.browsing import PASSWORD, Person, Post, accounts_of, new_address, text_of

Superuser = psycopg.Connection[Any]


def invited(owner: Person, post: Post, email: str | None = None) -> tuple[Person, str]:
    person = Person(email or new_address("guest"))
    sent = owner.post(f"{owner.crate}/invitations", {"email": person.email})
    assert sent.status_code == HTTPStatus.SEE_OTHER
    return person, f"/invitations/{post.link(person.email, 'invitation')}"


def id_of(owner: Person, person: Person, superuser: Superuser) -> str:
    row = superuser.execute("SELECT id FROM djms.person WHERE email = %s", (person.email,)).fetchone()
    assert row
    assert f"/members/{row[0]}" in owner.get(f"{owner.crate}/members").text
    return str(row[0])


def change(owner: Person, who: str, action: str) -> Any:  # noqa: ANN401 - a response of the test client
    return owner.post(f"{owner.crate}/members/{who}", {"action": action})


def test_who_is_invited_registers_and_is_in(owner: Person, post: Post) -> None:
    guest, link = invited(owner, post)
    seen = guest.get(link)
    assert owner.email in text_of(seen)
    assert "Night Shift" in text_of(seen)
    assert guest.email in guest.get(f"{link}?register").text
    joined = guest.post(f"{link}?register", {"password": PASSWORD, "agree": "on"})
    assert joined["Location"] == "/studio?done=joined"
    assert accounts_of(guest) == [owner.account_id]
    assert guest.email in text_of(owner.get(f"{owner.crate}/members"))


def test_who_is_invited_must_agree_to_the_terms(owner: Person, post: Post) -> None:
    guest, link = invited(owner, post)
    refused = guest.post(f"{link}?register", {"password": PASSWORD})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "needs your agreement" in text_of(refused)
    assert "Night Shift" in text_of(refused)


def test_who_has_a_sign_in_accepts_with_it_and_is_in_two_accounts(owner: Person, mate: Person) -> None:
    assert set(accounts_of(mate)) == {owner.account_id, mate.account_id}


def test_looking_at_an_invitation_accepts_nothing(owner: Person, stranger: Person, post: Post) -> None:
    _, link = invited(owner, post, stranger.email)
    assert "Accept and join" in text_of(stranger.get(link))
    assert accounts_of(stranger) == [stranger.account_id]


def test_an_invitation_works_once(owner: Person, stranger: Person, post: Post) -> None:
    guest, link = invited(owner, post)
    guest.post(f"{link}?register", {"password": PASSWORD, "agree": "on"})
    for answer in (stranger.post(f"{link}/accept"), stranger.get(link), Person("x").post(f"{link}?register")):
        assert answer.status_code == HTTPStatus.GONE
        assert "accepted already" in text_of(answer)
    assert accounts_of(stranger) == [stranger.account_id]


def test_an_invitation_can_be_withdrawn(owner: Person, post: Post) -> None:
    guest, link = invited(owner, post)
    page = owner.get(f"{owner.crate}/members").text
    withdraw = page.split(f'action="{owner.crate}/invitations/')[1].split('"')[0]
    assert withdraw.endswith("/withdraw")
    for _ in range(2):
        done = owner.post(f"{owner.crate}/invitations/{withdraw}")
        assert done["Location"] == f"{owner.crate}/members?done=withdrawn"
    gone = guest.get(link)
    assert gone.status_code == HTTPStatus.GONE
    assert "was withdrawn" in text_of(gone)


def test_an_accepted_invitation_cannot_be_withdrawn_any_more(owner: Person, post: Post) -> None:
    guest, link = invited(owner, post)
    page = owner.get(f"{owner.crate}/members").text
    withdraw = page.split(f'action="{owner.crate}/invitations/')[1].split('"')[0]
    guest.post(f"{link}?register", {"password": PASSWORD, "agree": "on"})
    late = owner.post(f"{owner.crate}/invitations/{withdraw}")
    assert late.status_code == HTTPStatus.CONFLICT
    assert "accepted in the meantime" in text_of(late)


def test_an_invitation_expires(owner: Person, post: Post, superuser: Superuser) -> None:
    guest, link = invited(owner, post)
    superuser.execute("UPDATE djms.invitation SET expires = now() - interval '1 s' WHERE email = %s", (guest.email,))
    gone = guest.get(link)
    assert gone.status_code == HTTPStatus.GONE
    assert "seven days, which are over" in text_of(gone)


def test_who_is_registered_already_is_told_to_sign_in(owner: Person, stranger: Person, post: Post) -> None:
    _, link = invited(owner, post, stranger.email)
    visitor = Person(stranger.email)
    assert "?register" not in visitor.get(link).text
    taken = visitor.post(f"{link}?register", {"password": PASSWORD, "agree": "on"})
    assert taken.status_code == HTTPStatus.CONFLICT
    assert f"/sign-in?next={link.replace('/', '%2F')}" in taken.text


def test_inviting_a_member_or_nobody_gets_a_sentence(owner: Person, mate: Person) -> None:
    again = owner.post(f"{owner.crate}/invitations", {"email": mate.email})
    assert again.status_code == HTTPStatus.CONFLICT
    assert "is in the account already" in text_of(again)
    wrong = owner.post(f"{owner.crate}/invitations", {"email": "not an address"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="not an address"' in wrong.text


def test_too_many_open_invitations_to_one_address_get_a_sentence(owner: Person) -> None:
    email = new_address("guest")
    answers = [owner.post(f"{owner.crate}/invitations", {"email": email}) for _ in range(6)]
    assert answers[-1].status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Withdraw some first" in text_of(answers[-1])


def test_a_member_is_made_administrator_and_plain_again(owner: Person, mate: Person, superuser: Superuser) -> None:
    who = id_of(owner, mate, superuser)
    assert not decides(mate, owner)
    assert change(owner, who, "promote")["Location"] == f"{owner.crate}/members?done=promote"
    assert decides(mate, owner)
    assert change(owner, who, "demote")["Location"] == f"{owner.crate}/members?done=demote"
    assert not decides(mate, owner)


def decides(member: Person, owner: Person) -> bool:
    """Whether who is in the account is this member's to decide, by what their page offers."""
    shown = member.get(f"{owner.crate}/members")
    assert owner.email in text_of(shown), "members see each other"
    offers = {word in text_of(shown) for word in ("Send the invitation", "The account’s name", "as Administrator")}
    assert len(offers) == 1
    return offers == {True}


def test_members_see_who_is_in_but_not_who_is_invited(owner: Person, mate: Person, post: Post) -> None:
    guest, _path = invited(owner, post)
    assert guest.email in text_of(owner.get(f"{owner.crate}/members"))
    shown = mate.get(f"{owner.crate}/members").text
    assert (owner.email in shown, mate.email in shown, guest.email in shown) == (True, True, False)
    assert shown.count(f'action="{owner.crate}/members/') == 1, "the one for leaving"


def test_the_account_is_handed_over(owner: Person, mate: Person, superuser: Superuser) -> None:
    done = change(owner, id_of(owner, mate, superuser), "hand-over")
    assert done["Location"] == f"{owner.crate}?done=hand-over"
    assert not decides(owner, owner)
    assert decides(mate, owner)


def test_who_is_removed_loses_sight(owner: Person, mate: Person, superuser: Superuser) -> None:
    assert change(owner, id_of(owner, mate, superuser), "remove").status_code == HTTPStatus.SEE_OTHER
    assert mate.get(owner.crate).status_code == HTTPStatus.NOT_FOUND
    assert accounts_of(mate) == [mate.account_id]


def test_invitations_of_who_is_removed_end(owner: Person, mate: Person, post: Post, superuser: Superuser) -> None:
    who = id_of(owner, mate, superuser)
    change(owner, who, "promote")
    _guest, path = invited(Person(mate.email, mate.browser, owner.account_id), post)
    assert owner.get(path).status_code == HTTPStatus.OK
    change(owner, who, "remove")
    assert "Withdrawn" in text_of(owner.get(f"{owner.crate}/members"))
    assert mate.post(f"{path}/accept").status_code == HTTPStatus.GONE
    assert accounts_of(mate) == [mate.account_id]


def test_a_plain_member_finds_the_way_out(owner: Person, mate: Person, superuser: Superuser) -> None:
    who = id_of(owner, mate, superuser)
    assert f'action="{owner.crate}/members/{who}"' in mate.get(owner.crate).text
    assert change(Person(owner.email, mate.browser, owner.account_id), who, "remove")["Location"] == "/studio?done=left"
    assert accounts_of(mate) == [mate.account_id]


@pytest.mark.parametrize("action", ["demote", "remove"])
def test_the_last_administrator_stays(owner: Person, mate: Person, superuser: Superuser, action: str) -> None:
    id_of(owner, mate, superuser)
    refused = change(owner, id_of(owner, owner, superuser), action)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "An account always has an Administrator" in text_of(refused)
    assert owner.get(f"{owner.crate}/members").status_code == HTTPStatus.OK


def test_a_plain_member_changes_nobody(owner: Person, mate: Person, superuser: Superuser) -> None:
    chief, plain = id_of(owner, owner, superuser), id_of(owner, mate, superuser)
    intruder = Person(mate.email, mate.browser, owner.account_id)
    for who, action in [(chief, "remove"), (chief, "demote"), (plain, "promote"), (chief, "hand-over")]:
        assert change(intruder, who, action).status_code == HTTPStatus.NOT_FOUND
    for path, data in [("/invitations", {"email": "x@example.org"}), ("/rename", {"name": "Mine"})]:
        assert intruder.post(owner.crate + path, data).status_code == HTTPStatus.NOT_FOUND
    assert "Night Shift" in text_of(owner.get(owner.crate))


def test_a_form_without_an_action_gets_a_sentence(owner: Person) -> None:
    answer = owner.post(f"{owner.crate}/members/{uuid4()}", {"action": "eat"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "without what is to be done" in text_of(answer)


def test_an_account_is_started_and_renamed(owner: Person) -> None:
    started = owner.post("/accounts", {"name": "Side Project"})
    assert started["Location"].endswith("?done=account-started")
    assert len(accounts_of(owner)) == 2
    assert owner.post(f"{owner.crate}/rename", {"name": "Day Shift"}).status_code == HTTPStatus.SEE_OTHER
    assert "Day Shift" in text_of(owner.get("/studio"))
    for path in ("/accounts", f"{owner.crate}/rename"):
        wrong = owner.post(path, {"name": "n" * 1000})
        assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "n" * 1000 in wrong.text
