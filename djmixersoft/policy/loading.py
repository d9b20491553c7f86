"""Reads policy/rules.toml. Nothing unknown is passed over: what is not understood is named with file and line."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from djmixersoft.policy.consistency import faults
from djmixersoft.policy.errors import RulesError
from djmixersoft.policy.rules import RULES_FILE, Category, Door, Purpose, Retention, Rules, Use

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
            # The section is written in another of TOML's ways.
            line = next((index for index, one in enumerate(self.lines) if needle and needle in one), 0)
            return RulesError(f"{self.path}:{line + 1}: {message}")
        start = starts[number]
        for index in range(start + 1, len(self.lines)):
            if self.lines[index].startswith("["):
                break
            if needle and needle in self.lines[index]:
                start = index
                break
        return RulesError(f"{self.path}:{start + 1}: {message}")

    def record(self, kind: type[Record], header: str, number: int, table: object, **given: str) -> Record:
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
        values: dict[str, Any] = {**given, **{key: _frozen(value) for key, value in table.items()}}
        return kind(**values)

    def named(self, kind: type[Record], plural: str, table: object) -> dict[str, Record]:
        """The sections `[plural.name]`."""
        if not isinstance(table, dict):
            raise self.error(f"[[{plural}]]", 0, plural, f"{plural!r} must be sections [{plural}.NAME]")
        return {name: self.record(kind, f"[{plural}.{name}]", 0, entry, name=name) for name, entry in table.items()}

    def listed(self, kind: type[Record], plural: str, table: object) -> tuple[Record, ...]:
        """The sections `[[plural]]`."""
        if not isinstance(table, list):
            raise self.error(f"[{plural}]", 0, plural, f"{plural!r} must be sections [[{plural}]]")
        return tuple(self.record(kind, f"[[{plural}]]", number, entry) for number, entry in enumerate(table))

    def texts(self, header: str, table: object) -> dict[str, str]:
        """A section whose keys are names and whose values are texts."""
        if not isinstance(table, dict):
            raise self.error(header, 0, header.strip("[]"), f"{header} must be a section")
        for key, value in table.items():
            if not isinstance(value, str):
                raise self.error(header, 0, key, f"{key!r} in {header} has a value of the wrong kind")
        return table


def _fits(value: object, expected: object) -> bool:
    if expected in (str, bool):
        return type(value) is expected
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
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"{path}:{line}: not UTF-8"
        raise RulesError(message) from error
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        where = found[1] if found else str(len(text.splitlines()))
        message = f"{path}:{where}: not TOML: {error}"
        raise RulesError(message) from error
    reader = _Reader(path, text)
    _refuse_unknown_sections(path, text, parsed)
    if not isinstance(parsed["version"], str):
        raise reader.error("", 0, "version", "'version' has a value of the wrong kind")
    rules = Rules(
        version=parsed["version"],
        categories=reader.named(Category, "categories", parsed["categories"]),
        processes=reader.texts("[processes]", parsed["processes"]),
        purposes=reader.named(Purpose, "purposes", parsed["purposes"]),
        uses=reader.listed(Use, "uses", parsed["uses"]),
        retention=reader.listed(Retention, "retention", parsed["retention"]),
        doors=reader.listed(Door, "doors", parsed["doors"]),
        source=path,
    )
    for section, number, needle, message in faults(rules):
        raise reader.error(section, number, needle, message)
    return rules


def _refuse_unknown_sections(path: Path, text: str, parsed: Mapping[str, object]) -> None:
    expected = {"version", "categories", "processes", "purposes", "uses", "retention", "doors"}
    for key in parsed:
        if key not in expected:
            line = next(
                (n for n, one in enumerate(text.splitlines(), 1) if re.match(rf"\[*{re.escape(key)}\b", one)), 1
            )
            message = f"{path}:{line}: unknown key or section {key!r}"
            raise RulesError(message)
    for key in sorted(expected - set(parsed)):
        message = f"{path}:1: {key!r} is missing"
        raise RulesError(message)
