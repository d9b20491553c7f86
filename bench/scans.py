"""Whether the row policies' conditions use indexes: what PostgreSQL itself counts while pages are asked for."""

from collections.abc import Callable, Iterator

import psycopg

from bench.figures import Figure
from djmixersoft.operations.postgres import EmbeddedPostgres

LARGE = 1_000  # rows
# How often each table was read from end to end, and its rows, as vacuum has counted them.
COUNTED = b"""
select s.relname, s.seq_scan, s.seq_tup_read, s.idx_scan, c.reltuples
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid where s.schemaname = 'djms'
"""


def scans(server: EmbeddedPostgres, work: Callable[[], int], end: Callable[[], None]) -> Iterator[Figure]:
    """Count over some work what EXPLAIN would show of each of its statements, those inside of doors included.

    `work` returns how many pages it asked for; `end` ends its connections, which is when the last counts are told.
    """
    before = _counts(server)
    pages = work()
    end()
    after = _counts(server)
    by_scan = {name: after[name][0] - before[name][0] for name in after if after[name][3] >= LARGE}
    named = ", ".join(f"{name} {count}" for name, count in by_scan.items() if count)
    probes = sum(after[name][2] - before[name][2] for name in after)
    rows = sum(after[name][1] - before[name][1] for name in after)
    words = named or f"in {len(by_scan)} tables; of all others {rows / pages:.2f} rows a page"
    ends = (min(by_scan.values()), max(by_scan.values()))
    yield Figure("enforcement_large_scans", sum(by_scan.values()), "scans", "<= 0", pages, ends, words)
    yield Figure("enforcement_index_probes", probes / pages, "a page", "none", pages, (probes / pages,) * 2)


def _counts(server: EmbeddedPostgres) -> dict[str, tuple[int, int, int, float]]:
    with psycopg.connect(server.url("postgres")) as connection:
        connection.execute(b"select pg_stat_force_next_flush()")
        return {
            name: (scans, read, probes or 0, rows) for name, scans, read, probes, rows in connection.execute(COUNTED)
        }
