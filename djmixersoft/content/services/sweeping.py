"""Removes stored files that no row names: what a crash left between a file and its row."""

from datetime import timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from django.db import connection

from djmixersoft.content import stores
from djmixersoft.policy.purposes import acting_for

BATCH: Final = 20_000  # stored files in one question to the database, which looks through all items for each


def remove_left_over(*, older_than: timedelta) -> int:
    """Removes stored files that belong to nothing and are older than that; how many.

    The age keeps it off files whose rows are just being written. An upload that a crash kept from its row for longer
    than that lies among what is incoming still, until after its row is written; so it is looked for there first.
    """
    store, partials, gone = stores.blobs(), stores.partials(), 0
    names = (name for name in store.names(older_than=older_than) if not partials.length(name))
    while batch := [UUID(name) for name in islice(names, BATCH)]:
        with acting_for("retention"), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM djms.blobs_without_item(%s)", [batch])
            left_over = [str(blob_id) for (blob_id,) in cursor]
        for name in left_over:
            store.delete(name)
        gone += len(left_over)
    return gone
