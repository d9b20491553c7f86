"""People who upload, write and arrange while the site is killed under them, and know what they were promised."""

import json
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from tests.content.arranging import Crate, asked
from tests.content.killing import Mortal
from tests.content.model import Model, Node, Refused, Taken, real_state
from tests.content.running import BROKEN, Member, Sending, downloaded, names_of
from tests.site.browsing import COOKIE, Person, text_of
from tests.support import IS_LONG

AS_DATA = {"headers": {"Accept": "application/json"}}
FOLDERS = 24 if IS_LONG else 8
LARGEST = 1_500_000 if IS_LONG else 200_000  # bytes of a file
LONGEST = 60_000 if IS_LONG else 6_000  # characters of a text
BREATH = 0.0 if IS_LONG else 0.03  # seconds between two acts, so that what was killed gets its turn
ANSWERS = {HTTPStatus.SEE_OTHER, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}


class Worker(ABC):
    """Somebody with an account of their own.

    `acts`: how much they did; `interrupted`: how many of their requests got no answer, or that they should ask later.
    """

    def __init__(self, mortal: Mortal, seed: int) -> None:
        self.mortal, self.chance, self.acts, self.interrupted = mortal, random.Random(seed), 0, 0
        self.member = mortal.settled(Member.made)
        browser = mortal.browser()
        browser.cookies[COOKIE] = self.member.token
        self.crate = Crate(Person("", browser, self.member.account_id), f"/accounts/{self.member.account_id}")

    @abstractmethod
    def act(self) -> None:
        """Do one thing, until it is known whether it was done."""

    @abstractmethod
    def check(self) -> None:
        """See whether all is there that was promised."""

    def answer(self, ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - a response of the test client
        """What the site says, or None where that stays unknown."""
        try:
            answer = ask()
        except BROKEN:
            time.sleep(0.02)
            answer = None
        if answer is None or answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            self.interrupted += 1
            return None
        return answer


class Uploader(Worker):
    """Uploads one file after the other."""

    def __init__(self, mortal: Mortal, seed: int) -> None:
        super().__init__(mortal, seed)
        self.sendings: list[Sending] = []

    def act(self) -> None:
        data = self.chance.randbytes(self.chance.randrange(1, LARGEST))
        sending = self._begun(data)
        sending.run()
        self.interrupted += sending.tries - 1

    def pause(self) -> None:
        """Upload a part of a file."""
        sending = self._begun(self.chance.randbytes(200_000))
        sending.send(70_001)
        assert sending.offset == 70_001

    def go_on(self) -> None:
        """Upload the rest of it, from where it was."""
        (sending,) = self.sendings
        sending.send(0)
        assert sending.offset == 70_001
        sending.run()

    def check(self) -> None:
        assert [lost for sending in self.sendings for lost in sending.lost] == []
        names = self.mortal.settled(lambda superuser: names_of(superuser, self.member))
        assert names == [sending.name for sending in self.sendings], "each is there once"
        for sending in self.sendings:
            found = downloaded(self.mortal, self.member, sending.item)
            assert sha256(found).digest() == sha256(sending.data).digest(), sending.name

    def _begun(self, data: bytes) -> Sending:
        name = f"{len(self.sendings):05}.ogg"
        self.sendings.append(Sending(self.mortal, self.member, data, name, patience=60.0))
        return self.sendings[-1]


class Writer(Worker):
    """Writes documents, and saves each text until it is told that it is saved."""

    def __init__(self, mortal: Mortal, seed: int) -> None:
        super().__init__(mortal, seed)
        self.texts: dict[str, list[str]] = {}

    def act(self) -> None:
        if not self.texts or self.chance.random() < 0.2:
            name = f"{len(self.texts):05}"
            self.texts[self._begun(name)] = [f"# {name}\n"]
        item = self.chance.choice(list(self.texts))
        base, text = len(self.texts[item]), "".join(self.chance.choices("äb \n", k=self.chance.randrange(1, LONGEST)))
        save = {"text": text, "base": str(base)}
        while not (answer := self.answer(lambda: self._post(f"documents/{item}", save))):
            pass
        assert answer.status_code == HTTPStatus.OK, text_of(answer)
        assert json.loads(answer.text) == {"version": base + 1}
        self.texts[item].append(text)

    def check(self) -> None:
        """Each version is there once and says what was saved, and there are no others."""
        for item, texts in self.texts.items():
            rows = self.mortal.settled(lambda superuser: real_state(superuser, self.member.account_id))[item]
            assert rows[4] == tuple(sha256(text.encode()).hexdigest() for text in texts)
            assert self.crate.content(item).decode() == texts[-1]
            number = self.chance.randrange(len(texts))
            assert self.crate.post(f"documents/{item}/history/{number + 1}/restore").status_code == HTTPStatus.SEE_OTHER
            assert self.crate.content(item).decode() == texts[number]
        assert len(self.texts) == len(self.crate.listed())

    def _begun(self, name: str) -> str:
        while True:
            answer = self.answer(lambda: self.crate.post("documents", name=name, folder=""))
            there = self.mortal.settled(lambda superuser: real_state(superuser, self.member.account_id))
            found = [item for item, (_, is_called, *_) in there.items() if is_called == name]
            assert answer is None or len(found) == 1, text_of(answer)
            if found:
                return found[0]

    def _post(self, what: str, fields: dict[str, str]) -> Any:  # noqa: ANN401 - a response of the test client
        return self.crate.person.post(f"{self.crate.path}/{what}", fields, **AS_DATA)


class Mover(Worker):
    """Arranges folders, one or many at once, and takes that back; after each act all of it is done or nothing."""

    def __init__(self, mortal: Mortal, seed: int) -> None:
        super().__init__(mortal, seed)
        self.model, self.undos = Model(), list[tuple[str, Taken]]()
        for number in range(FOLDERS):
            into = self.chance.choice([None, *self.model.nodes])
            made = self.crate.folder(str(number), into or "")
            self.model.add(Node(made, "folder", str(number), into))

    def act(self) -> None:
        before, after = self.model, deepcopy(self.model)
        ask, change, undoes = self._chosen(after)
        try:
            taken = change()
        except Refused:
            after, taken = deepcopy(before), None
        answer = self.answer(ask)
        now = self.mortal.settled(lambda superuser: real_state(superuser, self.member.account_id))
        if answer is None:
            assert now in (before.state(), after.state()), "half of it was done"
        else:
            assert answer.status_code in ANSWERS, text_of(answer)
            assert now == after.state()
        self.model = after if now == after.state() else before
        if undoes and (answer or self.model is after):
            self.undos.remove(undoes)
        if isinstance(taken, Taken) and answer:
            self.undos.append((asked(answer)["undo"][0], taken))

    def check(self) -> None:
        for folder in [None, *(node.id for node in self.model.live(self.model.nodes))]:
            inside = {(node.id, node.name) for node in self.model.children(folder)}
            assert set(self.crate.listed(folder or "")) == inside
        roots = sorted(node.name for node in self.model.nodes.values() if node.trashed_with == node.id)
        assert sorted(self.crate.trashed()) == roots

    def _chosen(self, after: Model) -> tuple[Callable[[], Any], Callable[[], Any], tuple[str, Taken] | None]:
        """How to ask for an act, how to do it to the model, and what it takes back."""
        ids, crate = list(after.nodes), self.crate
        some = self.chance.sample(ids, self.chance.choice([1, 1, 5, len(ids)]))
        place = self.chance.choice([None, *ids])
        match self.chance.choice(["rename", "move", "move", "throw away", "restore", "restore", "undo"]):
            case "rename":
                name = f"name {self.acts}"
                return lambda: crate.rename(some[0], name), lambda: after.rename(some[0], name), None
            case "throw away":
                some = some[:5]
                return lambda: crate.throw_away(*some), lambda: after.trash(some), None
            case "restore":
                return lambda: crate.post("trash/restore", *ids), lambda: after.restore(ids), None
            case "undo" if self.undos:
                undo = self.undos[-1]
                return lambda: crate.post(f"undo/{undo[0]}"), lambda: after.take_back(undo[1]), undo
        return lambda: crate.move(*some, into=place or ""), lambda: after.move(some, place), None
