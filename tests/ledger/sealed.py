"""A ledger in the tests' database: emptied, filled through the door, sealed by the real sealer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from djmixersoft.ledger.kept import KeptHeads
from djmixersoft.ledger.sealer import OPTIONS, own_key
from djmixersoft.ledger.sealing import Sealer

TABLES = "log, entry, waiting, leaf, node, heads, heads_leaf, heads_node, cosignature"
NAME = "An account of the ledger's tests"
RENAMED = "administrator:account:renamed"


class Ledger:
    """What tests do with it. `superuser`: a connection that may do everything, in autocommit."""

    def __init__(self, superuser: "psycopg.Connection[Any]", sealer_url: str, folder: Path) -> None:
        self.superuser, self.sealer_url, self.folder = superuser, sealer_url, folder
        self.key = own_key(folder)

    def empty(self) -> None:
        """Forget everything, as nobody else can."""
        with self.unguarded():
            tables = ", ".join(f"djms.ledger_{name}" for name in TABLES.split(", "))
            self.superuser.execute(f"TRUNCATE {tables} RESTART IDENTITY".encode())
            self.superuser.execute("DELETE FROM djms.account WHERE name = %s", (NAME,))

    @contextmanager
    def unguarded(self) -> Iterator[None]:
        """Act with all triggers off."""
        self.superuser.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            self.superuser.execute("RESET session_replication_role")

    def record(self, account: UUID, count: int = 1, what: str = RENAMED) -> None:
        """Put entries on record in the log of an account, which needn't exist."""
        self.superuser.execute(
            "SELECT djms.record(%s, %s, null, jsonb_build_object('number', n)) FROM generate_series(1, %s) n",
            (what, account, count),
        )

    @contextmanager
    def sealer(self) -> Iterator[Sealer]:
        """A sealer on the real login, that has begun."""
        kept = KeptHeads(self.folder / "heads.sqlite3")
        try:
            with psycopg.connect(self.sealer_url, options=OPTIONS, autocommit=True) as connection:
                sealer = Sealer(connection, self.key, kept)
                sealer.begin()
                yield sealer
        finally:
            kept.close()

    def seal(self) -> int:
        """Seal everything that waits, and return how many entries it was."""
        with self.sealer() as sealer:
            total = 0
            while sealed := sealer.seal():
                total += sealed
            return total

    def one(self, query: str, *values: object) -> Any:  # noqa: ANN401 - whatever the database answers
        """The one value that a query of the superuser gives."""
        row = self.superuser.execute(query.encode(), values).fetchone()
        return row[0] if row else None

    def accounts(self, count: int, entries: int = 1) -> list[UUID]:
        """Make so many accounts, with entries in the log of each, and nobody in them."""
        made = [uuid4() for _ in range(count)]
        with self.unguarded():
            self.superuser.execute("INSERT INTO djms.account (id, name) SELECT unnest(%s::uuid[]), %s", (made, NAME))
        self.superuser.execute(
            "SELECT djms.record(%s, a, null, jsonb_build_object('number', n))"
            " FROM unnest(%s::uuid[]) a, generate_series(1, %s) n",
            (RENAMED, made, entries),
        )
        return made
