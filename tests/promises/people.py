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
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import psycopg

from djmixersoft.accounts import services as accounts
from djmixersoft.content.services import items as content
from djmixersoft.people import services as people
from djmixersoft.policy.purposes import acting_for
from djmixersoft.vault.keys import Key
from djmixersoft.vault.media import MediaType
from djmixersoft.vault.upload import Stored, StoredFile

Url = Callable[[str], str]

A, B = "quetzal", "kookaburra"  # in everything of account A, and of B
BOBS_OWN, ALICES_OWN, STRANGERS = "axolotl", "narwhal", "wombat"  # what is one person's alone


@dataclass(frozen=True)
class Somebody:
    """A person who is signed in. `token`: what their browser's cookie holds."""

    id: UUID
    email: str
    password: str = field(repr=False)
    token: str = field(repr=False)

    @property
    def token_hash(self) -> bytes:
        """What the database keeps of the token."""
        return hashlib.sha256(self.token.encode()).digest()


@dataclass(frozen=True)
class Crew:
    """An account with its items and an invitation that is still open (its link's token, and its id)."""

    id: UUID
    name: str
    items: tuple[UUID, ...]
    invitation: str
    invitation_id: UUID


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
            items = (*one.items, one.invitation_id) if isinstance(one, Crew) else ()
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
                ("mail_message", "convert_to(secret, 'UTF8')"),
            ):
                rows = superuser.execute(f"SELECT {column} FROM djms.{table} WHERE {column} IS NOT NULL".encode())
                found |= {f"{table}.{column} {number}": value for number, (value,) in enumerate(rows) if value}
        return found


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
        maker.leave_things_open(alice, A)
        maker.leave_things_open(carol, B)
        superuser.execute("ANALYZE")
    return World(a, b, alice, bob, carol, stranger, superuser_url)


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
        ids = tuple(uuid4() for _ in range(5))
        files = [
            StoredFile(
                name=f"{word} number {number}.ogg",
                item_id=item_id,
                key=Key.generate(),
                stored=Stored(
                    blob_id=uuid4(),
                    size=self.chance.randrange(10**6, 10**7),
                    sha256=self.chance.randbytes(32),
                    media_type=MediaType.OGG,
                    sealed_size=10**6,
                    sealed_sha256=self.chance.randbytes(32),
                ),
            )
            for number, item_id in enumerate(ids)
        ]
        with acting_for("teamwork", token=by.token):
            content.add_items(account_id=account_id, files=files)
        token = self.invitation(by, account_id, f"guest@{word}.example")
        row = self.superuser.execute("SELECT id FROM djms.invitation WHERE email = %s", [f"guest@{word}.example"])
        return Crew(account_id, f"Crew {word}", ids, token, next(iter(row))[0])

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


# Rows that nothing done in the name of Alice, or of nobody, may change, by table. Where account A or Alice herself is
# concerned her own rights begin.
NOT_ALICES = {
    "person": "true",
    "credential": "true",
    "terms_agreement": "true",
    "person_name": "person_id <> %(alice)s",
    "person_address": "person_id <> %(alice)s",
    "subscription": "person_id <> %(alice)s",
    "session": "person_id <> %(alice)s",
    "account": "id <> %(a)s",
    "membership": "account_id <> %(a)s",
    "invitation": "account_id <> %(a)s",
    "api_token": "person_id <> %(alice)s",
    **dict.fromkeys(
        (
            "item",
            "item_version",
            "item_key",
            "account_key",
            "blob",
            "upload",
            "account_room",
            "item_tag",
            "item_comment",
            "item_data",
            "item_term",
            "item_undo",
            "share",
            "share_secret",
            "share_opening",
            "share_use",
        ),
        "account_id <> %(a)s",
    ),
    "probe_result": "true",
    "django_migrations": "true",
}
WHOLE = "SELECT relname FROM pg_class WHERE relnamespace = 'djms'::regnamespace AND relkind = 'r' ORDER BY 1"
# Also: nobody has made a thing or a right for themselves.
BESIDES = {
    "large objects": "SELECT count(*) FROM pg_largeobject_metadata",
    "relations": "SELECT count(*) FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace"
    " WHERE nspname ~ '^pg_temp|^pg_toast')",
    "functions": "SELECT count(*) FROM pg_proc",
    "rights": "SELECT md5(concat((SELECT string_agg(relacl::text, '|' ORDER BY oid) FROM pg_class),"
    " (SELECT string_agg(proacl::text, '|' ORDER BY oid) FROM pg_proc),"
    " (SELECT string_agg(nspacl::text, '|' ORDER BY oid) FROM pg_namespace),"
    " (SELECT string_agg(attacl::text, '|' ORDER BY attrelid, attnum) FROM pg_attribute),"
    " (SELECT string_agg(p::text, '|' ORDER BY oid) FROM pg_policy p),"
    " (SELECT string_agg(d::text, '|' ORDER BY oid) FROM pg_default_acl d),"
    " (SELECT string_agg(d::text, '|' ORDER BY oid) FROM pg_database d)))",
    "roles": "SELECT md5(string_agg(r::text, '|' ORDER BY oid)) FROM pg_roles r",
    "members": "SELECT md5(string_agg(m::text, '|' ORDER BY oid)) FROM pg_auth_members m",
    "settings": "SELECT md5(string_agg(s::text, '|' ORDER BY setrole, setdatabase)) FROM pg_db_role_setting s",
    "prepared transactions": "SELECT count(*) FROM pg_prepared_xacts",
}


def checksums(world: World, *, but_alices: bool = False) -> dict[str, str]:
    """A digest of each table and of what else the database holds, taken by the superuser."""
    with world.superuser() as superuser:
        names = [name for (name,) in superuser.execute(WHOLE.encode())]
        wanted = NOT_ALICES if but_alices else dict.fromkeys(names, "true")
        found = {what: str(next(iter(superuser.execute(query.encode())))[0]) for what, query in BESIDES.items()}
        for table, condition in wanted.items():
            query = f"SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM djms.{table} t"
            arguments = {"alice": world.alice.id, "a": world.a.id}
            row = superuser.execute(f"{query} WHERE {condition}".encode(), arguments)
            found[table] = next(iter(row))[0]
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """What differs between two takings of `checksums`."""
    return {what for what in before if before[what] != after[what]}
