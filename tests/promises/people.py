"""The small world in which the promises are attacked: two accounts, three people, a stranger; made as people make it.

Everything is made through the services and their doors; only mailed links are read by the superuser, in place of the
people who would open their mail. Each value carries a word that says whose it is, so that whatever turns up where it
should not can be told. All values follow from a seed; ids, tokens and times are the database's.

    world = make_world(cluster.url)          # once; the fixture `world` of tests/promises/conftest.py
    world.alice.token                        # what Alice's browser holds
    with acting_for("teamwork", token=world.alice.token): ...
"""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

import psycopg

from djmixersoft.accounts import services as accounts
from djmixersoft.contact import services as contact
from djmixersoft.contact.models import Topic
from djmixersoft.contact.selectors import Asker
from djmixersoft.contact.services import Question
from djmixersoft.ledger.notes import Algorithm
from djmixersoft.people import services as people
from djmixersoft.policy.purposes import acting_for
from tests import sealing
from tests.ledger.growing import key
from tests.lockbox.looking import look_inside
from tests.promises.crates import Crate, filled
from tests.staff.desk import with_all_to_sign_in

Url = Callable[[str], str]

A, B = "quetzal", "kookaburra"  # in everything of account A, and of B
BOBS_OWN, ALICES_OWN, STRANGERS = "axolotl", "narwhal", "wombat"  # what is one person's alone
# Somebody in no account, who has all that there is for a second factor.
WITH_A_SECOND_FACTOR = b"""
WITH one AS (INSERT INTO djms.person (email) VALUES ('careful@example.org') RETURNING id),
     app AS (INSERT INTO djms.factor (id, person_id, kind, name, sealed, verifier, sign_count, last_step)
             SELECT gen_random_uuid(), id, 'totp', 'An app', sha256('sealed'), sha256('a sign of it'), 0, 0 FROM one)
INSERT INTO djms.recovery_code (person_id, code_hash) SELECT id, sha256('a code on paper') FROM one
"""


@dataclass(frozen=True)
class Somebody:
    """A person who is signed in. `token`: what their browser's cookie holds.

    `program`: a token with which their programs act in all of their accounts; `reader`: one to read in their first.
    """

    id: UUID
    email: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    program: str = field(default="", repr=False)
    reader: str = field(default="", repr=False)

    @property
    def token_hash(self) -> bytes:
        """What the database keeps of the token."""
        return hashlib.sha256(self.token.encode()).digest()


@dataclass(frozen=True)
class Crew:
    """An account with what is in it, and an invitation that is still open (its link's token, and its id)."""

    id: UUID
    name: str
    crate: Crate
    invitation: str
    invitation_id: UUID

    @property
    def items(self) -> tuple[UUID, ...]:
        """The ids of all its items."""
        return self.crate.items


@dataclass(frozen=True)
class World:
    """Alice administers A, of which Bob is a member; Carol administers B; the stranger has an empty account."""

    a: Crew
    b: Crew
    alice: Somebody
    bob: Somebody
    carol: Somebody
    stranger: Somebody
    superuser_url: str

    def ids(self, *whose: Somebody | Crew) -> dict[str, bytes]:
        """The ids of people, and of accounts with all that is in them, as they show in results."""
        found: dict[str, bytes] = {}
        for one in whose:
            items = _ids_in(one) if isinstance(one, Crew) else ()
            found[f"the id of {one}"] = str(one.id).encode()
            found |= {f"id {number} in {one}": str(item).encode() for number, item in enumerate(items)}
        return found

    def superuser(self) -> psycopg.Connection:
        """Open a connection that sees everything; for asking what is so, never for an attack."""
        return psycopg.connect(self.superuser_url, autocommit=True)

    def keys(self, crew: Crew) -> dict[str, bytes]:
        """The wrapped keys of an account and its items."""
        with self.superuser() as superuser:
            rows = superuser.execute(
                "SELECT wrapped FROM djms.account_key WHERE account_id = %(id)s"
                " UNION ALL SELECT wrapped FROM djms.item_key WHERE account_id = %(id)s",
                {"id": crew.id},
            )
            return {f"key {number} of {crew.name}": value.hex().encode() for number, (value,) in enumerate(rows)}

    def secrets(self) -> dict[str, bytes]:
        """Every value that no login's SQL may ever see, by what it is. (A salt is for whoever knows the address.)"""
        found: dict[str, bytes] = {}
        with self.superuser() as superuser:
            for table, column in (
                ("credential", "verifier"),
                ("registration", "verifier"),
                ("registration", "token_hash"),
                ("mail_proof", "token_hash"),
                ("door_secret", "value"),
                ("approval_key", "verifier"),
                ("factor", "verifier"),
                ("recovery_code", "code_hash"),
                ("share_secret", "verifier"),
                ("share_secret", "token_hash"),
                ("share_opening", "token_hash"),
                ("ticket_link", "token_hash"),
                ("ticket_draft", "token_hash"),
                ("mail_message", "convert_to(secret, 'UTF8')"),
            ):
                rows = superuser.execute(f"SELECT {column} FROM djms.{table} WHERE {column} IS NOT NULL".encode())
                found |= {f"{table}.{column} {number}": value for number, (value,) in enumerate(rows) if value}
        return found


