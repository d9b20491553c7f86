"""A ledger in memory: entries sealed in a log, whose heads are sealed in the heads log; its receipts and exports."""

import json
import random
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from djmixersoft.ledger.merkle import leaf_hash
from djmixersoft.ledger.notes import Algorithm, SigningKey, to_base64
from tests.ledger.growing import Log, key

HEADS = f"djmixersoft-heads/{'0' * 31}1"
WITNESSES = [key(f"witness.example/{number}", Algorithm.COSIGNATURE) for number in range(3)]
PEOPLE = {"00000000-0000-4000-8000-000000000001": "Someone"}

Json = dict[str, Any]


def entry(number: int, action: str = "member:invitation:sent", **more: str | int) -> str:
    at = f"2026-11-23T18:{number // 60 % 60:02}:{number % 60:02}.000000Z"
    whole = {"action": action, "at": at, "by": "administrator", "person": next(iter(PEOPLE)), **more}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def policy(quorum: str = "group q 2 a b c\nquorum q") -> str:
    """Whom a customer believes: the heads log, and two of three witnesses."""
    witnesses = "".join(f"witness {name} {one.verifier}\n" for name, one in zip("abc", WITNESSES, strict=True))
    return f"# whom to believe\nlog {key(HEADS).verifier} https://studio.example/ledger\n\n{witnesses}{quorum}\n"


class Ledger:
    """One log of entries, and the heads log, in which there are heads of other logs too."""

    def __init__(self, number: int = 1, *, heads: Log | None = None) -> None:
        self.heads = heads or Log(HEADS)
        origin = f"djmixersoft-log/{number:032x}"
        self.log = Log(origin)
        self.log.key = SigningKey(origin, Algorithm.ED25519, self.heads.key.private)
        self.rows: list[Json] = []
        self.places: dict[int, int] = {}  # the index in the heads log of the head at a size
        self.chance = random.Random(number)

    def record(self, *entries: str) -> "Ledger":
        """Put entries into the log, and seal its head."""
        for text in entries:
            salt = self.chance.randbytes(32)
            leaf = b"\x01" + sha256(b"djmixersoft/leaf/v1\0" + salt + text.encode()).digest()
            self.rows.append({"entry": text, "salt": to_base64(salt), "leaf": to_base64(leaf)})
            self.log.append([leaf_hash(leaf)])
        self.places[self.log.size] = self.heads.size + 1
        another = f"djmixersoft-log/{self.chance.getrandbits(128):032x}\n1\n{to_base64(bytes(32))}\n".encode()
        self.heads.append([leaf_hash(another), leaf_hash(str(self.log.head()).encode()), leaf_hash(another)])
        return self

    def erase(self, index: int, *, named: bool = True) -> "Ledger":
        """Take an entry's words and salt away, and put an entry into the log that says so, if it is to be named."""
        self.rows[index] |= {"entry": None, "salt": None}
        return self.record(entry(self.log.size, "ledger:entry:erased", index=index)) if named else self

    def head(self, size: int, *cosigners: SigningKey) -> str:
        """The proof that the log's head at a size is in the heads log."""
        return bytes(self.heads.receipt(self.places[size], None, *cosigners)).decode()

    def receipt(self, index: int, size: int | None = None, *cosigners: SigningKey) -> Json:
        size = self.log.size if size is None else size
        row, proof = self.rows[index], bytes(self.log.receipt(index, size)).decode()
        found = {"entry": row["entry"], "salt": row["salt"], "proof": proof, "head": self.head(size, *cosigners)}
        leaf = {} if row["entry"] and index % 2 else {"leaf": row["leaf"]}
        return {"format": "djmixersoft-receipt/v1", **found, **leaf}

    def export(self, size: int | None = None, *cosigners: SigningKey) -> list[Json]:
        """An export's lines."""
        size = self.log.size if size is None else size
        first = {"checkpoint": self.log.checkpoint(size).decode(), "head": self.head(size, *cosigners)}
        return [{"format": "djmixersoft-export/v1", **first, "people": PEOPLE}, *map(exported, self.rows[:size])]


def exported(row: Json) -> Json:
    return {name: row[name] for name in ("entry", "salt")} if row["entry"] else {"erased": True, "leaf": row["leaf"]}


def as_text(found: Json | Sequence[Json]) -> bytes:
    """A receipt's or an export's file."""
    if isinstance(found, dict):
        return json.dumps(found, indent=1, ensure_ascii=False).encode()
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found).encode()


def grown(count: int, number: int = 1) -> Ledger:
    """A ledger of so many entries, sealed one by one or a few at a time."""
    return grow(Ledger(number), count)


def grow(ledger: Ledger, count: int) -> Ledger:
    """Put entries into its log until there are so many."""
    while ledger.log.size < count:
        some = min(ledger.chance.randrange(1, 4), count - ledger.log.size)
        ledger.record(*(entry(ledger.log.size + more) for more in range(some)))
    return ledger
