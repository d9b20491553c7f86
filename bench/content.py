"""`bench content [PART…]`: files up and down against plain, a crate of 50,000 items, many at once, cost by work.

The parts: `upload` (both directions, ranges, memory), `lists` (lists, finding, moving many), `pages` (50 clients),
`scaling` (each at 1, 10 and 100 times the items). Without a part, all of them.
"""

from collections.abc import Iterator, Sequence

from bench import crowd, note
from bench.figures import Figure
from bench.sites import Installation, installed
from djmixersoft.operations.refusal import Refusal

PARTS = ("upload", "lists", "pages", "scaling")
# What others have in the same tables, so that an account is a part of them, as it is in life.
PEOPLE, ACCOUNTS, ITEMS = 5_000, 500, 100_000
ITEMS_OF_ONE = 50_000


def figures(parts: Sequence[str] = (), size: int | None = None) -> Iterator[Figure]:
    """Measure some parts, or all; `size`: how large the file of `stream_rss_mb` is, in MiB.

    Raises:
        Refusal: there is no such part.

    """
    if unknown := set(parts) - set(PARTS):
        raise Refusal(f"There is no part {min(unknown)!r} of this benchmark; there are {', '.join(PARTS)}.")
    return _figures(parts or PARTS, size)


def _figures(parts: Sequence[str], size: int | None) -> Iterator[Figure]:
    with installed() as installation:
        if "upload" in parts:
            from bench.transfers import figures as transfers

            yield from transfers(installation, size)
        if set(parts) - {"upload"}:
            yield from _filled(installation, parts)


def _filled(installation: Installation, parts: Sequence[str]) -> Iterator[Figure]:
    from bench import lists, scaling, visiting
    from bench.crate import make

    note(f"Filling {PEOPLE:,} people, {ACCOUNTS:,} accounts, {ITEMS:,} items, and one with {ITEMS_OF_ONE:,}…")
    crowd.fill(installation.superuser, people=PEOPLE, accounts=ACCOUNTS, items=ITEMS)
    crate = make(installation.data, installation.superuser, ITEMS_OF_ONE)
    if "lists" in parts:
        yield from lists.figures(installation, crate)
    if "pages" in parts:
        yield from visiting.figures(installation, crate)
    if "scaling" in parts:
        smaller = [make(installation.data, installation.superuser, ITEMS_OF_ONE // times) for times in (100, 10)]
        yield from scaling.figures(installation, [*smaller, crate])
