"""How the state machine's players act: they send, the model is told, the answer is judged."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import psycopg
from hypothesis.stateful import RuleBasedStateMachine

from tests.promises.crews import Account, Crews, Invitation, Item, Player, word
from tests.promises.serving import Site, shown
from tests.site.browsing import PASSWORD, registration

PLAYERS = 5
STRANGER = PLAYERS - 1  # never registers
MOST_ACCOUNTS = 3
MOST_OPEN = 5  # invitations of one account to one address


class Playing(RuleBasedStateMachine):
    """What the rules are made of. A refusal is foretold as 404; for whoever isn't signed in, `_status` says what."""

    steps = 0  # of all examples
    site: Site
    superuser: psycopg.Connection[Any]

    def __init__(self) -> None:
        super().__init__()
        self.crews = Crews(self.superuser, [Player(self.site.browser()) for _ in range(PLAYERS)])
        self.turn = 0

    def teardown(self) -> None:
        type(self).steps += self.turn - 1  # less the beginning, which is no step
        self.site.close()

    def _send(self, who: Player, path: str, fields: dict[str, Any], told: Iterable[str] = ()) -> None:
        """Send a form; the rule then notes what it did, and has it judged."""
        self.crews.ask(who, "POST", path, fields, told=told)

    def _judge(self, status: int) -> None:
        self.crews.judge()
        assert self.crews.last.answer.status_code == status, f"{self.crews.last}, not {status}"

    def _look(self, who: Player, path: str, status: int, told: Iterable[str] = (), shows: Iterable[str] = ()) -> None:
        """Read a page. `shows`: what must be on it, if it is shown at all."""
        self.crews.ask(who, "GET", path, told=told)
        self._judge(status if who.is_in or path.startswith("/invitations/") else 303)
        if self.crews.last.answer.status_code == 200:
            missing = [text for text in shows if text not in shown(self.crews.last.answer)]
            assert missing == [], f"{self.crews.last} lacks {missing}"

    @staticmethod
    def _status(who: Player, status: int) -> int:
        """What a form is answered that gets this status from somebody who is signed in."""
        return status if who.is_in else 401

    def _account(self, number: int) -> Account:
        return self.crews.accounts[number % len(self.crews.accounts)]

    def _somebody(self, account: Account, number: int) -> Player:
        """Whoever a number between 0 and 99 stands for: mostly somebody who is in the account, often its runner."""
        running = [player for player, runs in account.members.items() if runs and player.is_in]
        pool = [*self.crews.players, *account.members, *account.members, *running, *running, *running]
        return pool[number % len(pool)]

    def _invitation(self, number: int) -> Invitation | None:
        """One of the latest, if there is any."""
        latest = [one for account in self.crews.accounts for one in account.invitations[-4:]]
        return latest[number % len(latest)] if latest else None

    def _sign_in(self, who: Player) -> None:
        self.crews.forget_tries()
        self._send(who, "/sign-in", {"email": who.email, "password": PASSWORD})
        if who.id:
            who.tokens.add(who.token)
        self._judge(303 if who.id else 422)

    def _sign_out(self, who: Player, *, everywhere: bool) -> None:
        was, ended = who.is_in, {*who.tokens} if everywhere else {who.token}
        self._send(who, "/me/sessions/end" if everywhere else "/sign-out", {})
        if was:
            who.tokens -= ended
            who.ended += sorted(ended)
        self._judge(303 if was or not everywhere else 401)

    def _invite(self, who: Player, where: Account, guest: Player) -> None:
        self.crews.forget_tries()
        still_open = [one for one in where.invitations if one.to is guest and one.state == "open"]
        outcome = 409 if guest in where.members else 429 if len(still_open) >= MOST_OPEN else 303
        expected = self._status(who, outcome if where.is_run_by(who) else 404)
        self._send(who, f"/accounts/{where.id}/invitations", {"email": guest.email})
        if expected == 303:
            query = "SELECT id FROM djms.invitation WHERE account_id = %s ORDER BY created_at DESC LIMIT 1"
            link = self.crews.post.link(guest.email, "invitation")
            where.invitations.append(Invitation(self.crews.id(query, where.id), where, guest, who, link))
        self._judge(expected)

    def _follow(self, who: Player, one: Invitation, how: str) -> None:
        """Look at what a link is to, accept it, or register with the address that it was mailed to."""
        is_open, told = one.state == "open", one.tells()
        if how == "look":
            self._look(who, f"/invitations/{one.link}", 200 if is_open else 410, told)
        elif how == "accept":
            expected = self._status(who, 303 if is_open else 410)
            self._send(who, f"/invitations/{one.link}/accept", {})
            if expected == 303:
                one.let_in(who)
            self._judge(expected)
        elif (guest := one.to) is not self.crews.players[STRANGER]:
            expected = 410 if not is_open else 409 if guest.id else 303
            self._send(guest, f"/invitations/{one.link}?register", {"password": PASSWORD, "agree": "on"}, told)
            if expected == 303:
                self._registered(guest)
                one.let_in(guest)
            self._judge(expected)

    def _upload(self, who: Player, where: Account) -> None:
        name = word()
        file = BytesIO(f"OggS {name}".encode())
        file.name = f"{name}.ogg"
        expected = self._status(who, 303 if who in where.members else 404)
        self._send(who, f"/accounts/{where.id}/upload", {"tracks": file})
        if expected == 303:
            where.items.append(Item(self.crews.id("SELECT id FROM djms.item WHERE name = %s", file.name), name))
        self._judge(expected)

    def _register(self, who: Player) -> None:
        """Register by the form. Whoever is registered gets the same page, and nothing comes of it."""
        name = word()
        self.crews.forget_tries()
        self._send(who, "/register", registration(who.email, account_name=name))
        self._judge(200)
        if not who.id:
            self._send(who, f"/confirm/{self.crews.post.link(who.email, 'confirm-registration')}", {})
            self._judge(303)
            self._send(who, "/sign-in", {"email": who.email, "password": PASSWORD})
            self._registered(who)
            self._started(who, name)
            self._judge(303)

    def _registered(self, who: Player) -> None:
        who.id = self.crews.id("SELECT id FROM djms.person WHERE email = %s", who.email)
        who.tokens.add(who.token)

    def _started(self, who: Player, name: str) -> None:
        account = self.crews.id("SELECT id FROM djms.account WHERE name = %s", name)
        self.crews.accounts.append(Account(account, name, {who: True}))
