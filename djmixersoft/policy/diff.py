"""`policy diff`: what changes between two rules.toml, and whether it widens the use of personal information (8b).

Personal information here is all that is linked to somebody: the categories personal, network, content and usage. In
doubt a change counts as widening.
"""

from dataclasses import dataclass
from enum import StrEnum

from djmixersoft.policy.rules import KEYED, PERSONAL_CATEGORIES, ROWS, Purpose, Rules, Use

# Which rows are surely among which others. Two kinds of rows that are not in here can't be compared.
_WITHIN = {
    ("own", "teammates"),
    ("administered", "account"),
    ("opened", "unlocked"),
    ("told", "administered"),
    ("told", "account"),
    *((rows, "all") for rows in ROWS if rows != "all"),
}


class Kind(StrEnum):
    """How a rule changed."""

    ADDED = "added"
    REMOVED = "removed"
    WIDENED = "widened"
    NARROWED = "narrowed"


@dataclass(frozen=True)
class Change:
    """One change; `personal`: it is about information that is linked to somebody."""

    kind: Kind
    what: str
    personal: bool

    @property
    def widens(self) -> bool:
        """Whether personal information may be used in a way that it could not be before."""
        return self.personal and self.kind in {Kind.ADDED, Kind.WIDENED}


@dataclass(frozen=True)
class _Atom:
    """The smallest thing that a use allows: a verb on some rows of one table, for a purpose."""

    rows: str
    columns: frozenset[str]
    stamp: str
    key: str

    def within(self, other: "_Atom") -> bool:
        """Whether the other surely allows all that this does."""
        rows = self.rows == other.rows or (self.rows, other.rows) in _WITHIN
        columns = not other.columns or (bool(self.columns) and self.columns <= other.columns)
        return (
            rows and columns and other.stamp in {"", self.stamp} and (self.rows not in KEYED or self.key == other.key)
        )


def compare(old: Rules, new: Rules) -> list[Change]:
    """Every change from the old rules to the new, uses first."""
    return [
        *_uses(old, new),
        *_sets("process of purpose", _processes(old), _processes(new)),
        *_sets("door", _doors(old), _doors(new)),
        *_categories(old, new),
        *_retention(old, new),
    ]


def _uses(old: Rules, new: Rules) -> list[Change]:
    before, after = _atoms(old), _atoms(new)
    changes = []
    for key in sorted(before | after):
        purpose, category, table, verb = key
        was, now = before.get(key, frozenset()), after.get(key, frozenset())
        what = f"{purpose} may {verb} {category}/{table}"
        personal = category in PERSONAL_CATEGORIES
        if not was:
            changes.append(Change(Kind.ADDED, f"{what}: {_words(now)}", personal))
        elif not now:
            changes.append(Change(Kind.REMOVED, f"{what}: {_words(was)}", personal))
        elif was != now:
            wider = any(not any(atom.within(one) for one in was) for atom in now)
            kind = Kind.WIDENED if wider else Kind.NARROWED
            changes.append(Change(kind, f"{what}: {_words(was)} -> {_words(now)}", personal))
    return changes


def _atoms(rules: Rules) -> dict[tuple[str, str, str, str], frozenset[_Atom]]:
    found: dict[tuple[str, str, str, str], frozenset[_Atom]] = {}
    for use in rules.uses:
        for table in use.tables:
            for verb in use.may:
                key = (use.purpose, use.category, table, verb)
                found[key] = found.get(key, frozenset()) | {_atom(use)}
    return found


def _atom(use: Use) -> _Atom:
    return _Atom(use.rows, frozenset(use.columns), use.stamp, use.key)


def _words(atoms: frozenset[_Atom]) -> str:
    parts = []
    for atom in sorted(atoms, key=lambda one: (one.rows, sorted(one.columns))):
        columns = f" ({', '.join(sorted(atom.columns))})" if atom.columns else ""
        parts.append(f"rows {atom.rows}{columns}")
    return ", ".join(parts)


def _processes(rules: Rules) -> dict[str, set[str]]:
    return {
        name: {*purpose.process, f"clause {purpose.clause}", *_actors(purpose)}
        for name, purpose in rules.purposes.items()
    }


def _actors(purpose: Purpose) -> list[str]:
    """Who else than a signed-in person may act for a purpose."""
    return [*(["programs"] if purpose.programs else []), *([f"staff {purpose.staff}"] if purpose.staff else [])]


def _doors(rules: Rules) -> dict[str, set[str]]:
    return {
        door.name: {f"for {purpose}" for purpose in door.purposes}
        | {f"may {verb} {table}" for table, verbs in door.touches.items() for verb in verbs}
        for door in rules.doors
    }


def _sets(kind: str, old: dict[str, set[str]], new: dict[str, set[str]]) -> list[Change]:
    """Changes of named sets: more in one is wider, less is narrower. What they hold may be personal."""
    changes = []
    for name in sorted(old | new):
        was, now = old.get(name), new.get(name)
        if was is None:
            changes.append(Change(Kind.ADDED, f"{kind} {name}", personal=True))
        elif now is None:
            changes.append(Change(Kind.REMOVED, f"{kind} {name}", personal=True))
        else:
            changes += [Change(Kind.WIDENED, f"{kind} {name}: {one}", personal=True) for one in sorted(now - was)]
            changes += [
                Change(Kind.NARROWED, f"{kind} {name}: no longer {one}", personal=True) for one in sorted(was - now)
            ]
    return changes


def _categories(old: Rules, new: Rules) -> list[Change]:
    changes = []
    before = {table: name for name, category in old.categories.items() for table in category.tables}
    after = {table: name for name, category in new.categories.items() for table in category.tables}
    for table in sorted(before | after):
        was, now = before.get(table), after.get(table)
        if was == now:
            continue
        if was is None:
            changes.append(Change(Kind.ADDED, f"table {table} in {now}", now in PERSONAL_CATEGORIES))
        elif now is None:
            changes.append(Change(Kind.REMOVED, f"table {table} of {was}", was in PERSONAL_CATEGORIES))
        else:
            # Out of a category with row security, or into another that has purposes of its own.
            changes.append(Change(Kind.WIDENED, f"table {table}: {was} -> {now}", was in PERSONAL_CATEGORIES))
    return changes


def _retention(old: Rules, new: Rules) -> list[Change]:
    changes = []
    before = {rule.table: (rule.after, rule.keep) for rule in old.retention}
    after = {rule.table: (rule.after, rule.keep) for rule in new.retention}
    for table in sorted(before | after):
        was, now = before.get(table), after.get(table)
        if was == now:
            continue
        if now is None:
            changes.append(Change(Kind.WIDENED, f"retention of {table}: for good", personal=True))
        elif was is None:
            changes.append(Change(Kind.NARROWED, f"retention of {table}: {now[1]} after {now[0]}", personal=True))
        else:
            shorter = was[0] == now[0] and _days(now[1]) <= _days(was[1])
            kind = Kind.NARROWED if shorter else Kind.WIDENED
            changes.append(Change(kind, f"retention of {table}: {was[1]} -> {now[1]} after {now[0]}", personal=True))
    return changes


def _days(keep: str) -> float:
    number, unit = keep.split()
    return float(number) * {"day": 1.0, "hour": 1 / 24}[unit.rstrip("s")]
