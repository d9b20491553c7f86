"""Removes stored files that no row names: what a crash left between a file and its row."""

from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from django.db import connection

from djmixersoft.content import stores
from djmixersoft.policy.purposes import acting_for
from djmixersoft.vault.partials import InUse

BATCH: Final = 20_000  # stored files in one question to the database, which looks through all items for each


def remove_left_over(*, older_than: timedelta) -> int:
    """Removes stored files that belong to nothing and are older than that; how many.

    The age keeps it off files whose rows are just being written.
    """
    partials, gone = stores.partials(), 0
    names = stores.blobs().names(older_than=older_than)
    while batch := list(islice(names, BATCH)):
        # Before the question: of an upload, something lies among what is incoming until after its row is written.
        uploads = {name for name in batch if partials.length(name)}
        for name in _without_item(batch):
            gone += _take_back(name) if name in uploads else _delete(name)
    return gone


def remove_ended(*, older_than: timedelta) -> int:
    """Removes what is left of uploads that ended, and of parts that were held back for their checksum; how many.

    The age tells what a crash left from what somebody is just about to remove, or to hand on.
    """
    partials, gone = stores.partials(), 0
    names = partials.names(older_than=older_than)
    while batch := list(islice(names, BATCH)):
        gone += sum(partials.remove(name) for name in _asked("uploads_ended", batch))
    return gone


def _without_item(names: list[str]) -> list[str]:
    return _asked("blobs_without_item", names)


def _asked(door: str, names: list[str]) -> list[str]:
    with acting_for("retention"), connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM djms.{door}(%s)", [[UUID(name) for name in names]])  # noqa: S608 - names are ours
        return [str(blob_id) for (blob_id,) in cursor]


def _delete(name: str) -> int:
    stores.blobs().delete(name)
    return 1


def _take_back(name: str) -> int:
    """Make what a crash kept from its row invisible again; it stays among what is incoming, to be finished later."""
    with suppress(InUse), stores.partials().open(name, idle=timedelta.max, wait=timedelta(0)) as partial:
        if _without_item([name]):
            partial.withdraw()
            return 1
    return 0
