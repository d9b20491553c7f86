"""Ways of breaking an installation in one respect, each undone at the end of its block."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import psycopg

from djmixersoft.mail.templates import Template
from djmixersoft.policy.apply import apply
from djmixersoft.policy.check import catalog_faults, differences, tables_at_fault
from djmixersoft.policy.compile import door_text
from djmixersoft.policy.loading import load

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.tampering import Site, Tamper

Sabotage = Callable[["Cluster", "Site"], AbstractContextManager[None]]

ANYBODY = (
    "CREATE OR REPLACE FUNCTION djms.current_person() RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER"
    " SET search_path = djms, pg_temp SET debug_print_plan = off AS 'BEGIN RETURN (SELECT id FROM person LIMIT 1); END'"
)
_BENT = " LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = djms, pg_temp SET debug_print_plan = off AS "
ANY_MEMBER = (
    f"CREATE OR REPLACE FUNCTION djms.my_accounts() RETURNS uuid[]{_BENT}"
    "'BEGIN RETURN ARRAY(SELECT id FROM account); END'"
)
ANY_PROGRAM = (
    "CREATE OR REPLACE FUNCTION djms.token_bearer(OUT bearer uuid, OUT only_account uuid, OUT writes boolean)"
    f"{_BENT}'BEGIN SELECT person_id, NULL, true INTO bearer, only_account, writes FROM membership LIMIT 1; END'"
)
ANY_LINK = (
    f"CREATE OR REPLACE FUNCTION djms.held_share(OUT account uuid, OUT id uuid, OUT item uuid){_BENT}"
    "'BEGIN SELECT s.account_id, s.id, s.item_id INTO account, id, item FROM share s LIMIT 1; END'"
)
ANY_TICKET = (
    f"CREATE OR REPLACE FUNCTION djms.held_ticket() RETURNS uuid{_BENT}"
    "'BEGIN RETURN (SELECT t.id FROM ticket t LIMIT 1); END'"
)
CLOSED_LIST = ", ".join(f"'{mail.value}'" for mail in Template)


@contextmanager
def bent(cluster: "Cluster", *statements: str, undo: str = "") -> Iterator[None]:
    """Bend the database as its superuser; `policy apply` mends what it can, `undo` the rest."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as superuser:
        try:
            for statement in statements:
                superuser.execute(statement.encode())
            yield
        finally:
            superuser.execute(b"RESET SESSION AUTHORIZATION")
            if undo:
                superuser.execute(undo.encode())
            _mend(cluster)


def sql(*statements: str, undo: str = "") -> Sabotage:
    """Bend the database, whatever becomes of the site."""
    return lambda cluster, _site: bent(cluster, *statements, undo=undo)


def _mend(cluster: "Cluster") -> None:
    with psycopg.connect(cluster.url("djms_owner")) as owner:
        rules = load()
        apply(owner, rules)
        left = [*tables_at_fault(owner, rules), *differences(owner, rules), *catalog_faults(owner, rules)]
    assert left == [], "what a test has bent is put right"


def opened(table: str, role: str, command: str = "SELECT") -> Sabotage:
    """A right and a row policy too many."""
    rows = "WITH CHECK (true)" if command == "INSERT" else "USING (true)"
    return sql(
        f"GRANT {command} ON djms.{table} TO {role}",
        f"CREATE POLICY more ON djms.{table} FOR {command} TO {role} {rows}",
    )


def weakened(door: str, old: str, new: str) -> Sabotage:
    """A door with another text."""
    text = door_text(door)
    assert old in text
    return sql(text.replace(old, new, 1))


def file(path: str, content: bytes, mode: int = 0o600) -> Sabotage:
    """A file in the data folder that should not be there."""

    @contextmanager
    def added(cluster: "Cluster", _site: "Site") -> Iterator[None]:
        target = cluster.data.path / path
        made = [folder for folder in target.parents if not folder.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(mode)
        try:
            yield
        finally:
            target.unlink()
            for folder in made:
                folder.rmdir()

    return added


def page(tamper: "Tamper") -> Sabotage:
    """An answer of the site that is not as it left the view."""

    @contextmanager
    def tampered(_cluster: "Cluster", site: "Site") -> Iterator[None]:
        site.tamper = tamper
        try:
            yield
        finally:
            site.tamper = None

    return tampered


@contextmanager
def old_tls(_cluster: "Cluster", site: "Site") -> Iterator[None]:
    """A server that speaks TLS 1.2 at best."""
    site.context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        yield
    finally:
        site.context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
