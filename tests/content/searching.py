"""Looking for a text on every disk that the site and its database write to."""

import mmap
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

SLACK = 2.0  # seconds by which a file's time may be behind
COLUMNS = """
SELECT table_schema, table_name FROM information_schema.tables
 WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""


class Search:
    """Looks for a text in folders, in the rows of the database, and in what processes have open without a name.

    What wasn't written to since the last look isn't read again, unless that is asked for.
    """

    def __init__(self, text: bytes, folders: Sequence[Path], superuser: psycopg.Connection[Any]) -> None:
        self._text, self._folders, self._superuser = text, folders, superuser
        self._looked = 0.0
        self.looks = 0

    def look(self, pids: Sequence[int | None], *, anew: bool = False) -> list[str]:
        """Where it is: before the database writes what it has in memory to the disk, meanwhile, and after."""
        since, self._looked = 0.0 if anew else max(0.0, self._looked - SLACK), time.time()
        with ThreadPoolExecutor(1) as beside:
            writing = beside.submit(self._superuser.execute, "CHECKPOINT")
            found = {*self._in_folders(since), *self._without_names(pids)}
            writing.result()
        found |= {*self._in_folders(since), *(self._in_rows() if anew else ())}
        self.looks += 1
        return sorted(found)

    def _in_folders(self, since: float) -> list[str]:
        written = ["-type", "f", "(", "-newermt", f"@{since}", "-o", "-newerct", f"@{since}", ")"]
        search = ["-exec", "grep", "-laF", "-e", self._text.decode(), "--", "{}", "+"]
        command = ["find", *map(str, self._folders), *written, *search]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C"})
        # Files come and go meanwhile.
        assert all(line.endswith("No such file or directory") for line in done.stderr.splitlines()), done.stderr
        return done.stdout.splitlines()

    def _without_names(self, pids: Sequence[int | None]) -> Iterator[str]:
        """Files that were deleted, or never had a name; not those that lie in memory alone (memfd, shared memory)."""
        for handle in (handle for pid in pids for handle in Path(f"/proc/{pid}/fd").glob("*")):
            with suppress(OSError):
                target = str(handle.readlink())
                is_memory = target.startswith(("/memfd:", "/dev/"))
                if not is_memory and target.endswith(" (deleted)") and self._is_in(handle):
                    yield f"{handle}: {target}"

    def _in_rows(self) -> Iterator[str]:
        """Rows too, since the database compresses long values, in which nothing is found byte by byte."""
        for schema, table in self._superuser.execute(COLUMNS).fetchall():
            ask = f'SELECT FROM "{schema}"."{table}" t WHERE strpos(t::text, %s) + strpos(t::text, %s) > 0'
            if self._superuser.execute(ask.encode(), [self._text.decode(), self._text.hex()]).rowcount:
                yield f"{schema}.{table}"

    def _is_in(self, path: Path) -> bool:
        with path.open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return False
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return content.find(self._text) >= 0
