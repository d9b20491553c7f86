"""Who is in which account, what that lets them see, and the one way in which the machine's people ask for pages.

Each name, address and file carries a word of its own, so that all that an answer tells can be found by its looks. What
somebody may see follows from who is in what at that moment, and from nothing that the site says.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg

from djmixersoft.policy.middleware import SESSION_COOKIE
from tests.promises.serving import shown
from tests.site.browsing import Browser, Person, Post

TELLING = re.compile(r"zq[0-9a-f]{16}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def word() -> str:
    """Make a name that is found wherever it shows."""
    return f"zq{uuid4().hex[:16]}"


def telling(text: str) -> set[str]:
    """All ids and names in a text."""
    return set(TELLING.findall(text.lower()))


@dataclass(eq=False)
class Player:
    """Somebody with a browser. `id` is '' until they register; `tokens`: every cookie they got that still works."""

    browser: Browser
    email: str = field(default_factory=lambda: f"{word()}@example.org")
    id: str = ""
    name: str = ""
    token: str = ""
    tokens: set[str] = field(default_factory=set)
    ended: list[str] = field(default_factory=list)

    @property
    def is_in(self) -> bool:
        return self.token in self.tokens

    def ask(self, method: str, path: str, fields: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - a response of the test client
        """Send a request with the cookie of the moment, and keep the one that comes back."""
        self.browser.cookies.clear()
        if self.token:
            self.browser.cookies[SESSION_COOKIE] = self.token
        person = Person(self.email, self.browser)
        response = person.post(path, fields) if method == "POST" else self.browser.generic(method, path)
        self.token = self.browser.token or ""
        return response


@dataclass(eq=False)
class Item:
    id: str
    word: str


@dataclass(eq=False)
class Invitation:
    """`state` is 'open', 'used' or 'withdrawn'."""

    id: str
    into: "Account"
    to: Player
    by: Player
    link: str
    state: str = "open"

    def tells(self) -> set[str]:
        """What whoever holds the link is told while it is open."""
        return {self.into.name, *telling(self.by.email), *telling(self.to.email)} if self.state == "open" else set()

    def let_in(self, player: Player) -> None:
        """Make somebody a member, unless they are one already and leave the invitation to others."""
        if player not in self.into.members:
            self.into.members[player] = False
            self.state = "used"


@dataclass(eq=False)
class Account:
    """An account as it must be. `members`: whether each is an Administrator."""

    id: str
    name: str
    members: dict[Player, bool]
    items: list[Item] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)

    def is_run_by(self, player: Player) -> bool:
        return self.members.get(player, False)

    def change(self, who: Player, whom: Player, action: str) -> None:
        """Note what became of a member."""
        if action == "remove":
            del self.members[whom]
        else:
            self.members[whom] = action != "demote"
        if action == "hand-over":
            self.members[who] = False

    def outcome(self, who: Player, whom: Player, action: str) -> int:
        """What a signed-in player is answered who wants to change a member; 404 where they may not."""
        is_last = self.is_run_by(whom) and sum(self.members.values()) == 1
        match action:
            case _ if who not in self.members or whom not in self.members:
                return 404
            case "remove" if who is whom:
                return 409 if is_last else 303
            case _ if not self.is_run_by(who):
                return 404
            case "hand-over":
                return 404 if who is whom else 303
            case "demote" | "remove" if is_last:
                return 409
        return 303


@dataclass
class Exchange:
    """A request and its answer. `said`: the ids and names that its asker sent, or was told beforehand."""

    asker: Player
    path: str
    words: str
    said: set[str]
    answer: Any

    def __str__(self) -> str:
        return f"{self.words} ({self.answer.status_code})"


class Crews:
    """All players and accounts of one example. `superuser` opens mail, and tells what is so in the database."""

    def __init__(self, superuser: psycopg.Connection[Any], players: Iterable[Player]) -> None:
        self.superuser, self.post = superuser, Post(superuser)
        self.players = list(players)
        self.accounts: list[Account] = []
        self.last: Exchange

    def seen_by(self, player: Player, path: str) -> set[str]:
        """Every id and name that somebody may see at this moment at an address: none while they are not signed in.

        Who is invited shows nowhere but on the page of an account's members and invitations.
        """
        if not player.is_in:
            return set()
        found = self._of(player) | self.ids("SELECT id FROM djms.session WHERE person_id = %s", player.id)
        for account in self.accounts:
            if player in account.members:
                found |= {account.id, account.name}
                found |= {text for item in account.items for text in (item.id, item.word)}
                found = found.union(*map(self._of, account.members))
                found |= self.ids("SELECT id FROM djms.item_undo WHERE account_id = %s", account.id)
            if account.is_run_by(player) and path.startswith(f"/accounts/{account.id}/"):
                found |= {text for one in account.invitations for text in (one.id, *telling(one.to.email))}
        return found

    def ask(
        self, player: Player, method: str, path: str, fields: dict[str, Any] | None = None, *, told: Iterable[str] = ()
    ) -> None:
        """Send a request. `judge` looks through the answer, once what it did is noted here as well."""
        words = f"{method} {path} {fields or ''}"
        self.last = Exchange(player, path, words, telling(words) | set(told), player.ask(method, path, fields))

    def judge(self) -> None:
        """Find nothing in the last answer that its asker may not see now, did not send, and was not told by a link."""
        last = self.last
        told = telling(shown(last.answer)) - last.said - self.seen_by(last.asker, last.path)
        assert last.answer.status_code < 500, last
        assert told == set(), f"{last} tells {[self.whose(text) for text in told]} to who is not in it"

    def whose(self, text: str) -> str:
        """What an id or a name is, for the sentence of a failure."""
        for number, account in enumerate(self.accounts):
            if text in {account.id, account.name, *(text for item in account.items for text in (item.id, item.word))}:
                return f"{text} of account {number}"
        return next(
            (f"{text} of player {number}" for number, one in enumerate(self.players) if text in self._of(one)), text
        )

    def truth(self, account: Account) -> dict[str, bool]:
        """Who is in an account according to the database, and whether as Administrator."""
        rows = self.superuser.execute(
            "SELECT person_id::text, is_administrator FROM djms.membership WHERE account_id = %s", [account.id]
        )
        return dict(rows.fetchall())

    def forget_tries(self) -> None:
        self.superuser.execute("DELETE FROM djms.sign_in_try")

    def ids(self, query: str, *arguments: object) -> set[str]:
        return {str(found) for (found,) in self.superuser.execute(query.encode(), arguments)}

    def id(self, query: str, *arguments: object) -> str:
        (found,) = self.ids(query, *arguments)
        return found

    @staticmethod
    def _of(player: Player) -> set[str]:
        return {*telling(player.email), player.id, player.name} - {""}
