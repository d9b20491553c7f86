"""The policy as its page shows it: under each clause the rules that enforce it, and what the last check of it found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from djmixersoft.policy.loading import load
from djmixersoft.policy.models import ProbeResult, Status
from djmixersoft.policy.purposes import acting_for
from djmixersoft.policy.rules import Door, Rules, Use
from djmixersoft.policy.selectors import probe_results
from djmixersoft.site.prose import privacy

STALE_AFTER = timedelta(days=2)
"""Probes run daily; a finding older than this says nothing of today."""


class Standing(StrEnum):
    """What the page may say of a clause."""

    KEPT = "kept"
    BROKEN = "broken"
    STALE = "stale"
    NOT_ENFORCED = "not-enforced"
    UNCHECKED = "unchecked"
    OUT_OF_REACH = "out-of-reach"


@dataclass(frozen=True)
class ClauseRow:
    """A clause with what stands behind it.

    `is_stale`: its last check is too old to count; `is_out_of_reach`: the database, which knows of it, is.
    """

    id: str
    html: str
    uses: tuple[Use, ...]
    doors: tuple[Door, ...]
    probe: ProbeResult | None
    is_stale: bool
    is_out_of_reach: bool

    @property
    def standing(self) -> Standing:
        """How the clause stands: never kept without a recent check; and what was found broken stays so until another.

        Rules alone, before the first check, are nothing to be called kept; without any, nothing enforces it.
        """
        if self.is_out_of_reach:
            return Standing.OUT_OF_REACH
        if self.probe is None:
            return Standing.UNCHECKED if self.uses or self.doors else Standing.NOT_ENFORCED
        if self.probe.status == Status.KEPT:
            return Standing.STALE if self.is_stale else Standing.KEPT
        return Standing.BROKEN if self.probe.status == Status.BROKEN else Standing.NOT_ENFORCED


@dataclass(frozen=True)
class SectionRow:
    """A part of the policy."""

    title: str
    html: str
    clauses: tuple[ClauseRow, ...]


def sections() -> list[SectionRow]:
    """The whole policy with its enforcement and, as far as the database can be reached, the last findings."""
    try:
        with acting_for("visiting"):
            found: Mapping[str, ProbeResult] | None = probe_results()
    except (OperationalError, InterfaceError):
        found = None
    return [
        SectionRow(part.title, part.html, tuple(_row(clause.id, clause.html, found) for clause in part.clauses))
        for part in privacy().sections
    ]


@cache
def _rules() -> Rules:
    return load()


def _row(clause: str, html: str, found: Mapping[str, ProbeResult] | None) -> ClauseRow:
    known = _rules()
    uses = tuple(use for use in known.uses if clause in _clauses_of(use))
    doors = tuple(door for door in known.doors if door.clause == clause)
    last = found.get(clause) if found else None
    is_stale = bool(last and last.at < timezone.now() - STALE_AFTER)
    return ClauseRow(clause, html, uses, doors, last, is_stale, is_out_of_reach=found is None)


def _clauses_of(use: Use) -> tuple[str, str]:
    """Why information is used, and what kind of information it is: a use stands under both."""
    known = _rules()
    return known.purposes[use.purpose].clause, known.categories[use.category].clause
