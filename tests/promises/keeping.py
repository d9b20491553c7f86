"""What the database and the store of blobs hold: taken down row owner by row owner, compared, and put back."""

from pathlib import Path
from typing import Any

import psycopg

from tests.promises.checksums import WHOLE

State = dict[tuple[str, str], str]
COLUMNS = (
    "SELECT array_agg(attname::text) FROM pg_attribute"
    " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
)
BLOBS = "blobs"


class Kept:
    """A copy of all rows and blobs, made at once; `superuser` is a connection of its own, in autocommit."""

    def __init__(self, superuser: psycopg.Connection[Any], blobs: Path) -> None:
        self._superuser, self._folder = superuser, blobs
        # Past the triggers, which would ask who is signed in.
        superuser.execute("SET session_replication_role = replica")
        self._tables = [str(name) for (name,) in superuser.execute(WHOLE)]
        for table in self._tables:
            superuser.execute(f"CREATE TEMPORARY TABLE {table} AS TABLE djms.{table}".encode())
        self._files = {path: path.read_bytes() for path in self._blobs()}
        self._query = " UNION ALL ".join(self._digest(table) for table in self._tables).encode()
        self._state = self.state()

    def state(self) -> State:
        """A digest of each owner's rows in each table: of an account, else of a person, else of nobody ('')."""
        found = {(table, owner): digest for table, owner, digest in self._superuser.execute(self._query)}
        return found | {(BLOBS, str(path)): str(path.stat().st_size) for path in self._blobs()}

    def changed(self) -> set[tuple[str, str]]:
        """Which owners' rows of which tables are not as they were."""
        now = self.state()
        return {key for key in now.keys() | self._state.keys() if now.get(key) != self._state.get(key)}

    def put_back(self) -> None:
        """Make everything as it was."""
        for table in {table for table, _owner in self.changed()} - {BLOBS}:
            with self._superuser.transaction():
                self._superuser.execute(f"DELETE FROM djms.{table}".encode())
                self._superuser.execute(f"INSERT INTO djms.{table} SELECT * FROM pg_temp.{table}".encode())
        for path in self._blobs():
            if path not in self._files:
                path.unlink()
        for path, content in self._files.items():
            if not path.exists():
                path.write_bytes(content)
        assert self.changed() == set()

    def _blobs(self) -> list[Path]:
        return [path for path in sorted(self._folder.rglob("*")) if path.is_file()]

    def _digest(self, table: str) -> str:
        ((columns,),) = self._superuser.execute(COLUMNS, [f"djms.{table}"])
        wanted = ["id"] if table in {"account", "person"} else ["account_id", "person_id"]
        owner = next((f"{column}::text" for column in wanted if column in columns), "''")
        rows = "md5(string_agg(t::text, '|' ORDER BY t::text))"
        return f"SELECT '{table}', {owner}, {rows} FROM djms.{table} t GROUP BY 2"