def _ids_in(crew: Crew) -> tuple[UUID, ...]:
    crate = crew.crate
    return (*crate.items, crate.upload, crate.shared.id, crate.locked.id, crate.revoked.id, crew.invitation_id)


def make_world(url: Url, seed: int = 1729) -> World:
    """Register everybody, let them invite each other and fill their accounts."""
    chance = random.Random(seed)
    superuser_url = url("postgres")
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        maker = Maker(superuser, chance)
        alice = maker.person("alice", A, ALICES_OWN, f"Crew {A}")
        carol = maker.person("carol", B, B, f"Crew {B}")
        stranger = maker.person("stranger", STRANGERS, STRANGERS, f"Crew {STRANGERS}")
        account_a, account_b = maker.account_of(alice), maker.account_of(carol)
        bob = maker.invited(alice, account_a, "bob", A, BOBS_OWN)
        a = maker.fill(account_a, alice, A)
        b = maker.fill(account_b, carol, B)
        alice, carol = maker.with_programs(alice, account_a, A), maker.with_programs(carol, account_b, B)
        maker.leave_things_open(alice, A)
        maker.leave_things_open(carol, B)
        maker.ask(alice, a, A)
        maker.ask(carol, b, B)
        for crew, chief in ((a, alice), (b, carol)):
            look_inside(superuser, crew.id, crew.items[0], chief.id)
        with_all_to_sign_in(superuser)
        superuser.execute(WITH_A_SECOND_FACTOR)
        seal(superuser, url("djms_sealer"), account_a, account_b)
        superuser.execute("ANALYZE")
    return World(a, b, alice, bob, carol, stranger, superuser_url)


def seal(superuser: psycopg.Connection, sealer_url: str, *accounts: UUID) -> None:
    """Put more on record of accounts than one tile of their trees holds, and seal all that is on record."""
    for account in accounts:
        superuser.execute(
            "SELECT djms.record('administrator:account:renamed', %s, null, '{}') FROM generate_series(1, 256)",
            [account],
        )
    sealing.seal(superuser, sealer_url)


