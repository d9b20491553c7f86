"""The verifier as one runs it, and files to run it on."""

import io
import json
import random
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.ledger.growing import key
from tests.ledger.sealing import HEADS, WITNESSES, Json, Ledger, as_text, grow, grown, policy
from verifier.ledger_verify import main

KEY = str(key(HEADS).verifier)


class Answer(NamedTuple):
    """An exit status, and the sentences under each heading."""

    status: int
    said: dict[str, list[str]]

    @property
    def proven(self) -> set[str]:
        return {*self.said.get("Proven", []), *self.said.get("Fits together", [])}

    @property
    def all(self) -> str:
        return " ".join(one for some in self.said.values() for one in some)


class Desk:
    """A folder with files, and a person who asks the verifier about them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    def file(self, found: bytes | Json | Sequence[Json]) -> str:
        self.count += 1
        path = self.folder / f"{self.count % 50}"  # a mutation's file is of no use after it
        path.write_bytes(found if isinstance(found, bytes) else as_text(found))
        return str(path)

    def ask(self, *arguments: str) -> Answer:
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            try:
                status = main(list(arguments))
            except SystemExit as refused:  # argparse's
                return Answer(int(refused.code or 0), {"Could not be checked": [out.getvalue()]})
        return Answer(status, read(out.getvalue()))


def read(text: str) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("  - "):
            said[list(said)[-1]].append(line[4:])
        else:
            said[line.removesuffix(":")] = []
    return said


def flipped(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def altered(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Change a file: one bit or some, a cut, fields or lines of another file or swapped, lines moved, doubled, lost."""
    kind, lines, others = chance.randrange(8), data.splitlines(keepends=True), other.splitlines(keepends=True)
    at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
    match kind:
        case 0 | 1:
            return flipped(data, chance)
        case 2:
            return flipped(flipped(data, chance), chance)
        case 3:
            return data[: chance.randrange(len(data))]
        case 4:
            lines[at], lines[to] = lines[to], lines[at]
        case 5:
            lines.insert(to, lines[at] if chance.random() < 0.5 else chance.choice(others))
        case 6:
            lines.pop(at)
        case _:
            return exchanged(lines, others, chance)
    return b"".join(lines)


def exchanged(lines: list[bytes], others: list[bytes], chance: random.Random) -> bytes:
    """Put fields of another file into this one, or swap two."""
    is_receipt = lines[0].strip() == b"{"
    at = 0 if is_receipt else chance.randrange(len(lines))
    mine = json.loads(b"".join(lines) if is_receipt else lines[at])
    theirs = json.loads(b"".join(others) if is_receipt else others[min(at, len(others) - 1)])
    name, another = chance.choice(list(mine)), chance.choice(list(mine))
    if chance.random() < 0.5:
        mine[name], mine[another] = mine[another], mine[name]
    else:
        mine[name] = theirs.get(name)
    if is_receipt:
        return as_text(mine)
    return b"".join([*lines[:at], as_text([mine]), *lines[at + 1 :]])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@cache
def ledger() -> Ledger:
    """302 entries, two of them erased, which the entries with the indices 30 and 301 say."""
    return grow(grown(30).erase(17), 301).erase(100)


def policy_file(desk: Desk, text: str | None = None) -> str:
    path = desk.folder / "policy"
    path.write_text(policy() if text is None else text, "utf-8")
    return str(path)


def by_policy(desk: Desk, found: bytes | Json | list[Json], text: str | None = None) -> Answer:
    return desk.ask("--policy", policy_file(desk, text), desk.file(found))


@cache
def one() -> Json:
    return ledger().receipt(43, None, *WITNESSES)
