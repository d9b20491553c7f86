"""Accounts with any number of items in folders, with words, tags and comments: seeded, made by the superuser."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from typing import Final
from uuid import UUID

import psycopg

from djmixersoft.content.words import search_key, terms_of
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.vault.keys import FileRootKey, Key, new_blob_id, wrap_account_key

SEED: Final = 20261123
MEMBERS: Final = 8
WORDS: Final = 2_000
MOVED: Final = 10
"""One in so many items lies in the folder that is moved as a whole."""

_SYLLABLES: Final = tuple(first + vowel for first in "bdfklmnprstv" for vowel in "aeio")
_MIXES: Final = ("Original Mix", "Extended Mix", "Dub", "Club Remix", "Radio Edit", "Live at Night")
_TAGS: Final = tuple(
    f"{kind} {number}" for kind in ("techno", "house", "opening", "peak", "closing") for number in range(6)
)
_ENDINGS: Final = ("flac", "wav", "mp3", "aiff")
# Each number's word, and how often it comes up: the n-th most frequent word a n-th as often as the first (Zipf).
_SHARES: Final = tuple(accumulate(1 / (n + 1) for n in range(WORDS)))

_ITEM: Final = b"""
copy item (account_id, id, kind, parent_id, name, size, sha256, media_type, added_by, added_at, blob_id, changed_by,
           changed_at) from stdin
"""
_OF_FILES: Final = (
    (
        b"insert into item_key (account_id, item_id, wrapped)"
        b" select account_id, id, sha256 || sha256 from item where account_id = %s and kind = 'file'"
    ),
    (
        b"insert into blob (account_id, id, item_id, sealed_size, sealed_sha256)"
        b" select account_id, blob_id, id, size + 4096, sha256 from item where account_id = %s and kind = 'file'"
    ),
    (
        b"insert into account_room (account_id, used)"
        b" select account_id, sum(sealed_size) from blob where account_id = %s group by 1"
    ),
)


@dataclass(frozen=True)
class Crate:
    """An account and one of its members, who administers it.

    `folders`: some of its folders; `full` holds one in MOVED of all items, `empty` none. `words`: what its items are
    called, the most frequent first.
    """

    token: str
    account_id: UUID
    person_id: UUID
    items: int
    item_id: UUID
    folders: Sequence[UUID]
    full: UUID
    empty: UUID
    words: Sequence[str]


def vocabulary() -> list[str]:
    """The words that names are made of, the most frequent first; the same in each run."""
    draw = random.Random(SEED)
    found: dict[str, None] = {}
    while len(found) < WORDS:
        found["".join(draw.choices(_SYLLABLES, k=draw.choice((1, 2, 2, 3, 3, 4))))] = None
    return list(found)


def make(data: DataFolder, url: str, items: int) -> Crate:
    """Make an account of so many items, nearly a half of them at its top; `url` is the superuser's."""
    draw = random.Random(f"{SEED} {items}")
    crate = _Making(items, draw, vocabulary())
    with psycopg.connect(url) as connection:
        connection.execute(b"set session_replication_role = replica")
        connection.execute(b"set search_path = djms")
        crate.people(connection, data)
        crate.content(connection)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(b"vacuum (analyze)")
    return crate.made


class _Making:
    """One account while it is made."""

    def __init__(self, items: int, draw: random.Random, words: list[str]) -> None:
        self._items, self._draw, self._words = items, draw, words
        self._key = Key.generate()
        self._people = [self._id() for _ in range(MEMBERS)]
        folders = [self._id() for _ in range(2 + items // 100)]
        self.made = Crate(
            f"crate-{items}", self._id(), self._people[0], items, self._id(), folders[2:], folders[0], folders[1], words
        )
        self._folders = folders

    def _id(self) -> UUID:
        return UUID(int=self._draw.getrandbits(128))

    def people(self, connection: psycopg.Connection, data: DataFolder) -> None:
        """The account, its key, and its members."""
        account_id = self.made.account_id
        root = FileRootKey(data.secrets / "root.key")
        wrapped = wrap_account_key(root, self._key, account_id=account_id)
        connection.execute(b"insert into account (id, name) values (%s, %s)", (account_id, f"Crew of {self._items}"))
        connection.execute(b"insert into account_key (account_id, wrapped) values (%s, %s)", (account_id, wrapped))
        for number, person_id in enumerate(self._people):
            email = f"crate-{self._items}-{number}@example.org"
            connection.execute(b"insert into person (id, email) values (%s, %s)", (person_id, email))
            connection.execute(
                b"insert into membership (account_id, person_id, is_administrator) values (%s, %s, %s)",
                (account_id, person_id, number == 0),
            )
        connection.execute(
            b"insert into session (token_hash, person_id, device, stays, expires)"
            b" values (%s, %s, 'Firefox on Linux', true, now() + interval '10 years')",
            (sha256(self.made.token.encode()).digest(), self.made.person_id),
        )

    def content(self, connection: psycopg.Connection) -> None:
        """Folders and files, and what they are found by."""
        account_id, names = self.made.account_id, dict(self._names())
        with connection.cursor().copy(_ITEM) as copy:
            for number, (item_id, name) in enumerate(names.items()):
                copy.write_row(self._row(number, item_id, name))
        for statement in _OF_FILES:
            connection.execute(statement, (account_id,))
        files = list(names)[len(self._folders) :]
        with connection.cursor().copy(b"copy item_tag (account_id, item_id, tag) from stdin") as copy:
            for item_id in self._draw.sample(files, len(files) // 5):
                copy.write_row((account_id, item_id, self._draw.choice(_TAGS)))
        with connection.cursor().copy(b"copy item_term (account_id, term, item_id, source) from stdin") as copy:
            key, known = search_key(self._key), dict[str, set[int]]()
            for item_id, name in names.items():
                for word in name.split():
                    if word not in known:
                        known[word] = terms_of(key, word)
                for term in set().union(*(known[word] for word in name.split())):
                    copy.write_row((account_id, term, item_id, "name"))

    def _names(self) -> Iterator[tuple[UUID, str]]:
        for folder_id in self._folders:
            yield folder_id, self._title(2)
        yield self.made.item_id, f"{self._title(4)}.flac"
        for _ in range(self._items - len(self._folders) - 1):
            yield self._id(), f"{self._title(4)} ({self._draw.choice(_MIXES)}).{self._draw.choice(_ENDINGS)}"

    def _title(self, most: int) -> str:
        count = self._draw.randint(2, most + 1)
        return " ".join(word.title() for word in self._draw.choices(self._words, cum_weights=_SHARES, k=count))

    def _row(self, number: int, item_id: UUID, name: str) -> tuple[object, ...]:
        who = self._draw.choice(self._people)
        when = f"2026-{1 + number % 9:02}-{1 + number % 28:02} {number % 24:02}:{number % 60:02}:{number % 59:02}+00"
        if number < len(self._folders):
            return (self.made.account_id, item_id, "folder", None, name, 0, None, "", who, when, None, who, when)
        return (
            *(self.made.account_id, item_id, "file", self._parent(number), name, 1_000_000 + number),
            *(sha256(item_id.bytes).digest(), "audio/flac", who, when, new_blob_id(self.made.account_id), who, when),
        )

    def _parent(self, number: int) -> UUID | None:
        if 0 < number - len(self._folders) <= self._items // MOVED:
            return self.made.full
        return None if number % 2 else self._draw.choice(self.made.folders)
