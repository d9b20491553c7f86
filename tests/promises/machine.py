"""A state machine of two accounts and those who come and go in them: whoever tries what, the outcome is foretold.

Every rule may be tried by anybody in any account, signed in or not, a member or not: what follows is noted in the model
(crews.py), compared with the answer, and after each step with the database. No answer may tell an id or a name to
somebody who, by the model, is not in its account at that moment.
"""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from tests.promises.crews import word
from tests.promises.playing import MOST_ACCOUNTS, PLAYERS, STRANGER, Playing

PLAYER, ACCOUNT, NUMBER = st.integers(0, PLAYERS - 1), st.integers(0, MOST_ACCOUNTS - 1), st.integers(0, 99)
COMINGS = st.sampled_from(["in", "in", "in", "in again", "out", "out everywhere", "back"])
LINKS = st.sampled_from(["look", "accept", "accept", "register"])
ACTIONS = st.sampled_from(["promote", "demote", "remove", "leave", "leave", "hand-over"])
METHODS = st.sampled_from(["GET", "GET", "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
PAGES = st.sampled_from(
    [
        "/studio",
        "/me",
        "/me/sessions",
        "/accounts/{a}",
        "/accounts/{a}/members",
        "/accounts/{a}/members/{person}",
        "/accounts/{a}/items/{item}",
        "/accounts/{a}/items/{item}/file",
        "/accounts/{a}/items/{item}/remove",
        "/accounts/{a}/invitations/{invitation}/withdraw",
        "/accounts/{a}?page=2",
        "/accounts/{a}/nothing",
        "/invitations/{invitation}",
        "/sign-in?next=/accounts/{a}",
    ]
)


class Machine(Playing):
    """The rules. Numbers stand for players, accounts, invitations and items, whichever there are."""

    @initialize()
    def two_accounts_with_a_member_in_common(self) -> None:
        first, second, both = self.crews.players[:3]
        for founder, in_common in ((first, both), (second, both)):
            self._register(founder)
            self._invite(founder, self.crews.accounts[-1], in_common)
            self._follow(in_common, self.crews.accounts[-1].invitations[-1], "accept" if in_common.id else "register")
            self._upload(in_common, self.crews.accounts[-1])

    # ------------------------------------------------------------------------------------------ people coming and going

    @rule(player=PLAYER, how=COMINGS, number=NUMBER)
    def come_or_go(self, player: int, how: str, number: int) -> None:
        who = self.crews.players[player]
        match how:
            case "in" if not who.is_in:
                self._sign_in(who)
            case "in again":
                self._sign_in(who)
            case "out" | "out everywhere":
                self._sign_out(who, everywhere=how == "out everywhere")
            case "back" if who.ended:
                kept, who.token = who.token, who.ended[number % len(who.ended)]
                self._look(who, "/studio", 303)
                who.token = kept

    @rule(player=PLAYER)
    def register(self, player: int) -> None:
        who = self.crews.players[player]
        if player != STRANGER and (who.id or len(self.crews.accounts) < MOST_ACCOUNTS):
            self._register(who)

    @rule(player=PLAYER)
    def take_another_name(self, player: int) -> None:
        who, new = self.crews.players[player], word()
        self._send(who, "/me/name", {"name": new})
        if who.is_in:
            who.name = new
        self._judge(303 if who.is_in else 401)

    # --------------------------------------------------------------------------------------------------------- accounts

    @rule(player=PLAYER)
    def start_another_account(self, player: int) -> None:
        who = self.crews.players[player]
        if len(self.crews.accounts) < MOST_ACCOUNTS:
            name = word()
            self._send(who, "/accounts", {"name": name})
            if who.is_in:
                self._started(who, name)
            self._judge(303 if who.is_in else 401)

    @rule(number=NUMBER, account=ACCOUNT)
    def rename(self, number: int, account: int) -> None:
        where, new = self._account(account), word()
        who = self._somebody(where, number)
        runs = who.is_in and where.is_run_by(who)
        self._send(who, f"/accounts/{where.id}/rename", {"name": new})
        if runs:
            where.name = new
        self._judge(self._status(who, 303 if runs else 404))

    @rule(number=NUMBER, account=ACCOUNT, whom=NUMBER, action=ACTIONS)
    def change_a_member(self, number: int, account: int, whom: int, action: str) -> None:
        where = self._account(account)
        who = self._somebody(where, number)
        other, action = (who, "remove") if action == "leave" else (self._somebody(where, whom), action)
        expected = self._status(who, where.outcome(who, other, action))
        self._send(who, f"/accounts/{where.id}/members/{other.id or where.id}", {"action": action})
        if expected == 303:
            where.change(who, other, action)
        self._judge(expected)

    @rule(number=NUMBER, account=ACCOUNT, whom=PLAYER)
    def invite(self, number: int, account: int, whom: int) -> None:
        where = self._account(account)
        self._invite(self._somebody(where, number), where, self.crews.players[whom])

    @rule(number=NUMBER, account=ACCOUNT, which=NUMBER)
    def withdraw(self, number: int, account: int, which: int) -> None:
        where = self._account(account)
        if one := self._invitation(which):
            who = self._somebody(where, number)
            outcome = 404 if one.into is not where or not where.is_run_by(who) else 409 if one.state == "used" else 303
            expected = self._status(who, outcome)
            self._send(who, f"/accounts/{where.id}/invitations/{one.id}/withdraw", {})
            if expected == 303:
                one.state = "withdrawn"
            self._judge(expected)

    @rule(player=PLAYER, which=NUMBER, how=LINKS)
    def follow_a_link(self, player: int, which: int, how: str) -> None:
        if one := self._invitation(which):
            self._follow(self.crews.players[player], one, how)

    # ----------------------------------------------------------------------------------------------------------- tracks

    @rule(number=NUMBER, account=ACCOUNT)
    def upload(self, number: int, account: int) -> None:
        where = self._account(account)
        self._upload(self._somebody(where, number), where)

    @rule(number=NUMBER, account=ACCOUNT, home=ACCOUNT, which=NUMBER)
    def remove_an_item(self, number: int, account: int, home: int, which: int) -> None:
        where, items = self._account(account), self._account(home).items
        if items:
            who, one = self._somebody(where, number), items[which % len(items)]
            expected = self._status(who, 303 if who in where.members and one in where.items else 404)
            self._send(who, f"/accounts/{where.id}/items/{one.id}/remove", {})
            if expected == 303:
                items.remove(one)
            self._judge(expected)

    # ---------------------------------------------------------------------------------------------------------- looking

    @rule(player=PLAYER, account=ACCOUNT, home=ACCOUNT, number=NUMBER, method=METHODS, page=PAGES)
    def try_an_address(self, player: int, account: int, home: int, number: int, method: str, page: str) -> None:
        where, other = self._account(account), self._account(home)
        ids = {
            "a": where.id,
            "item": next((one.id for one in other.items[-1 - number % 3 :]), where.id),
            "invitation": next((one.id for one in other.invitations[-1 - number % 3 :]), where.id),
            "person": self.crews.players[number % PLAYERS].id or where.id,
        }
        self.crews.ask(self.crews.players[player], method, page.format(**ids))
        self.crews.judge()

    @invariant()
    def every_account_is_as_it_must_be(self) -> None:
        for account in self.crews.accounts:
            truth = self.crews.truth(account)
            assert True in truth.values(), f"account {account.id} has no Administrator"
            assert truth == {player.id: runs for player, runs in account.members.items()}

    @invariant()
    def whoever_looks_around_sees_what_is_theirs_and_no_more(self) -> None:
        """Let one player after the other look at their studio and at every account, with one more page of each.

        Who isn't signed in gets the same everywhere, and looks at one account only.
        """
        self.turn += 1
        who = self.crews.players[self.turn % PLAYERS]
        mine = [account for account in self.crews.accounts if who in account.members]
        self._look(who, "/studio", 200, shows=[account.name for account in mine])
        accounts = self.crews.accounts if who.is_in else [self._account(self.turn)]
        for account in accounts:
            crate, is_in = f"/accounts/{account.id}", who in account.members
            words = [item.word for item in account.items]
            self._look(who, crate, 200 if is_in else 404, shows=[account.name, *words])
            match self.turn // PLAYERS % 3, account.items:
                case 0, _:
                    emails = [member.email for member in account.members]
                    self._look(who, f"{crate}/members", 200 if is_in else 404, shows=emails)
                case 1, [*_, last]:
                    self._look(who, f"{crate}/items/{last.id}", 200 if is_in else 404, shows=[last.word])
                case 2, [*_, last]:
                    self._look(who, f"{crate}/items/{last.id}/file", 200 if is_in else 404, shows=[last.word])
