"""The steward's check of stored files: each is read again as it lies there, and compared with what it must be.

It lies there encrypted, so that no key is needed for that, and none is in the steward's reach.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import connection

from djmixersoft.content import stores
from djmixersoft.policy.purposes import acting_for, call_door
from djmixersoft.vault.blobs import BlobStore, Missing

PURPOSE: Final = "retention"
BATCH: Final = 100
"""Stored files that are asked for at once."""
_PIECE: Final = 2**20


class Fault(StrEnum):
    """What is wrong with a stored file (the door note_blob_check knows no other)."""

    NONE = ""
    MISSING = "missing"
    ALTERED = "altered"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Expected:
    """A stored file, and the size (bytes) and SHA-256 that its ciphertext must have."""

    blob_id: UUID
    size: int
    sha256: bytes


@dataclass(frozen=True)
class Checked:
    """How many stored files were read again, and how many of them were damaged."""

    files: int
    damaged: int


def check_stored(*, patience: timedelta) -> Checked:
    """Reads those again that were checked longest ago, for that long at most, but for the one that is being read.

    Each finding is written down at once, so that a kill loses none. No transaction is held while a file is read.
    """
    files = damaged = 0
    for expected in _due(time.monotonic() + patience.total_seconds()):
        fault = compare(stores.blobs(), expected)
        with acting_for(PURPOSE):
            call_door("note_blob_check", checked=expected.blob_id, found_fault=fault.value)
        files += 1
        damaged += fault is not Fault.NONE
    return Checked(files, damaged)


def compare(store: BlobStore, expected: Expected) -> Fault:
    """Tell in what way a stored file isn't what it must be."""
    digest, size = hashlib.sha256(), 0
    try:
        with store.open(str(expected.blob_id)) as file:
            while size <= expected.size and (piece := file.read(_PIECE)):
                digest.update(piece)
                size += len(piece)
    except Missing:
        return Fault.MISSING
    except OSError:
        return Fault.UNREADABLE
    return Fault.NONE if (size, digest.digest()) == (expected.size, expected.sha256) else Fault.ALTERED


def forget_some(*, many: int) -> int:
    """Forgets a batch of what has run its course (the door forget_content); how many rows went. 0: that was all."""
    with acting_for(PURPOSE):
        return int(call_door("forget_content", many=many))


def _due(deadline: float) -> Iterator[Expected]:
    while True:
        with acting_for(PURPOSE), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM djms.blobs_to_check(%s)", [BATCH])
            batch = [Expected(blob_id, size, bytes(sha256)) for blob_id, size, sha256 in cursor]
        if not batch:
            return
        for expected in batch:
            if time.monotonic() > deadline:
                return
            yield expected
