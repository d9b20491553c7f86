"""Part of `bench ledger`: how large a receipt is, and how long others take to verify one, or a whole export."""

from collections.abc import Iterator

from bench.figures import Figure


def verifying() -> Iterator[Figure]:
    """x"""
    yield from ()
