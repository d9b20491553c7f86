"""What the matrix fills its requests with, and what it expects to find in the answers, route by route."""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.promises.standing import Actor, Side, witness_key
from tests.site.browsing import PASSWORD, new_address, registration, urlencoded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FORM = "application/x-www-form-urlencoded"
NEW_PASSWORD = "the stylus skips a groove at dawn"


@dataclass(frozen=True)
class Row:
    """A row: what a route answers to whom. `given`: what its parameters are; `changes`: tables that «done» changes."""

    route: str
    asked: str
    given: str
    answers: dict[str, str]
    changes: frozenset[str]


@dataclass(frozen=True)
class Cell:
    """One request. `side`: the account whose ids are in it; if it `is_mixed`, all but the first are the `other`'s."""

    row: Row
    actor: Actor
    side: Side
    other: Side
    path: str
    expected: str
    is_mixed: bool = False

    def __str__(self) -> str:
        mixed = " with an id of the other account" if self.is_mixed else ""
        return f"{self.row.route} ({self.row.given}{mixed}) asked by {self.actor.name}, expected: {self.expected}"


def body_of(cell: Cell, method: str) -> tuple[bytes, str]:
    """The form that is sent to a route, and its type."""
    if method in {"GET", "HEAD", "OPTIONS"}:
        return b"", ""
    if cell.row.route == "upload":
        return encode_multipart(BOUNDARY, {"tracks": _file()}), MULTIPART_CONTENT
    forms: Mapping[str, Callable[[], dict[str, str]]] = {
        "register": lambda: registration(new_address("anew")),
        "sign-in": lambda: {
            "email": cell.side.chief.email,
            "password": PASSWORD if cell.row.given == "right" else "wrong",
        },
        "forgotten": lambda: {"email": cell.side.chief.email},
        "reset": lambda: {"password": NEW_PASSWORD},
        "me-name": lambda: {"name": "anew"},
        "me-address": lambda: {"address": "anew"},
        "me-email": lambda: {"email": new_address("anew"), "password": PASSWORD},
        "me-password": lambda: {"old_password": PASSWORD, "password": NEW_PASSWORD},
        "me-newsletter": lambda: {"newsletter": "on"},
        "invitation": lambda: {"password": PASSWORD, "agree": "on"},
        "account-new": lambda: {"name": "anew"},
        "my-question": lambda: {"text": "anew"},
        "item-ask": lambda: {"topic": "support", "text": "anew"},
        "tokens": lambda: {"name": "anew", "rights": "read", "days": "7", "password": PASSWORD},
        "document-new": lambda: {"name": "anew"},
        "document-preview": lambda: {"text": "anew"},
        "document": lambda: {"text": "anew", "base": "2"},
        "folder-new": lambda: {"name": "anew"},
        "move": lambda: {"item": cell.side.item, "into": cell.side.inside["folder"]},
        "copy": lambda: {"item": cell.side.item, "into": cell.side.inside["folder"]},
        "tag": lambda: {"item": cell.side.item, "tags": "anew"},
        "throw-away": lambda: {"item": cell.side.item},
        "restore": lambda: {"item": cell.side.inside["thrown"]},
        "trash-delete": lambda: {"item": cell.side.inside["thrown"]},
        "account-delete": lambda: {"name": f"{cell.side.word}-crew"},
        "link-new": lambda: {"days": "7"},
        "rename": lambda: {"name": "anew"},
        "tags-add": lambda: {"tags": "anew"},
        "tag-remove": lambda: {"tag": f"{cell.side.word}-tag"},
        "comment-add": lambda: {"comment": "anew"},
        "data-put": lambda: {"data_name": "anew", "data_value": "1"},
        "data-remove": lambda: {"data_name": f"{cell.side.word}-data"},
        "account-rename": lambda: {"name": "anew"},
        "member-change": lambda: {"action": "remove" if cell.row.given == "oneself" else cell.row.given},
        "invite": lambda: {"email": new_address("anew")},
        "witnesses": lambda: {"name": "anew", "witness": witness_key("anew")},
        "access": lambda: {"action": "approve", "item": cell.side.item, "hours": "1", "later": "0"},
        "access-setting": lambda: {"after_notice": "allow"},
        "witness-drop": lambda: {"witness": witness_key(cell.side.word)},
    }
    make = forms.get(cell.row.route)
    return (urlencoded(make()).encode(), FORM) if make else (b"", "")


