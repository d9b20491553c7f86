"""policy/rules.toml, read and held against the prose: which purpose may use which information, and whose.

Nothing unknown is passed over: a key, word or name that is not understood raises `RulesError` with file and line.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import TypeVar, get_type_hints

from djmixersoft.policy.errors import RulesError

FOLDER = Path(__file__).resolve().parents[2] / "policy"
RULES_FILE = FOLDER / "rules.toml"

ROWS = ("own", "account", "administered", "teammates", "named", "expired", "all")
VERBS = ("read", "add", "change", "remove")
PERSONAL_CATEGORIES = ("personal", "network", "content", "usage")


@dataclass(frozen=True)
class Category:
    """A kind of information, and the tables that hold it. Each table is in exactly one."""

    name: str
    clause: str
    words: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Purpose:
    """Why information is used, in the policy's words; `process`: the processes that may have it."""

    name: str
    clause: str
    process: tuple[str, ...]
    words: str

    @property
    def role(self) -> str:
        """The PostgreSQL role that holds what this purpose may do."""
        return role_of(self.name)


@dataclass(frozen=True)
class Use:
    """What a purpose may do with whose rows of which tables. What no use allows is impossible."""

    purpose: str
    category: str
    tables: tuple[str, ...]
    rows: str
    may: tuple[str, ...]
    words: str
    columns: tuple[str, ...] = ()
    stamp: str = ""
    key: str = ""
    functions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retention:
    """For how long after the moment in column `after` a row is kept (a PostgreSQL interval)."""

    table: str
    after: str
    keep: str
    words: str


@dataclass(frozen=True)
class Door:
    """A function of the database that does one thing for a purpose without rights to the tables behind it."""

    name: str
    purposes: tuple[str, ...]
    clause: str
    touches: Mapping[str, tuple[str, ...]]
    words: str
    trigger: str = ""
    functions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """The whole of rules.toml."""

    version: str
    categories: Mapping[str, Category]
    processes: Mapping[str, str]
    purposes: Mapping[str, Purpose]
    uses: tuple[Use, ...]
    retention: tuple[Retention, ...]
    doors: tuple[Door, ...]
    source: Path = field(default=RULES_FILE, compare=False)

    def category_of(self, table: str) -> str:
        """The category that a table is in; KeyError for a table in none."""
        for category in self.categories.values():
            if table in category.tables:
                return category.name
        raise KeyError(table)

    def retention_of(self, table: str) -> Retention | None:
        """How long rows of a table are kept, where a rule says so."""
        return next((rule for rule in self.retention if rule.table == table), None)

    def tables(self) -> tuple[str, ...]:
        """Every table that is in a category, sorted."""
        return tuple(sorted(table for category in self.categories.values() for table in category.tables))


def role_of(purpose: str) -> str:
    """The PostgreSQL role of a purpose: `p_self_service` of `self-service`."""
    return "p_" + purpose.replace("-", "_")


Record = TypeVar("Record", Category, Purpose, Use, Retention, Door)


class _Reader:
    """Turns parsed TOML into rules, and finds the line to blame for what can't be understood."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()

    def error(self, header: str, number: int, needle: str, message: str) -> RulesError:
        """An error at the line of the number-th `header` section that holds `needle`, or else at that header."""
        starts = [index for index, line in enumerate(self.lines) if line.split("#")[0].strip() == header]
        if number >= len(starts):
            return RulesError(f"{self.path}: {message}")
        start = starts[number]
        for index in range(start + 1, len(self.lines)):
            if self.lines[index].startswith("["):
                break
            if needle and needle in self.lines[index]:
                start = index
                break
        return RulesError(f"{self.path}:{start + 1}: {message}")

    def record(self, kind: type[Record], header: str, number: int, table: object, **given: object) -> Record:
        """One section as its dataclass: every key known, of the right kind, and none missing."""
        if not isinstance(table, dict):
            raise self.error(header, number, "", f"{header} must be a section")
        known = {f.name: f for f in fields(kind) if f.name not in given}
        for key, value in table.items():
            if key not in known:
                raise self.error(header, number, key, f"unknown key {key!r} in {header}")
            expected = get_type_hints(kind)[key]
            if not _fits(value, expected):
                raise self.error(header, number, key, f"{key!r} in {header} has a value of the wrong kind")
        for name, known_field in known.items():
            if name not in table and known_field.default is MISSING:
                raise self.error(header, number, "", f"{header} lacks {name!r}")
        return kind(**given, **{key: _frozen(value) for key, value in table.items()})

    def named(self, kind: type[Record], plural: str, table: object) -> dict[str, Record]:
        """The sections `[plural.name]`."""
        entries = table if isinstance(table, dict) else {}
        return {
            name: self.record(kind, f"[{plural}.{name}]", 0, entry, name=name) for name, entry in entries.items()
        }

    def listed(self, kind: type[Record], plural: str, table: object) -> tuple[Record, ...]:
        """The sections `[[plural]]`."""
        entries = table if isinstance(table, list) else []
        return tuple(self.record(kind, f"[[{plural}]]", number, entry) for number, entry in enumerate(entries))


def _fits(value: object, expected: object) -> bool:
    if expected is str:
        return isinstance(value, str)
    if expected == tuple[str, ...]:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, dict) and all(_fits(one, tuple[str, ...]) for one in value.values())


def _frozen(value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return {key: tuple(one) for key, one in value.items()}
    return value


def load(path: Path = RULES_FILE) -> Rules:
    """The rules in a file. RulesError, naming file and line, for what is unknown, malformed or inconsistent."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"{path}: can't be read ({error.strerror})"
        raise RulesError(message) from error
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = found[1] if found else str(len(text.splitlines()))
        message = f"{path}:{line}: not TOML: {error}"
        raise RulesError(message) from error
    reader = _Reader(path, text)
    _refuse_unknown_sections(path, text, parsed)
    rules = Rules(
        version=str(parsed["version"]),
        categories=reader.named(Category, "categories", parsed["categories"]),
        processes=dict(parsed["processes"]),
        purposes=reader.named(Purpose, "purposes", parsed["purposes"]),
        uses=reader.listed(Use, "uses", parsed["uses"]),
        retention=reader.listed(Retention, "retention", parsed["retention"]),
        doors=reader.listed(Door, "doors", parsed["doors"]),
        source=path,
    )
    _check_consistency(rules, reader.error)
    return rules