class Maker:
    """Makes people and accounts as a site does; `superuser` opens their mail."""

    def __init__(self, superuser: psycopg.Connection, chance: random.Random) -> None:
        self.superuser = superuser
        self.chance = chance

    def person(self, name: str, word: str, own: str, account: str) -> Somebody:
        email, password = f"{name}@{word}.example", f"{name} {word} {self.chance.getrandbits(64):016x}"
        people.register(email=email, password=password, account_name=account, terms_version="1", newsletter=True)
        token = self.mailed(email, "confirm-registration")
        with acting_for("sign-in"):
            assert people.confirm_registration(token=token) == "confirmed"
        return self.signed_in(name, email, password, word, own)

    def invited(self, by: Somebody, account_id: UUID, name: str, word: str, own: str) -> Somebody:
        email, password = f"{name}@{word}.example", f"{name} {word} {self.chance.getrandbits(64):016x}"
        token = self.invitation(by, account_id, email)
        outcome, _ = people.register_invited(token=token, password=password, terms_version="1", newsletter=False)
        assert outcome == "joined"
        return self.signed_in(name, email, password, word, own)

    def invitation(self, by: Somebody, account_id: UUID, email: str) -> str:
        with acting_for("teamwork", token=by.token):
            assert accounts.invite(account_id=account_id, email=email) == "sent"
        return self.mailed(email, "invitation")

    def signed_in(self, name: str, email: str, password: str, word: str, own: str) -> Somebody:
        device = f"Browser of {name} {own}"
        token = people.sign_in(email=email, password=password, stay=True, device=device).token
        with acting_for("self-service", token=token):
            people.set_name(name=f"{name.title()} {word}")
            people.set_address(address=f"{name}'s house, 1 {own} Street")
        return Somebody(self.id_of(email), email, password, token)

    def fill(self, account_id: UUID, by: Somebody, word: str) -> Crew:
        crate = filled(account_id, by.token, word, self.chance)
        witness = str(key(f"witness.{word}.example", Algorithm.COSIGNATURE).verifier)
        with acting_for("teamwork", token=by.token):
            accounts.name_witness(account_id=account_id, key=witness, name=f"Witness {word}", me=by.id)
        token = self.invitation(by, account_id, f"guest@{word}.example")
        row = self.superuser.execute("SELECT id FROM djms.invitation WHERE email = %s", [f"guest@{word}.example"])
        return Crew(account_id, f"Crew {word}", crate, token, next(iter(row))[0])

    def with_programs(self, who: Somebody, account_id: UUID, word: str) -> Somebody:
        """Give somebody's programs their tokens."""
        make = partial(people.make_api_token, session=who.token, password=who.password, days=90)
        return replace(
            who,
            program=make(name=f"{word} program", may_write=True, account_id=None),
            reader=make(name=f"{word} reader", may_write=False, account_id=account_id),
        )

    def ask(self, who: Somebody, crew: Crew, word: str) -> None:
        """Ask us about an item, as who is signed in; as a stranger, leave a question unsent; be ready to answer."""
        question = Question(Topic.SUPPORT, f"{word} question", item=(crew.id, crew.items[0]))
        with acting_for("teamwork", token=who.token):
            assert contact.ask(question, asker=Asker(who.email, b"")).is_sent
        with acting_for("contact"):
            draft = Question(Topic.LEGAL, f"{word} draft", email=f"draft@{word}.example")
            assert not contact.ask(draft, asker=Asker("", b"")).is_sent
        reply = "INSERT INTO djms.canned_reply (title, text, written_by) VALUES (%s, %s, gen_random_uuid())"
        self.superuser.execute(reply, [f"To {word}", f"{word} canned"])

    def leave_things_open(self, who: Somebody, word: str) -> None:
        """Leave a reset, a change of address and a registration unfinished: links that somebody could steal."""
        with acting_for("sign-in"):
            people.request_password_reset(email=who.email)
        people.request_email_change(session=who.token, password=who.password, email=f"new@{word}.example")
        people.register(
            email=f"half@{word}.example",
            password=f"half {word} {self.chance.getrandbits(64):016x}",
            account_name=f"Half {word}",
            terms_version="1",
            newsletter=False,
        )

    def mailed(self, recipient: str, template: str) -> str:
        """The secret of the link in the last mail to somebody."""
        row = self.superuser.execute(
            "SELECT secret FROM djms.mail_message WHERE recipient = %s AND template = %s"
            " ORDER BY created_at DESC LIMIT 1",
            [recipient, template],
        ).fetchone()
        assert row, f"no {template} was mailed to {recipient}"
        return str(row[0])

    def id_of(self, email: str) -> UUID:
        return UUID(str(self.one("SELECT id FROM djms.person WHERE email = %s", email)))

    def account_of(self, who: Somebody) -> UUID:
        return UUID(str(self.one("SELECT account_id FROM djms.membership WHERE person_id = %s", who.id)))

    def one(self, query: str, argument: object) -> object:
        return next(iter(self.superuser.execute(query.encode(), [argument])))[0]
