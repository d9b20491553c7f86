"""Every page of the site, in each of the forms that it has: for whom, and where."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from django.urls import URLPattern, get_resolver, reverse
from playwright.sync_api import APIRequestContext

from tests.browser.scene import FLYER, HOURS, ODD_TRACK, RIDER, TRACK, Scene

Where = Callable[[Scene], str]
Visit = tuple[str, Where]  # by whom, and the path
VISITOR: Final = "visitor"
METHOD_NOT_ALLOWED: Final = 405
SAMPLES: Final = {"uuid": "00000000-0000-4000-8000-000000000000", "secret": "x", "str": "x", "int": "1", "path": "x"}


def at(path: str) -> Where:
    return lambda _scene: path


def _id(scene: Scene) -> str:
    return scene.items[TRACK].rpartition("/")[2]


def item(name: str) -> Where:
    return lambda scene: scene.items[name]


PAGES: Final[Mapping[str, Sequence[Visit]]] = {
    "front": [(VISITOR, at("/")), ("admin", at("/?done=signed-out"))],
    "privacy": [(VISITOR, at("/privacy#1b"))],
    "terms": [(VISITOR, at("/terms"))],
    "cookies": [(VISITOR, at("/cookies"))],
    "transparency": [(VISITOR, at("/transparency"))],
    "contact": [(VISITOR, at("/contact?topic=policy")), ("admin", at("/contact"))],
    "contact-thread": [(VISITOR, lambda scene: scene.links.draft), (VISITOR, lambda scene: scene.links.thread)],
    "my-questions": [("admin", at("/me/questions")), ("newcomer", at("/me/questions"))],
    "my-question": [("admin", lambda scene: scene.question)],
    "item-ask": [("member", lambda scene: f"{scene.items[TRACK]}/ask")],
    "ledger-verify": [(VISITOR, at("/ledger/verify"))],
    "ledger": [(VISITOR, at("/ledger")), ("admin", at("/ledger"))],
    "register": [(VISITOR, at("/register"))],
    "sign-in": [(VISITOR, at("/sign-in?next=/studio"))],
    "forgotten": [(VISITOR, at("/password/forgotten"))],
    "mailbox": [(VISITOR, lambda scene: scene.site.mailbox)],
    "mailbox-message": [(VISITOR, lambda scene: scene.site.mailbox + scene.site.newest_mail())],
    "confirm": [(VISITOR, lambda scene: scene.links.confirm)],
    "reset": [(VISITOR, lambda scene: scene.links.reset)],
    "email-confirm": [(VISITOR, lambda scene: scene.links.change)],
    "invitation": [
        (VISITOR, lambda scene: scene.links.unknown_guest),
        (VISITOR, lambda scene: f"{scene.links.unknown_guest}?register"),
        (VISITOR, lambda scene: scene.links.known_guest),
        ("newcomer", lambda scene: scene.links.known_guest),
    ],
    "me": [("admin", at("/me?done=name"))],
    "sessions": [("admin", at("/me/sessions"))],
    "tokens": [("admin", at("/me/tokens"))],
    "my-record": [("admin", at("/me/record")), ("member", at("/me/record?kind=programs"))],
    "shared": [
        (VISITOR, lambda scene: scene.links.shared),
        (VISITOR, lambda scene: scene.links.locked),
    ],
    "shared-item": [(VISITOR, lambda scene: f"{scene.links.shared}/items/{_id(scene)}")],
    "links": [
        ("admin", lambda scene: f"{scene.admin.account}/links"),
        ("newcomer", lambda scene: f"{scene.newcomer.account}/links"),
    ],
    "link-new": [("admin", lambda scene: f"{scene.items[TRACK]}/share")],
    "studio": [("admin", at("/studio")), ("loner", at("/studio"))],
    "account": [
        ("admin", lambda scene: scene.admin.account),
        ("member", lambda scene: scene.admin.account),
        ("newcomer", lambda scene: scene.newcomer.account),
        ("admin", lambda scene: scene.full_account),
        ("admin", lambda scene: f"{scene.full_account}?page=2"),
    ],
    "members": [
        ("admin", lambda scene: f"{scene.admin.account}/members"),
        ("member", lambda scene: f"{scene.admin.account}/members"),
        ("newcomer", lambda scene: f"{scene.newcomer.account}/members"),
    ],
    "record": [
        ("admin", lambda scene: f"{scene.admin.account}/record"),
        ("admin", lambda scene: f"{scene.admin.account}/record?kind=links"),
        ("newcomer", lambda scene: f"{scene.newcomer.account}/record?before=1"),
    ],
    "accesses": [
        ("admin", lambda scene: f"{scene.admin.account}/access"),
        ("newcomer", lambda scene: f"{scene.newcomer.account}/access"),
    ],
    "witnesses": [
        ("admin", lambda scene: f"{scene.admin.account}/witnesses"),
        ("newcomer", lambda scene: f"{scene.newcomer.account}/witnesses"),
    ],
    "item": [
        *(("admin", item(name)) for name in (TRACK, RIDER, FLYER, HOURS, ODD_TRACK)),
        ("member", lambda scene: scene.thrown_away),
        ("admin", lambda scene: scene.folder.replace("/folders/", "/items/")),
    ],
    "folder": [("admin", lambda scene: scene.folder), ("member", lambda scene: f"{scene.folder}?sort=-size")],
    "folder-new": [("admin", lambda scene: f"{scene.admin.account}/folders?folder={scene.folder[-36:]}")],
    "find": [
        ("admin", lambda scene: f"{scene.admin.account}/find"),
        ("member", lambda scene: f"{scene.admin.account}/find?q=tool&kind=audio"),
        ("admin", lambda scene: f"{scene.admin.account}/find?q=nothing+of+this"),
    ],
    "document-new": [("admin", lambda scene: f"{scene.admin.account}/documents")],
    "document": [("member", lambda scene: scene.document)],
    "document-history": [
        ("admin", lambda scene: f"{scene.document}/history"),
        ("admin", lambda scene: f"{scene.document}/history?version=1"),
    ],
    "rename": [("admin", lambda scene: f"{scene.items[TRACK]}/rename")],
    "move": [
        ("admin", lambda scene: f"{scene.admin.account}/move?item={_id(scene)}"),
        ("admin", lambda scene: f"{scene.admin.account}/move?item={_id(scene)}&to={scene.folder[-36:]}"),
    ],
    "copy": [("member", lambda scene: f"{scene.admin.account}/copy?all=1")],
    "tag": [("member", lambda scene: f"{scene.admin.account}/tag?item={_id(scene)}")],
    "trash": [
        ("admin", lambda scene: f"{scene.admin.account}/trash"),
        ("member", lambda scene: f"{scene.admin.account}/trash"),
        ("newcomer", lambda scene: f"{scene.newcomer.account}/trash"),
    ],
    "room": [
        ("admin", lambda scene: f"{scene.admin.account}/room"),
        ("member", lambda scene: f"{scene.admin.account}/room"),
        ("newcomer", lambda scene: f"{scene.newcomer.account}/room"),
    ],
    "account-delete": [("admin", lambda scene: f"{scene.admin.account}/delete")],
}
# What answers GET with something else than a page.
OTHERS: Final[Mapping[str, Visit]] = {
    "health": (VISITOR, at("/health")),
    "ledger-verifier": (VISITOR, at("/ledger/ledger_verify.py")),
    "approval-verifier": (VISITOR, at("/ledger/approval_verify.py")),
    "ledger-checkpoint": (VISITOR, at("/ledger/checkpoint")),
    "ledger-policy": (VISITOR, at("/ledger/policy")),
    "ledger-tile": (VISITOR, at("/ledger/tile/0/000.p/1")),
    "my-record-receipt": ("admin", at("/me/record/0")),
    "my-record-export": ("admin", at("/me/record/export")),
    "record-receipt": ("admin", lambda scene: f"{scene.admin.account}/record/0"),
    "record-export": ("admin", lambda scene: f"{scene.admin.account}/record/export"),
    "shared-file": (VISITOR, lambda scene: f"{scene.links.shared}/items/{_id(scene)}/file"),
    "take-out": ("member", lambda scene: f"{scene.admin.account}/take-out"),
    "take-out-folder": ("member", lambda scene: f"{scene.folder.replace('/folders/', '/items/')}/take-out"),
    "uploads": ("member", lambda scene: f"{scene.admin.account}/uploads"),
    "item-file": ("admin", lambda scene: f"{scene.items[TRACK]}/file"),
}

# What has a test of its own: test_legal.py, test_desk_story.py, test_factors.py.
ELSEWHERE: Final = frozenset(
    {
        *("access", "process", "process-export", "process-receipt"),
        *("approval-keys", "approval-key-lost", "approval"),
        *("second-factor", "my-factors", "my-factor-new", "my-factor-drop", "recovery-codes"),
    }
)


def routes_that_answer_get(calls: APIRequestContext) -> Iterator[str]:
    """The names of the URLconf's routes that don't refuse the method, as the live site says itself."""
    for pattern in get_resolver().url_patterns:
        if not isinstance(pattern, URLPattern) or str(pattern.pattern).startswith("api/"):
            continue  # the interface for programs has no pages
        name = str(pattern.name)
        sample = {key: SAMPLES[_kind(converter)] for key, converter in pattern.pattern.converters.items()}
        if calls.get(reverse(name, kwargs=sample), max_redirects=0).status != METHOD_NOT_ALLOWED:
            yield name


def _kind(converter: object) -> str:
    kind = type(converter).__name__.removesuffix("Converter").lower()
    return {"string": "str"}.get(kind, kind)
