"""The policy as its page shows it: under each clause the rules that enforce it, and what the last check of it found."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from djmixersoft.policy.loading import load
from djmixersoft.policy.models import ProbeResult, Status
from djmixersoft.policy.rules import Door, Rules, Use
from djmixersoft.policy.selectors import probe_results
from djmixersoft.site.prose import privacy


@dataclass(frozen=True)
class ClauseRow:
    """A clause with what stands behind it. `enforced`: rules exist, and no check said that they don't suffice."""

    id: str
    html: str
    uses: tuple[Use, ...]
    doors: tuple[Door, ...]
    probe: ProbeResult | None

    @property
    def enforced(self) -> bool:
        """Whether the page may say that something enforces it."""
        refuted = self.probe is not None and self.probe.status == Status.NOT_ENFORCED
        return bool(self.uses or self.doors) and not refuted


@dataclass(frozen=True)
class SectionRow:
    """A part of the policy."""

    title: str
    html: str
    clauses: tuple[ClauseRow, ...]


def sections() -> list[SectionRow]:
    """The whole policy with its enforcement and the last findings, for the purpose `visiting`."""
    found = probe_results()
    return [
        SectionRow(part.title, part.html, tuple(_row(clause.id, clause.html, found) for clause in part.clauses))
        for part in privacy().sections
    ]


@cache
def _rules() -> Rules:
    return load()


def _row(clause: str, html: str, found: Mapping[str, ProbeResult]) -> ClauseRow:
    known = _rules()
    uses = tuple(use for use in known.uses if clause in _clauses_of(use))
    doors = tuple(door for door in known.doors if door.clause == clause)
    return ClauseRow(clause, html, uses, doors, found.get(clause))


def _clauses_of(use: Use) -> tuple[str, str]:
    """Why information is used, and what kind of information it is: a use stands under both."""
    known = _rules()
    return known.purposes[use.purpose].clause, known.categories[use.category].clause
