"""One of our own people at the desk's doors, by SQL on the desk's real login."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg

from tests.conftest import Cluster
from tests.promises.acting import Acting, acting

SIGN_IN = "p_desk_sign_in"


def digest(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()


@dataclass
class Member:
    """Somebody who was added, with the secrets that open things for them; `token` is a proven session's."""

    cluster: Cluster
    pseudonym: str
    email: str
    id: UUID
    key: bytes
    factor: UUID
    sign: bytes
    token: str

    @contextmanager
    def at(self, role: str = SIGN_IN, *, token: str | None = None, kept: bool = True) -> Iterator[Acting]:
        """Act at the desk, by default in the session that is proven."""
        chosen = self.token if token is None else token
        with acting(self.cluster.url("djms_desk"), role, token=chosen, kept=kept) as desk:
            yield desk

    def add_factor(self, desk: Acting) -> str:
        """Add a factor that shows codes; it is the one that `prove` shows."""
        added = "SELECT djms.add_factor(%s, 'totp', 'an app', '\\x01', %s, NULL, NULL, NULL, 1)"
        return str(desk.value(added, self.factor, digest(self.sign)))

    def half_signed_in(self) -> str:
        """Show the password only; the token of a session that isn't proven."""
        token = secrets.token_hex(16)
        with self.at(token="") as desk:
            opened = "SELECT djms.open_staff_session(%s, %s, %s, 'a browser')"
            assert desk.value(opened, self.email, self.key, digest(token.encode()))
        return token

    def prove(self, token: str, step: int, sign: bytes | None = None) -> bool:
        """Show the second factor in a session."""
        with self.at(token=token) as desk:
            noted = "SELECT djms.note_second_factor(%s, %s, %s, NULL, NULL)"
            return bool(desk.value(noted, self.factor, self.sign if sign is None else sign, step))


def superuser(cluster: Cluster) -> psycopg.Connection:
    return psycopg.connect(cluster.url("postgres"), autocommit=True)


def hired(cluster: Cluster, *roles: str) -> Member:
    """Add somebody on the machine's command line, as it were, and let them in by their link."""
    name, link, token = secrets.token_hex(6), secrets.token_hex(16), secrets.token_hex(16)
    email = f"{name}@staff.example"
    with acting(cluster.url("djms_owner"), "p_staffing", kept=True) as owner:
        added = "SELECT djms.add_staff(%s, %s, %s, %s)"
        assert owner.value(added, email, name, list(roles), digest(link.encode())) == "added"
    member = Member(cluster, name, email, UUID(int=0), b"\x01" * 32, uuid4(), secrets.token_bytes(32), token)
    with member.at(token="") as desk:
        accepted = "SELECT djms.accept_staff_link(%s, '\\x00', 19456, 2, 1, %s, %s, 'a browser')"
        assert desk.value(accepted, link, member.key, digest(token.encode())) == "done"
    with member.at() as desk:
        assert member.add_factor(desk) == "added"
        member.id = desk.value("SELECT djms.current_staff('')")
    return member


def with_all_to_sign_in(everything: psycopg.Connection) -> None:
    """Give everybody who works here a password, a factor and a link, none of which opens anything."""
    everything.execute("INSERT INTO djms.staff_credential SELECT id, 'x', 19456, 2, 1, 'x' FROM djms.staff")
    everything.execute(
        "INSERT INTO djms.staff_factor (id, staff_id, kind, name, sealed, verifier, sign_count, last_step)"
        " SELECT gen_random_uuid(), id, 'totp', 'an app', 'x', 'x', 0, 0 FROM djms.staff"
    )
    everything.execute(
        "INSERT INTO djms.staff_link (token_hash, staff_id, expires)"
        " SELECT sha256(id::text::bytea), id, now() + interval '1 day' FROM djms.staff"
    )
