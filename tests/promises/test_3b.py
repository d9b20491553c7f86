"""3b: IP addresses are used for nothing that the policy doesn't name; at present none is kept at all."""

import json
import socket
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from djmixersoft.policy.check import addresses_at_fault
from djmixersoft.policy.loading import load
from djmixersoft.site.probes import addresses_in
from tests.site.browsing import Browser, Person, Post, accounts_of, new_address, registration

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

    from tests.conftest import Cluster
    from tests.promises.acting import Acting

VISITOR, FORWARDED = "198.51.100.23", "2001:db8::77"  # RFC 5737, RFC 3849
NAMING = {"REMOTE_ADDR": VISITOR, "HTTP_X_FORWARDED_FOR": FORWARDED, "HTTP_FORWARDED": f'for="[{FORWARDED}]"'}
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'djms'::regnamespace AND relkind = 'r'"


class Named(Browser):
    """A browser whose every request names its address in each way there is."""

    def request(self, **request: Any) -> Any:  # noqa: ANN401 - Django's signature
        return super().request(**(NAMING | request))


def registered(post: Post) -> Person:
    """Somebody whose requests name their address from the first on."""
    person = Person(new_address("named"), Named())
    person.post("/register", registration(person.email))
    person.post(f"/confirm/{post.link(person.email, 'confirm-registration')}")
    assert person.sign_in()["Location"] == "/studio"
    person.account_id = accounts_of(person)[0]
    return person


def live_through_a_day(person: Person) -> None:
    """Do what people do, right and wrong."""
    for path in ("/", "/privacy", "/no-such-page", "/me", "/me/sessions", "/studio", person.crate):
        person.get(path)
    person.post("/me/name", {"name": "DJ"})
    person.post(f"{person.crate}/invitations", {"email": new_address("guest")})
    person.post("/me/email", {"email": new_address("moved"), "password": "wrong"})
    person.browser.get("/", SERVER_NAME="evil.example")
    person.browser.post("/me/name", {"name": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    stranger = Named()
    for _ in range(3):
        stranger.post("/sign-in", {"email": person.email, "password": "wrong"})
    stranger.post("/password/forgotten", {"email": person.email})


def test_an_address_is_in_no_row_and_no_log_after_a_day_of_requests_that_name_it(
    cluster: "Cluster", world: object, capfd: pytest.CaptureFixture[str]
) -> None:
    assert world
    with psycopg_of(cluster) as superuser:
        superuser.execute("DELETE FROM djms.sign_in_try")
        person = registered(Post(superuser))
        live_through_a_day(person)
        assert person.get("/me").status_code == HTTPStatus.OK
        needles = [
            *(VISITOR, socket.inet_aton(VISITOR).hex()),
            *(FORWARDED, socket.inet_pton(socket.AF_INET6, FORWARDED).hex()),
        ]
        for (table,) in superuser.execute(TABLES).fetchall():
            rows = superuser.execute(f"SELECT t::text FROM djms.{table} t".encode()).fetchall()
            shown = json.dumps(rows)
            assert not [needle for needle in needles if needle in shown], table
        kept = superuser.execute("SELECT count(*) FROM djms.person WHERE email = %s", [person.email]).fetchone()
        assert kept == (1,), "what was done was done"
    said = capfd.readouterr()
    assert not [needle for needle in needles if needle in said.out + said.err]


def psycopg_of(cluster: "Cluster") -> "psycopg.Connection[Any]":
    import psycopg  # noqa: PLC0415 - beside the name above, which is for types

    return psycopg.connect(cluster.url("postgres"), autocommit=True)


@pytest.mark.parametrize("column", ["last_ip inet", "net cidr", "remote_addr text", "peer text", "ip text"])
def test_a_column_made_for_addresses_is_named_by_the_check(undone: "Acting", column: str) -> None:
    undone.changed(f"ALTER TABLE djms.session ADD {column}")
    (fault,) = addresses_at_fault(undone.connection, load())
    assert repr(column.split(maxsplit=1)[0]) in fault


def test_no_other_column_is_taken_for_one(undone: "Acting") -> None:
    undone.changed("ALTER TABLE djms.session ADD zip_code text, ADD script text, ADD description text")
    assert list(addresses_at_fault(undone.connection, load())) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b'{"event": "from 198.51.100.23"}', 1),
        (b"198.51.100.23:443 and [2001:db8::77]:443", 2),
        (b"peer=::ffff:198.51.100.23 fe80::1 ::1", 3),
        (b"2001:0db8:0000:0000:0000:0000:0000:0077", 1),
        (b'{"at": "2026-11-23T12:42:14.949445Z", "places": ["verify.py:41 _verdict"]}', 0),
        (b"PostgreSQL 18.4 on x86_64, compiled by gcc 10.2.1-11, 64-bit; std::io fed::up 12:34:56", 0),
        (b"version 1.2.3.4.5 of 0.0.0.0 or 999.1.1.1", 0),
    ],
)
def test_addresses_in_a_log_are_counted_and_nothing_else(tmp_path: "Path", line: bytes, found: int) -> None:
    (tmp_path / "x.log").write_bytes(b"a line\n" + line + b"\n")
    assert addresses_in(tmp_path / "x.log") == (2, found)


def test_the_sites_own_address_is_nobodys(tmp_path: "Path") -> None:
    (tmp_path / "x.log").write_bytes(b"https://192.0.2.5:8443 does not answer; 192.0.2.50 asked\n")
    assert addresses_in(tmp_path / "x.log", "192.0.2.5") == (1, 1)
