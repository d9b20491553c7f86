"""A cell of the matrix: one request of one person at one address, and whether its outcome is what the table says."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote_plus
from uuid import uuid4

from django.urls import URLPattern, reverse

from tests.promises.filling import Cell, Row, body_of, shown_texts, told, value_of
from tests.promises.keeping import Kept
from tests.promises.serving import shown
from tests.promises.standing import Actor, Side, Stage

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
COLUMNS = ("runs", "member", "other", "once", "visitor")
# What comes along with much else, in the words of the table.
TABLES = {
    "mail": {"mail_message", "procrastinate_jobs", "procrastinate_events"},
    "tries": {"sign_in_try"},
    "document": {"item_key", "blob", "blobs", "account_room", "item_term"},
    "version": {"item", "item_version", "blob", "blobs", "account_room", "item_term"},
    "everything": {
        *("account", "account_key", "account_room", "blob", "blobs", "invitation", "item", "item_comment"),
        *("item_data", "item_key", "item_tag", "item_term", "item_undo", "item_version", "membership"),
        *("share", "share_secret", "ledger_witness", "access_request"),
    },
    "access": {"access_request", "access_grant", "access_grant_item", "access_tally"},
    "question": {"ticket", "ticket_message", "ticket_link"},
    "newcomer": {"person", "credential", "terms_agreement", "membership", "ledger_log"},
    "renewal": {"credential", "ledger_entry", "ledger_waiting"},
    "record": {"ledger_entry", "ledger_waiting"},
}
# The time, and what is about the connection only (RFC 9110 section 7.6.1).
VOLATILE = frozenset({"date", "connection", "keep-alive", "transfer-encoding"})
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def rows_of(table: str) -> list[Row]:
    """Read the table: columns are two or more blanks apart."""
    found = []
    for line in table.strip().splitlines():
        route, asked, given, *rest = re.split(r"\s{2,}", line.strip())
        answers, changes = rest[: len(COLUMNS)], " ".join(rest[len(COLUMNS) :]).split()
        tables = frozenset(table for word in changes for table in TABLES.get(word, {word}))
        found.append(Row(route, asked, given, dict(zip(COLUMNS, answers, strict=True)), tables))
    return found


def methods_of(row: Row) -> tuple[str, ...]:
    return ("GET", "HEAD") if row.asked == "GET" else (row.asked,)


class Matrix:
    """All cells of a stage; `actors` are its people, with browsers of whatever kind."""

    def __init__(self, stage: Stage, kept: Kept, rows: Sequence[Row], actors: Sequence[Actor]) -> None:
        self.stage, self.kept, self.rows, self.actors = stage, kept, rows, actors

    def cells(self, pattern: URLPattern) -> Iterator[Cell]:
        """Every row of a route, for everybody, with the ids of both accounts, and of one within the other."""
        parameters = list(pattern.pattern.converters)
        for row in (row for row in self.rows if row.route == pattern.name):
            for actor in self.actors:
                for side in (self.stage.a, self.stage.b) if parameters else (self.stage.a,):
                    relation = self.stage.relation(actor, side)
                    yield self._cell(row, actor, side, parameters, row.answers[relation])
                    # The index of an entry is a number, and no other account's.
                    inner = [name for name in parameters[1:] if name != "index"]
                    if inner and parameters[0] == "account_id" and row.given != "oneself":
                        inside = "stale" if row.route == "undo" and relation in {"runs", "member"} else "absent"
                        refusal = "sign in" if relation == "visitor" else inside
                        yield self._cell(row, actor, side, parameters, refusal, is_mixed=True)

    def _cell(
        self, row: Row, actor: Actor, side: Side, parameters: Sequence[str], expected: str, *, is_mixed: bool = False
    ) -> Cell:
        other = self.stage.other(side)
        inner = other if is_mixed else side
        values = {name: value_of(name, row, actor, side if name == "account_id" else inner) for name in parameters}
        return Cell(row, actor, side, other, reverse(row.route, kwargs=values), expected, is_mixed)

    def try_cell(self, cell: Cell) -> None:
        """Ask as the row says, and judge what came of it. Afterwards all is as before."""
        for method in methods_of(cell.row):
            response = self.ask(cell, method)
            self._judge_answer(cell, method, response)
            self._judge_changes(cell)

    def try_other_methods(self, cell: Cell, taken: set[str]) -> None:
        """Ask with every method that no row has: refused to everybody, with the same page."""
        for method in METHODS:
            if method not in taken:
                response = self.ask(cell, method)
                assert response.status_code == 405, f"{method} of {cell}: {response.status_code}"
                assert set(response["Allow"].split(", ")) == taken, f"{method} of {cell}"
        assert self.kept.changed() == set(), f"a method that {cell.row.route} doesn't have changed something: {cell}"

    def ask(self, cell: Cell, method: str) -> Any:  # noqa: ANN401 - a response of the test client
        """Send the cell's request, and find nothing in the answer that its sender may not see."""
        body = body_of(cell, method)
        response = cell.actor.ask(method, cell.path, body)
        assert response.status_code < 500, f"{method} of {cell}: {response.status_code}"
        said = cell.path + unquote_plus(body[0].decode("utf-8", "replace"))
        seen = shown(response)
        hidden = self.stage.hidden(cell.actor) - told(cell)
        leaked = {secret for secret in hidden if secret in seen and secret not in said}
        assert leaked == set(), f"{method} of {cell} shows {leaked}"
        return response

    def _judge_answer(self, cell: Cell, method: str, response: Any) -> None:  # noqa: ANN401 - as above
        what, status = f"{method} of {cell}", response.status_code
        match cell.expected:
            case "page":
                assert status == 200, what
                everything = {*self.stage.a.everything(), *self.stage.b.everything(), cell.actor.email} - {""}
                assert not [text for text in everything if text in shown(response) and text not in cell.path], what
            case "shown":
                assert status == 200, what
                seen = shown(response)
                missing = [text for text in shown_texts(cell) if text not in seen]
                assert method == "HEAD" or missing == [], f"{what} lacks {missing}"
            case "done" | "nothing":
                assert method == "POST", what
                assert status in {200, 303}, f"{what}: {status}"
                assert not response.headers.get("Location", "").startswith("/sign-in?next"), what
            case "refused":
                assert status == 422, f"{what}: {status}"
            case "denied":
                assert status == 403, f"{what}: {status}"
            case "stale":
                assert status == 409, f"{what}: {status}"
            case "gone" | "absent":
                assert status == 404, f"{what}: {status}"
                nothing = cell.actor.ask(method, UUID.sub(lambda _: str(uuid4()), cell.path), body_of(cell, method))
                differing = facts(response) ^ facts(nothing)
                assert differing == set(), f"{what} differs from what isn't there: {differing}"
                is_link = "This link no longer works" in shown(response)
                assert method == "HEAD" or is_link == (cell.expected == "gone"), what
            case "sign in" if method in {"GET", "HEAD"}:
                assert status == 303, f"{what}: {status}"
                assert response["Location"].startswith("/sign-in?next="), what
            case "sign in":
                assert status == 401, f"{what}: {status}"
            case _:
                raise LookupError(cell.expected)
        assert method != "HEAD" or response.getvalue() == b"", what

    def _judge_changes(self, cell: Cell) -> None:
        changed = self.kept.changed()
        if changed:
            self.kept.put_back()
        tables = {table for table, _owner in changed}
        expected = cell.row.changes if cell.expected in {"done", "refused"} else frozenset()
        assert tables == expected, f"{cell} changed {sorted(tables)}, not {sorted(expected)}"
        foreign = {str(cell.other.id), cell.other.chief_id, cell.other.mate_id, cell.other.deputy_id} - {cell.actor.id}
        touched = {owner for _table, owner in changed} & foreign
        assert touched == set(), f"{cell} changed what is the other account's"


def facts(response: Any) -> set[tuple[str, object]]:  # noqa: ANN401 - a response of the test client
    """All of an answer by which what it is about could be told."""
    headers = {(name.lower(), value) for name, value in response.headers.items() if name.lower() not in VOLATILE}
    return {("status", response.status_code), ("body", response.getvalue()), *headers}