def value_of(name: str, row: Row, actor: Actor, side: Side) -> object:
    """What stands in an address for a parameter. A route with another kind of parameter says here what it is."""
    people = {"oneself": actor.id or side.mate_id, "demote": side.deputy_id}
    values: Mapping[str, Callable[[], object]] = {
        "account_id": lambda: side.id,
        "item_id": lambda: side.inside.get(row.given.removeprefix("its "), side.item),
        "comment_id": lambda: side.inside["comment"],
        "undo_id": lambda: side.inside["undo"],
        "share_id": lambda: side.inside["share"],
        "token_id": lambda: side.session,
        "request_id": lambda: side.inside["request"],
        "ticket_id": lambda: side.question,
        "number": lambda: 1,
        "index": lambda: 0,
        "path": lambda: "0/000.p/1",
        "invitation_id": lambda: side.invitation,
        "person_id": lambda: people.get(row.given, side.mate_id),
        "session_id": lambda: side.session,
        "token": lambda: side.links[row.route] if row.given == "its link" else side.invitation,
        "key": lambda: _mailbox_key() if row.given == "its key" else side.invitation,
        "name": lambda: side.mail,
    }
    return values[name]()


def shown_texts(cell: Cell) -> set[str]:
    """What a page must show to somebody who is said to be shown it."""
    side, actor = cell.side, cell.actor
    crews = {"Carol": f"{cell.other.word}-crew", "Dan": "No crew yet"}
    of_theirs = {"Alice": f"{side.word}-asked", "Carol": f"{cell.other.word}-asked"}
    texts: Mapping[str, set[str]] = {
        "me": {actor.email},
        "sessions": {"Firefox on Linux", "this one"},
        "studio": {crews.get(actor.name, f"{side.word}-crew")},
        "account": {f"{side.word}-crew", f"{side.word}-track", side.item},
        "my-questions": {of_theirs.get(actor.name, "You have asked nothing yet.")},
        "my-question": {f"{side.word}-asked"},
        "item-ask": {f"{side.word}-track"},
        "tokens": {crews.get(actor.name, f"{side.word}-crew") if actor.name != "Dan" else "all accounts"},
        "take-out": {f"{side.word}-track", f"{side.word}-paper"},
        "take-out-folder": {"manifest.json"},
        "find": {f"{side.word}-crew"},
        "document-new": {f"{side.word}-crew"},
        "document": {f"{side.word}-paper", f"{side.word}-said"},
        "document-history": {f"{side.word}-paper", f"{side.word}-said"},
        "folder-new": {f"{side.word}-crew"},
        "folder": {f"{side.word}-folder"},
        "trash": {f"{side.word}-thrown"},
        "room": {f"{side.word}-crew"},
        "account-delete": {f"{side.word}-crew"},
        "links": {f"{side.word}-track"},
        "accesses": {f"{side.word}-agent"},
        "access": {f"{side.word}-agent", f"{side.word}-track", "We were asked to."},
        "witnesses": {f"{side.word}-watch", witness_key(side.word)},
        "link-new": {f"{side.word}-track"},
        "rename": {f"{side.word}-track"},
        "item": {f"{side.word}-track", side.sha256, f"{side.word}-name"},
        "item-file": {side.file.decode()},
        "members": {side.chief.email, *({side.guest, side.invitation} if actor.name != "Bob" else ())},
        "record": {f"{side.word}-crew", f"{side.word}-name", side.guest},
        "record-receipt": {"administrator:account:created"},
        "record-export": {"administrator:account:created", side.invitation, side.chief_id},
        "my-record": {"You agreed to version"},
        "my-record-receipt": {"person:terms:agreed"},
        "my-record-export": {"person:terms:agreed"},
        "invitation": {f"{side.word}-crew", side.guest, side.chief.email},
        "mailbox": {f"{side.word}-letter", side.guest},
        "mailbox-message": {f"{side.word}-letter", side.guest},
    }
    return texts[cell.row.route]


def told(cell: Cell) -> set[str]:
    """What whoever holds a mailed link, or the key to the mailbox, is told by that."""
    side = cell.side
    match cell.row.route, cell.row.given:
        case "invitation", "its link":
            return {f"{side.word}-crew", side.guest, side.chief.email}
        case "invitation-accept", "its link":
            return {str(side.id)}
        case "mailbox" | "mailbox-message", "its key":
            return {text for one in (side, cell.other) for text in (f"{one.word}-letter", one.guest)}
    return set()


def _file() -> BytesIO:
    file = BytesIO(b"OggS anew")
    file.name = "anew.ogg"
    return file


def _mailbox_key() -> str:
    assert settings.DATA_FOLDER
    return (settings.DATA_FOLDER / "secrets" / "mailbox.key").read_text("ascii").strip()
