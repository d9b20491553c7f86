"""Whom a verifier believes: which logs and witnesses, and how many must have cosigned (C2SP tlog-policy)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.notes import Algorithm, BadNote, VerifierKey

LARGEST: Final = 256 * 1024
"""Bytes of a policy file that are looked at."""
NONE: Final = "none"
"""The quorum of a policy that asks for no cosignature."""
_FORBIDDEN: Final = re.compile(rb"[^\x09\x0a\x20-\x7e\x80-\xff]")
_SPACE: Final = re.compile(r"[ \t]+")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_LEAST_OF_A_GROUP: Final = 3  # its name, how many, and one member


class BadPolicy(ValueError):
    """What should be a policy isn't; the message is a sentence that names the line."""


@dataclass(frozen=True, slots=True)
class Log:
    """A log that is believed. ``url``: where it is, or nothing."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness, by its name within the policy. ``url``: what ``add-checkpoint`` comes after, or nothing."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these must have cosigned for the group to have; members are witnesses and earlier groups."""

    name: str
    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who signed a checkpoint.

    ``log``: the key of the policy by which its log did, if any. ``witnesses``: who cosigned, by their names in the
    policy, with the time each states (POSIX seconds). ``is_reached``: whether these are the quorum.
    """

    log: VerifierKey | None
    witnesses: dict[str, int]
    is_reached: bool


@dataclass(slots=True)
class Policy:
    """What a policy file says. Groups are in the order of the file, so that each comes after its members."""

    logs: list[Log] = field(default_factory=list)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a policy file. Raises BadPolicy."""
        if len(data) > LARGEST:
            raise BadPolicy(f"The policy is longer than {LARGEST} bytes.")
        policy = cls()
        # Names are bytes to the format: what isn't UTF-8 in them is kept as it is.
        *lines, rest = data.decode("utf-8", "surrogateescape").split("\n")
        for number, line in enumerate(lines, 1):
            if _FORBIDDEN.search(line.encode("utf-8", "surrogateescape")):
                raise BadPolicy(f"Line {number}: a policy has no control characters other than tabs.")
            try:
                policy._take(_SPACE.split(line.strip(" \t")))
            except BadPolicy as wrong:
                raise BadPolicy(f"Line {number}: {wrong}") from None
        if rest:
            raise BadPolicy(f"Line {len(lines) + 1} has no end: the file may have been cut off.")
        if not policy.quorum:
            raise BadPolicy(
                f"Line {len(lines) or 1}, the last: nothing says which witnesses must have cosigned (quorum)."
            )
        return policy

    def satisfied(self, checkpoint: Checkpoint) -> Verdict:
        """Tell who signed and cosigned a checkpoint, and whether that is enough.

        Raises NotSigned where a line of a log or witness of the policy is there, and wrong.
        """
        origin = checkpoint.head.origin
        logs = [log.key for log in self.logs if log.key.name == origin]
        times = checkpoint.note.signers([*logs, *(one.key for one in self.witnesses.values())])
        seen = {name: times[one.key] or 0 for name, one in self.witnesses.items() if one.key in times}
        reached = {NONE, *seen}
        for group in self.groups.values():
            if sum(member in reached for member in group.members) >= group.needed:
                reached.add(group.name)
        return Verdict(next((key for key in logs if key in times), None), seen, self.quorum in reached)

    def _take(self, items: list[str]) -> None:
        """Take a line in, by its items."""
        match items:
            case [""]:
                pass
            case [first, *_] if first.startswith("#"):
                pass
            case ["log", key] | ["log", key, _]:
                self._add_log(_key(key, Algorithm.ED25519), *items[2:])
            case ["witness", name, key] | ["witness", name, key, _]:
                self._add_witness(name, _key(key, Algorithm.COSIGNATURE), *items[3:])
            case ["group", *group] if len(group) >= _LEAST_OF_A_GROUP:
                self._add_group(*group)
            case ["quorum", name]:
                self._set_quorum(name)
            case [("log" | "witness" | "group" | "quorum") as kind, *_]:
                raise BadPolicy(f"what comes after “{kind}” is too much or too little.")
            case [kind, *_]:
                raise BadPolicy(f"“{_shown(kind)}” is none of log, witness, group and quorum.")

    def _add_log(self, key: VerifierKey, url: str = "") -> None:
        _is_new(key, (log.key for log in self.logs), "log")
        self.logs.append(Log(key, url))

    def _add_witness(self, name: str, key: VerifierKey, url: str = "") -> None:
        self._name(name)
        _is_new(key, (one.key for one in self.witnesses.values()), "witness")
        self.witnesses[name] = Witness(name, key, url)

    def _add_group(self, name: str, needed: str, *members: str) -> None:
        self._name(name)
        taken = {member for group in self.groups.values() for member in group.members}
        for place, member in enumerate(members):
            self._known(member)
            if member in taken or member in members[:place]:
                raise BadPolicy(f"“{_shown(member)}” is a member already; each is a member once.")
        count = {"any": 1, "all": len(members)}.get(needed) or (int(needed) if _COUNT.fullmatch(needed) else 0)
        if not 1 <= count <= len(members):
            raise BadPolicy(f"a group of {len(members)} needs any, all, or a number from 1 to {len(members)}.")
        self.groups[name] = Group(name, count, members)

    def _set_quorum(self, name: str) -> None:
        if self.quorum:
            raise BadPolicy("there is one quorum, and it has been given already.")
        if name != NONE:
            self._known(name)
        self.quorum = name

    def _name(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise BadPolicy(f"the name “{_shown(name)}” is taken.")

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise BadPolicy(f"no line before this one says who “{_shown(name)}” is.")


def _key(text: str, algorithm: Algorithm) -> VerifierKey:
    """Read a key of one kind. Raises BadPolicy."""
    try:
        text.encode()
        key = VerifierKey.parse(text)
    except BadNote as wrong:
        raise BadPolicy(f"{wrong}.") from None
    except UnicodeEncodeError:
        raise BadPolicy("the key's name isn't UTF-8.") from None
    if key.algorithm is not algorithm:
        wanted = {Algorithm.ED25519: "a log's, but a witness's", Algorithm.COSIGNATURE: "a witness's, but a log's"}
        raise BadPolicy(f"the key isn't {wanted[algorithm]}.")
    return key


def _is_new(key: VerifierKey, others: Iterable[VerifierKey], kind: str) -> None:
    if any(key.key == other.key for other in others):
        raise BadPolicy(f"another {kind} has this key already.")


def _shown(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")[:100]
