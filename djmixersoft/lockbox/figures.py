"""How often access to Content was asked for and what came of it, as everybody may know: in bands, by year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from djmixersoft.lockbox.models import Counted

FEW = (0, 9)
"""The lowest band: it doesn't tell none from a few."""


@dataclass(frozen=True)
class Figures:
    """A year's bands, each from its least to its most, in the order of `Counted`; `year`: None for all of them."""

    year: int | None
    bands: Sequence[tuple[Counted, int, int]]


def figures() -> list[Figures]:
    """Since the beginning, then year by year, latest first. Months that aren't over are in none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT year, what, lowest, highest FROM djms.access_figures()")
        found = {(year, what): (least, most) for year, what, least, most in cursor}
    years = sorted({year for year, _ in found if year is not None}, reverse=True)
    return [Figures(year, _bands(found, year)) for year in (None, *years)]


def _bands(
    found: Mapping[tuple[int | None, str], tuple[int, int]], year: int | None
) -> Sequence[tuple[Counted, int, int]]:
    return [(what, *found.get((year, what.value), FEW)) for what in Counted]
