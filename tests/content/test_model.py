"""The real thing equals the model: folders, moves, copies, renamings, trash, taking back and versions, in any order."""

import re
from http import HTTPStatus
from typing import Any

import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.content.arranging import Crate, asked
from tests.content.conftest import emptied
from tests.content.model import Model, Node, Refused, Signature, Taken, real_state
from tests.site.browsing import text_of
from tests.support import IS_LONG

Superuser = psycopg.Connection[Any]
ROUNDS = settings(
    max_examples=200 if IS_LONG else 5,
    stateful_step_count=50 if IS_LONG else 30,
    derandomize=not IS_LONG,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
NAMES = st.sampled_from(["a", "b.ogg", "Sets", "ä/ö.txt", "Warm up", ".x"])
TEXTS = st.sampled_from(["one\n", "two\n", "", "three\n\nlines\n"])
FILES = st.sampled_from([b"OggS", b"OggS" + bytes(40_000), b""])
# Which of the items there are: by its place among them, so that failing runs shrink.
WHICH = st.integers(0, 30)
SOME = st.lists(WHICH, min_size=1, max_size=3)
PLACE = st.none() | WHICH


class Arranging(RuleBasedStateMachine):
    """Does things to an account through its pages, and to the model, and compares them after each."""

    crate: Crate
    superuser: Superuser

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.taken: list[tuple[str, Taken]] = []

    @initialize()
    def begin(self) -> None:
        emptied(self.superuser, self.crate.person)

    @rule(name=NAMES, place=PLACE)
    def make_folder(self, name: str, place: int | None) -> None:
        into = self.folder_id(place)
        answer = self.crate.post("folders", name=name, folder=into or "")
        if self.model.is_folder(into):
            self.model.add(Node(re.findall(r"[0-9a-f-]{36}", answer["Location"])[1], "folder", name, into))
        else:
            assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY

    @rule(name=NAMES, place=PLACE)
    def start_document(self, name: str, place: int | None) -> None:
        into = self.folder_id(place)
        answer = self.crate.post("documents", name=name, folder=into or "")
        if self.model.is_folder(into):
            made = re.findall(r"[0-9a-f-]{36}", answer["Location"])[1]
            self.model.add(Node(made, "document", name, into, [f"# {name}\n".encode()]))
        else:
            assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY

    @rule(content=FILES, place=PLACE)
    def upload(self, content: bytes, place: int | None) -> None:
        """What is uploaded is kept: at the top, where its folder is gone."""
        into = self.folder_id(place)
        body = _Named(content)
        answer = self.crate.person.browser.post(f"{self.crate.path}/upload", {"tracks": body, "folder": into or ""})
        assert answer.status_code == HTTPStatus.SEE_OTHER, text_of(answer)
        (new,) = set(self.rows()) - set(self.model.nodes)
        self.model.add(Node(new, "file", body.name, into if self.model.is_folder(into) else None, [content]))

    @precondition(lambda self: self.model.nodes)
    @rule(which=WHICH, text=TEXTS, behind=st.sampled_from([0, 0, 0, 1]))
    def save(self, which: int, text: str, behind: int) -> None:
        node = self.node(which)
        if node.kind == "document":
            base = len(node.texts) - behind
            answer = self.crate.post(f"documents/{node.id}", text=text, base=str(base))
            self.agree(answer, lambda: self.model.save(node.id, base, text.encode()))

    @precondition(lambda self: self.model.nodes)
    @rule(which=WHICH, number=st.integers(1, 4))
    def restore_version(self, which: int, number: int) -> None:
        node = self.node(which)
        if node.kind == "document":
            answer = self.crate.post(f"documents/{node.id}/history/{number}/restore")
            if number > len(node.texts):
                assert answer.status_code == HTTPStatus.NOT_FOUND
            else:
                self.agree(answer, lambda: self.model.save(node.id, len(node.texts), node.texts[number - 1]))

    @precondition(lambda self: self.model.nodes)
    @rule(which=WHICH, name=NAMES)
    def rename(self, which: int, name: str) -> None:
        node = self.node(which)
        self.agree(self.crate.rename(node.id, name), lambda: self.model.rename(node.id, name))

    @precondition(lambda self: self.model.nodes)
    @rule(some=SOME, place=PLACE)
    def move(self, some: list[int], place: int | None) -> None:
        ids, into = self.ids(some), self.folder_id(place)
        self.agree(self.crate.move(*ids, into=into or ""), lambda: self.model.move(ids, into))

    @precondition(lambda self: 0 < len(self.model.nodes) < 60)
    @rule(some=SOME, place=PLACE)
    def copy(self, some: list[int], place: int | None) -> None:
        ids, into = self.ids(some), self.folder_id(place)
        answer = self.crate.copy(*ids, into=into or "")
        try:
            expected = self.model.copies(ids, into)
        except Refused:
            assert answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}
        else:
            assert answer.status_code == HTTPStatus.SEE_OTHER, text_of(answer)
            self.adopt(expected, into)

    @precondition(lambda self: self.model.nodes)
    @rule(some=SOME)
    def throw_away(self, some: list[int]) -> None:
        ids = self.ids(some)
        self.agree(self.crate.throw_away(*ids), lambda: self.model.trash(ids))

    @precondition(lambda self: self.model.nodes)
    @rule(some=SOME)
    def put_back(self, some: list[int]) -> None:
        ids = self.ids(some)
        answer = self.crate.post("trash/restore", *ids)
        assert answer.status_code == HTTPStatus.SEE_OTHER, text_of(answer)
        self.model.restore(ids)

    @precondition(lambda self: self.model.nodes)
    @rule(some=SOME)
    def delete_for_good(self, some: list[int]) -> None:
        ids = self.ids(some)
        self.crate.post("trash/delete", *ids)
        self.model.delete(ids)

    @rule()
    def empty_the_trash(self) -> None:
        self.crate.post("trash/empty")
        self.model.delete({node.trashed_with for node in self.model.nodes.values() if node.trashed_with})

    @precondition(lambda self: self.taken)
    @rule(which=st.integers(0, 5))
    def undo(self, which: int) -> None:
        """Take back one of the last few things; only once."""
        at = len(self.taken) - 1 - min(which, len(self.taken) - 1)
        undo_id, taken = self.taken.pop(at)
        answer = self.crate.post(f"undo/{undo_id}")
        try:
            is_all = self.model.take_back(taken)
        except Refused:
            assert answer.status_code == HTTPStatus.CONFLICT
            self.taken.append((undo_id, taken))
        else:
            assert answer.status_code == (HTTPStatus.SEE_OTHER if is_all else HTTPStatus.CONFLICT), text_of(answer)

    @rule(place=PLACE)
    def look(self, place: int | None) -> None:
        """A folder's page shows what lies in it, and the trash what was thrown away."""
        into = self.folder_id(place)
        if self.model.is_folder(into):
            inside = [(node.kind != "folder", node.name.lower(), node.id) for node in self.model.children(into)]
            shown = [item for item, _ in self.crate.listed(into or "")]
            assert shown == [node_id for _, _, node_id in sorted(inside)]
        else:
            assert self.crate.person.get(self.crate.at(into or "")).status_code == HTTPStatus.NOT_FOUND
        roots = sorted(node.name for node in self.model.nodes.values() if node.trashed_with == node.id)
        assert sorted(self.crate.trashed()) == roots

    @invariant()
    def equal(self) -> None:
        assert self.rows() == self.model.state()

    def teardown(self) -> None:
        """At the end every file and document is read."""
        for node in self.model.live(self.model.nodes):
            if node.texts:
                assert self.crate.content(node.id) == node.texts[-1]

    def rows(self) -> dict[str, tuple[Any, ...]]:
        return real_state(self.superuser, self.crate.person.account_id)

    def agree(self, answer: Any, change: Any) -> None:  # noqa: ANN401 - a response of the test client, and a function
        """Change the model too, and hold the answer against what it says."""
        try:
            taken = change()
        except Refused:
            assert HTTPStatus.BAD_REQUEST <= answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, text_of(answer)
            return
        assert answer.status_code == HTTPStatus.SEE_OTHER, text_of(answer)
        undo = asked(answer).get("undo")
        assert (undo is not None) == isinstance(taken, Taken)
        if undo:
            self.taken.append((undo[0], taken))

    def adopt(self, expected: list[Signature], into: str | None) -> None:
        """Find the copies among the new rows, and take them into the model by what they look like."""
        real = Model()
        for item, (kind, name, parent, trashed, hashes) in self.rows().items():
            # Of what is inside a file only its hash is known: it stands in for the bytes.
            real.add(Node(item, kind, name, parent, [h.encode() for h in hashes], trashed))
        real_signature = _signature_of(real)
        new = [node for node in real.nodes.values() if node.id not in self.model.nodes]
        tops = [node for node in new if node.parent == into]
        assert sorted(real_signature(node, self.model.nodes) for node in tops) == sorted(expected)
        bytes_of = {
            h: text for node in self.model.nodes.values() for h, text in zip(node.hashes, node.texts, strict=True)
        }
        for node in new:
            texts = [bytes_of[h.decode()] for h in node.texts]
            assert len(texts) <= 1, "a copy begins anew"
            self.model.add(Node(node.id, node.kind, node.name, node.parent, texts))

    def node(self, which: int) -> Node:
        nodes = list(self.model.nodes.values())
        return nodes[which % len(nodes)]

    def ids(self, some: list[int]) -> list[str]:
        return list(dict.fromkeys(self.node(which).id for which in some))

    def folder_id(self, place: int | None) -> str | None:
        """A folder, in the trash or not; None is the top, which it also is where there is no folder."""
        folders = [node.id for node in self.model.nodes.values() if node.kind == "folder"]
        return folders[place % len(folders)] if place is not None and folders else None


def _signature_of(real: Model) -> Any:  # noqa: ANN401 - a function
    """How an item looks with what lies in it, by the database's rows; what was there before doesn't count."""

    def signature(node: Node, before: dict[str, Node]) -> Signature:
        inside = [child for child in real.children(node.id) if child.id not in before]
        own = node.texts[-1].decode() if node.texts else ""
        return node.kind, node.name, own, tuple(sorted(signature(child, before) for child in inside))

    return signature


class _Named:
    """A file to upload."""

    def __init__(self, content: bytes) -> None:
        self.name, self._content = "track.ogg", content

    def read(self, *_size: int) -> bytes:
        content, self._content = self._content, b""
        return content


def test_the_real_thing_equals_the_model(crate: Crate, superuser: Superuser) -> None:
    Arranging.crate, Arranging.superuser = crate, superuser
    run_state_machine_as_test(Arranging, settings=ROUNDS)