def _refuse_unknown_sections(path: Path, text: str, parsed: Mapping[str, object]) -> None:
    expected = {"version", "categories", "processes", "purposes", "uses", "retention", "doors"}
    for key in parsed:
        if key not in expected:
            line = next((n for n, one in enumerate(text.splitlines(), 1) if re.match(rf"\[*{re.escape(key)}\b", one)), 1)
            message = f"{path}:{line}: unknown key or section {key!r}"
            raise RulesError(message)
    for key in sorted(expected - set(parsed)):
        message = f"{path}:1: {key!r} is missing"
        raise RulesError(message)


def _check_consistency(rules: Rules, error: Callable[[str, int, str, str], RulesError]) -> None:
    seen: dict[str, str] = {}
    for category in rules.categories.values():
        for table in category.tables:
            if table in seen:
                header = f"[categories.{category.name}]"
                raise error(header, 0, f'"{table}"', f"table {table!r} is in two categories: {seen[table]}, {category.name}")
            seen[table] = category.name
    for purpose in rules.purposes.values():
        for process in purpose.process:
            if process not in rules.processes:
                raise error(f"[purposes.{purpose.name}]", 0, process, f"unknown process {process!r}")
    for number, use in enumerate(rules.uses):
        for needle, message in _faults_of_use(rules, use):
            raise error("[[uses]]", number, needle, message)
    for number, rule in enumerate(rules.retention):
        if rule.table not in seen:
            raise error("[[retention]]", number, "table", f"unknown table {rule.table!r}")
    for number, door in enumerate(rules.doors):
        for needle, message in _faults_of_door(rules, door, seen):
            raise error("[[doors]]", number, needle, message)


def _faults_of_use(rules: Rules, use: Use) -> list[tuple[str, str]]:
    faults = []
    if use.purpose not in rules.purposes:
        faults.append(("purpose", f"unknown purpose {use.purpose!r}"))
    if use.category not in rules.categories:
        return [*faults, ("category", f"unknown category {use.category!r}")]
    faults += [
        (f'"{table}"', f"table {table!r} is not in category {use.category!r}")
        for table in use.tables
        if table not in rules.categories[use.category].tables
    ]
    if use.rows not in ROWS:
        faults.append(("rows", f"unknown rows {use.rows!r}; known are {', '.join(ROWS)}"))
    faults += [("may", f"unknown verb {verb!r}; known are {', '.join(VERBS)}") for verb in use.may if verb not in VERBS]
    if use.rows == "all" and use.category in PERSONAL_CATEGORIES:
        faults.append(("rows", f"rows 'all' can't be used on {use.category} information"))
    if (use.rows == "named") != bool(use.key):
        faults.append(("key", "rows 'named' and 'key' go together"))
    if use.rows == "expired":
        faults += [("tables", f"no retention is set for {one!r}") for one in use.tables if not rules.retention_of(one)]
    return faults


def _faults_of_door(rules: Rules, door: Door, tables: Mapping[str, str]) -> list[tuple[str, str]]:
    faults = [("purposes", f"unknown purpose {one!r}") for one in door.purposes if one not in rules.purposes]
    faults += [("touches", f"unknown table {one!r}") for one in door.touches if one not in tables]
    faults += [
        ("touches", f"unknown verb {verb!r}")
        for verbs in door.touches.values()
        for verb in verbs
        if verb not in VERBS
    ]
    return faults
