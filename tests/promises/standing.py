"""The standing people of the matrix: two accounts alike, who belongs to which, and what only those may see.

Alice runs account A, Bob is a member of it; Carol runs account B. Dan was in A once, and is in no account. The visitor
never signed in. Each account also has a deputy and a mate, to whom things are done. All of it is made through the
pages; each value carries a word that says whose it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from djmixersoft.ledger.notes import Algorithm
from djmixersoft.policy.middleware import SESSION_COOKIE
from tests.ledger.growing import key
from tests.site.browsing import PASSWORD, Browser, Person, Post, new_address, registered, registration

MAKE = Callable[[], Browser]
# What members of an account may read in it, after the word that says whose it is.
WORDS = ("crew", "track", "sound", "name", "folder", "paper", "thrown", "tag", "said", "data")


@dataclass(frozen=True)
class Actor:
    """Somebody who tries everything. `id` and `email` are '' for the visitor."""

    name: str
    browser: Browser
    id: str = ""
    email: str = ""
    token: str = ""

    def ask(self, method: str, path: str, body: tuple[bytes, str] = (b"", "")) -> Any:  # noqa: ANN401 - a response of the test client
        """Send a request with the cookie that they had from the beginning, whatever became of it since."""
        self.browser.cookies.clear()
        if self.token:
            self.browser.cookies[SESSION_COOKIE] = self.token
        content, content_type = body
        return self.browser.generic(method, path, content, content_type)


@dataclass(frozen=True)
class Side:
    """One of the two accounts. `links`: the secrets of mailed links, by route; `file`: the item's bytes;
    `inside`: ids of what else lies in the account or was done there, by kind.

    `people`: what tells who is in it; `invited`: what tells who was invited; `pending`: what nobody was told yet.
    """

    word: str
    id: UUID
    chief: Person
    chief_id: str
    deputy_id: str
    mate_id: str
    item: str
    file: bytes
    invitation: str
    guest: str
    links: Mapping[str, str]
    session: str
    inside: Mapping[str, str]
    mail: str
    question: str
    people: frozenset[str]
    invited: frozenset[str]
    pending: frozenset[str]

    @property
    def sha256(self) -> str:
        return sha256(self.file).hexdigest()

    def members_see(self) -> set[str]:
        words = {f"{self.word}-{what}" for what in WORDS}
        return {str(self.id), self.item, self.sha256, *self.inside.values(), *self.people} | words

    def administrators_see(self) -> set[str]:
        return {self.invitation, self.guest, f"{self.word}-watch", f"{self.word}.watch", *self.invited}

    def chief_sees(self) -> set[str]:
        return {f"{self.word}-house", self.session, self.question, f"{self.word}-asked"}

    def nobody_sees(self) -> set[str]:
        """Secrets of mailed links, and mail itself: for whoever opens the mailbox."""
        return {*self.links.values(), *self.pending, f"{self.word}-letter"}

    def everything(self) -> set[str]:
        return self.members_see() | self.administrators_see() | self.chief_sees() | self.nobody_sees()


class Stage:
    """Makes the sides and the people. `make` gives a new browser, `mailbox` is the folder that its page shows."""

    def __init__(self, superuser: psycopg.Connection[Any], make: MAKE, mailbox: Path) -> None:
        self.superuser, self.make, self.mailbox = superuser, make, mailbox
        self.post = Post(superuser)
        superuser.execute("DELETE FROM djms.sign_in_try")
        alice, carol = self._chief(), self._chief()
        bob, dan = self._joined(alice), self._joined(alice)
        self.a, self.b = self._side(alice, bob), self._side(carol)
        alice.post(f"{alice.crate}/members/{self._id(dan)}", {"action": "remove"})
        people = {"Alice": alice, "Bob": bob, "Carol": carol, "Dan": dan}
        for one in (bob, dan):
            make().post("/password/forgotten", {"email": one.email})
        self.actors = [
            Actor(name, one.browser, self._id(one), one.email, str(one.browser.token)) for name, one in people.items()
        ]
        self.actors.append(Actor("a visitor", make()))

    def clear(self) -> None:
        """Take the mail out of the mailbox; all else is for who keeps the database."""
        for side in (self.a, self.b):
            (self.mailbox / side.mail).unlink()

    def other(self, side: Side) -> Side:
        return self.b if side is self.a else self.a

    def relation(self, actor: Actor, side: Side) -> str:
        """Which column of the matrix is for somebody and an account."""
        if actor.name in {"Dan", "a visitor"}:
            return {"Dan": "once"}.get(actor.name, "visitor")
        if actor.name == ("Alice" if side is self.a else "Carol"):
            return "runs"
        return "member" if actor.name == "Bob" and side is self.a else "other"

    def hidden(self, actor: Actor) -> set[str]:
        """All that somebody may not see."""
        found: set[str] = set()
        for side in (self.a, self.b):
            relation = self.relation(actor, side)
            found |= side.everything()
            if relation in {"runs", "member"}:
                found -= side.members_see()
            if relation == "runs":
                found -= side.administrators_see() | side.chief_sees()
        return found - {actor.email, actor.id}

    def _chief(self) -> Person:
        word = f"side{uuid4().hex[:10]}"
        chief = registered(self.post, f"{word}-chief", self.make(), account_name=f"{word}-crew")
        chief.post("/me/name", {"name": f"{word}-name"})
        chief.post("/me/address", {"address": f"1 {word}-house"})
        return chief

    def _joined(self, chief: Person) -> Person:
        """Let somebody register with an invitation: they are in that account, and in no other."""
        guest = self._invited(chief, "mate")
        link = self.post.link(guest.email, "invitation")
        joined = guest.post(f"/invitations/{link}?register", {"password": PASSWORD, "agree": "on"})
        assert joined["Location"] == "/studio?done=joined"
        return guest

    def _invited(self, chief: Person, what: str) -> Person:
        guest = Person(new_address(f"{_word(chief)}-{what}"), self.make())
        chief.post(f"{chief.crate}/invitations", {"email": guest.email})
        return guest

    def _side(self, chief: Person, *members: Person) -> Side:
        word, account = _word(chief), chief.account_id
        assert account
        deputy, mate, guest = self._joined(chief), self._joined(chief), self._invited(chief, "guest")
        chief.post(f"{chief.crate}/members/{self._id(deputy)}", {"action": "promote"})
        content = BytesIO(f"OggS {word}-sound ".encode() * 3000)
        content.name = f"{word}-track.ogg"
        chief.post(f"{chief.crate}/upload", {"tracks": content})
        item = self._one("SELECT id FROM djms.item WHERE account_id = %s", account)
        mail = f"20260101T000000Z-{word}.eml"
        (self.mailbox / mail).write_text(f"Subject: {word}-letter\nTo: {guest.email}\n\n{word}-letter\n")
        half, new = new_address(f"{word}-half"), new_address(f"{word}-new")
        people = (chief, deputy, mate, *members)
        return Side(
            word=word,
            id=account,
            chief=chief,
            chief_id=self._id(chief),
            deputy_id=self._id(deputy),
            mate_id=self._id(mate),
            item=item,
            inside=self._inside(chief, item),
            file=content.getvalue(),
            invitation=self._one("SELECT id FROM djms.invitation WHERE email = %s", guest.email),
            guest=guest.email,
            links=self._links(chief, half, new, guest.email),
            session=self._one("SELECT id FROM djms.session WHERE person_id = %s", self._id(chief)),
            question=self._asked(chief, word),
            mail=mail,
            people=frozenset(text for one in people for text in (one.email, self._id(one))),
            invited=frozenset(
                self._all("SELECT unnest(ARRAY[id::text, email]) FROM djms.invitation WHERE account_id = %s", account)
            ),
            pending=frozenset({half, new}),
        )

    def _inside(self, chief: Person, item: str) -> dict[str, str]:
        """Leave a folder, a document of two versions, something thrown away, labels, a link and a named witness."""
        word, crate = _word(chief), chief.crate
        chief.post(f"{crate}/folders", {"name": f"{word}-folder"})
        chief.post(f"{crate}/folders", {"name": f"{word}-thrown"})
        paper = str(chief.post(f"{crate}/documents", {"name": f"{word}-paper"})["Location"]).rpartition("/")[2]
        chief.post(f"{crate}/documents/{paper}", {"text": f"{word}-said", "base": "1"})
        named = "SELECT id FROM djms.item WHERE name = %s"
        thrown = self._one(named, f"{word}-thrown")
        chief.post(f"{crate}/throw-away", {"item": thrown})
        chief.post(f"{crate}/items/{item}/tags", {"tags": f"{word}-tag"})
        chief.post(f"{crate}/items/{item}/comments", {"comment": f"{word}-said"})
        chief.post(f"{crate}/items/{item}/data", {"data_name": f"{word}-data", "data_value": "1"})
        chief.post(f"{crate}/items/{item}/share", {"days": "7"})
        chief.post(f"{crate}/witnesses", {"name": f"{word}-watch", "witness": witness_key(word)})
        return {
            "folder": self._one(named, f"{word}-folder"),
            "paper": paper,
            "thrown": thrown,
            "undo": self._one(
                "SELECT id FROM djms.item_undo WHERE account_id = %s AND what = 'trashed'", chief.account_id
            ),
            "comment": self._one("SELECT id FROM djms.item_comment WHERE account_id = %s", chief.account_id),
            "share": self._one("SELECT id FROM djms.share WHERE account_id = %s", chief.account_id),
            "request": self._one(REQUEST, f"{word}-agent", f"{word}-agent", chief.account_id, item),
        }

    def _asked(self, chief: Person, word: str) -> str:
        """Ask us something; the question's id, as its address has it."""
        thread = chief.post("/contact", {"topic": "support", "text": f"{word}-asked"})["Location"]
        return str(thread).partition("?")[0].rpartition("/")[2]

    def _links(self, chief: Person, half: str, new: str, guest: str) -> dict[str, str]:
        """Leave a registration, a reset and a change of address unfinished."""
        self.make().post("/register", registration(half, account_name="half"))
        self.make().post("/password/forgotten", {"email": chief.email})
        chief.post("/me/email", {"email": new, "password": PASSWORD})
        invitation = self.post.link(guest, "invitation")
        return {
            "confirm": self.post.link(half, "confirm-registration"),
            "reset": self.post.link(chief.email, "reset-password"),
            "email-confirm": self.post.link(new, "confirm-email"),
            "invitation": invitation,
            "invitation-accept": invitation,
        }

    def _id(self, person: Person) -> str:
        return self._one("SELECT id FROM djms.person WHERE email = %s", person.email)

    def _one(self, query: str, *arguments: object) -> str:
        (found,) = self._all(query, *arguments)
        return found

    def _all(self, query: str, *arguments: object) -> list[str]:
        return [str(found) for (found,) in self.superuser.execute(query.encode(), arguments)]


REQUEST = """
    WITH agent AS (INSERT INTO djms.staff (pseudonym, email) VALUES (%s, %s) RETURNING id, pseudonym)
    INSERT INTO djms.access_request (account_id, staff_id, staff_role, pseudonym, items, reason, words, hours, expires)
    SELECT %s, id, 'support', pseudonym, ARRAY[%s::uuid], 'asked', 'We were asked to.', 2, now() + interval '4 days'
      FROM agent RETURNING id
    """
"""Somebody of support asks for access to an item."""


def witness_key(word: str) -> str:
    """The key of the witness that a side has named."""
    return str(key(f"{word}.watch", Algorithm.COSIGNATURE).verifier)


def _word(chief: Person) -> str:
    return chief.email.partition("-")[0]
