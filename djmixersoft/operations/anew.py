"""`ledger begin-anew`: a new ledger in place of one that can't go on, as after a back-up of the database was put back.

The sealer refuses to sign over a database that isn't what it sealed last, and rightly. What is on record stays so: it
is sealed again, in logs of new names under a new key. The old key and heads are kept aside; receipts that people took
go on being verifiable under the old key.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from djmixersoft.operations.addresses import operator_urls
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.postgres import EmbeddedPostgres
from djmixersoft.operations.refusal import Refusal

STATEMENTS = """\
BEGIN;
SET LOCAL search_path = djms;
SET LOCAL session_replication_role = replica;
TRUNCATE ledger_waiting, ledger_leaf, ledger_node;
TRUNCATE ledger_heads, ledger_heads_leaf, ledger_heads_node, ledger_cosignature;
UPDATE ledger_log SET origin = 'djmixersoft-log/' || replace(gen_random_uuid()::text, '-', ''), size = 0, edge = '',
  checkpoint = NULL, head_index = NULL, sealed_at = NULL, witnessed_size = 0, witnessed_checkpoint = NULL,
  witnessed_head_index = NULL;
INSERT INTO ledger_waiting (entry_id, log_id, hash) SELECT id, log_id, sha256('\\x00' || leaf) FROM ledger_entry;
COMMIT;
"""
"""What is done as a superuser: the row policies and the trees' own triggers let nobody else."""


def begin_anew(folder: Path, environment: Mapping[str, str]) -> int:
    """Begin a new ledger in an installation that isn't being served; print what that means. Return 0.

    Raises:
        Refusal: it is being served, or its database is the operator's own (the statements are printed for them then).

    """
    data = DataFolder(folder).existing()
    if operator_urls(environment):
        print(STATEMENTS, end="")
        raise Refusal(f"Stop everything, run the lines above as a superuser, and move {data.path / 'sealer'} away.")
    if not (data.path / "sealer" / "key").exists():
        raise Refusal("A new ledger begins at the next start already; nothing was sealed since the last one ended.")
    with data.lock("command"):
        server = EmbeddedPostgres(data.path)
        server.start()
        try:
            with psycopg.connect(server.url("postgres"), autocommit=True) as superuser:
                superuser.execute(STATEMENTS.encode())
        finally:
            server.stop()
        aside = data.path / f"sealer-until-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
        (data.path / "sealer").rename(aside)
        os.sync()
    print("At the next start a new ledger begins, under a new key, with everything that is on record now.")
    print(f"The old key is kept in {aside}. Say publicly that a new ledger began, when, and why:")
    print("whoever holds receipts of the old one, or is its witness, will and should ask.")
    return 0
