"""Sealing what is on record in the tests' database, as the sealer does, with one key for the whole run.

Tests empty the ledger, and put it back as it was: the heads that a sealer keeps outside the database are taken anew
from it each time. What a sealer makes of a database that was put back is for tests/ledger.
"""

from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from djmixersoft.ledger.growing import Standing
from djmixersoft.ledger.kept import KeptHeads
from djmixersoft.ledger.sealer import OPTIONS, own_key
from djmixersoft.ledger.sealing import Sealer

Superuser = psycopg.Connection[Any]


def seal(superuser: Superuser, sealer_url: str) -> None:
    """Seal all that is on record."""
    folder = Path(settings.DATA_FOLDER or "") / "sealer"
    key, file = own_key(folder), folder / "heads.sqlite3"
    for path in folder.glob(f"{file.name}*"):
        path.unlink()
    kept = KeptHeads(file)
    try:
        standing = [Standing(*row) for row in superuser.execute(_STANDING, [key.name])]
        kept.plan((one.head, one.head) for one in standing)
        with psycopg.connect(sealer_url, options=OPTIONS, autocommit=True) as connection:
            sealer = Sealer(connection, key, kept)
            sealer.begin()
            while sealer.seal():
                pass
    finally:
        kept.close()


_STANDING = (
    "SELECT origin, size, edge FROM djms.ledger_log WHERE size > 0"
    " UNION ALL SELECT %s, size, edge FROM djms.ledger_heads"
)
