"""What policy/rules.toml says, as data: which purpose may use which information, and whose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "policy"
RULES_FILE = FOLDER / "rules.toml"

ROWS = (
    *("own", "account", "administered", "teammates", "named", "linked", "asked", "unlocked", "opened"),
    *("told", "processes", "exported", "expired", "all"),
)
KEYED = ("named", "linked", "asked", "unlocked", "opened")  # which rows, is said of one column: the use's `key`
VERBS = ("read", "add", "change", "remove")
PERSONAL_CATEGORIES = ("personal", "network", "content", "usage", "letters")
LETTERS = "letters"
"""The category of what people write to us: of it alone may staff see rows that aren't their own, nor unlocked."""
STAFF_ROLES = ("support", "legal", "security", "policy-office", "editorial")
"""What the company's own people may be; none implies another."""


@dataclass(frozen=True)
class Category:
    """A kind of information, and the tables that hold it. Each table is in exactly one."""

    name: str
    clause: str
    words: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Purpose:
    """Why information is used; `process`: the processes that may have it.

    `prose`: the words of the clause that describe it, to the letter. `programs`: whoever acts may be a person's program
    that shows a token of theirs, not only a browser. `staff`: the role that one of the company's own people must have,
    where whoever acts is one of them.
    """

    name: str
    clause: str
    prose: str
    process: tuple[str, ...]
    words: str
    programs: bool = False
    staff: str = ""

    @property
    def role(self) -> str:
        """The PostgreSQL role that holds what this purpose may do."""
        return role_of(self.name)

    @property
    def who(self) -> str:
        """The door that says who acts."""
        if self.staff:
            return "current_staff"
        return "current_member" if self.programs else "current_person"

    @property
    def asks_who(self) -> str:
        """The SQL that calls that door; a sub-select, so that it runs once a statement."""
        return f"(SELECT djms.{self.who}({repr(self.staff) if self.staff else ''}))"


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
