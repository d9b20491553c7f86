"""4a: every route, everybody, every method, with the ids of both accounts: what each gets stands in one table.

Through the site's own process, over TLS, with its database login. What is refused shows nothing that its asker may not
see, and changes nothing; what is done changes what the table says, of the right account, and nothing else.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.urls import URLPattern, get_resolver, path

from djmixersoft.policy import check
from djmixersoft.site.views.public import front
from tests.promises.cells import Matrix, methods_of, rows_of
from tests.promises.keeping import Kept
from tests.promises.sabotage import bent
from tests.promises.standing import Stage
from tests.promises.unguarded import without_guards
from tests.sealing import seal
from tests.site.browsing import Browser
from tests.support import ROOT

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.filling import Cell
    from tests.promises.people import World
    from tests.promises.serving import Site

# Who asks: whoever runs the account whose ids are in the address; its member; somebody of the other account; somebody
# who was in it once, and is in none; a visitor. (Where there are no ids: Alice, Bob, Carol, Dan, and a visitor.)
#
# What they get. page: as everybody does. shown: what it is about. done: it is, and changes these tables. nothing: the
# same answer, but nothing happens. refused: a sentence, and the form again. gone: no such link. absent: the very
# answer that an id nobody ever had gets. denied: told that it is the Administrators' to do. stale: told that
# it can't be taken back (any more). sign in: led to it; a form that was sent, with its fields kept.
#
# route                asked given      runs it  member   other    was in   visitor  changes
MATRIX = """
front                GET   -          page     page     page     page     page
privacy              GET   -          page     page     page     page     page
terms                GET   -          page     page     page     page     page
cookies              GET   -          page     page     page     page     page
transparency         GET   -          page     page     page     page     page
ledger-verify        GET   -          page     page     page     page     page
ledger-verifier      GET   -          page     page     page     page     page
approval-verifier    GET   -          page     page     page     page     page
ledger               GET   -          page     page     page     page     page
ledger-checkpoint    GET   -          page     page     page     page     page
ledger-policy        GET   -          page     page     page     page     page
ledger-tile          GET   a tile     page     page     page     page     page
health               GET   -          page     page     page     page     page
mailbox              GET   its key    shown    shown    shown    shown    shown
mailbox              GET   an id      absent   absent   absent   absent   absent
mailbox-message      GET   its key    shown    shown    shown    shown    shown
mailbox-message      GET   an id      absent   absent   absent   absent   absent
register             GET   -          page     page     page     page     page
register             POST  -          done     done     done     done     done     registration mail tries
confirm              GET   its link   page     page     page     page     page
confirm              POST  its link   done     done     done     done     done     registration newcomer account record
confirm              GET   an id      page     page     page     page     page
confirm              POST  an id      gone     gone     gone     gone     gone
sign-in              GET   -          page     page     page     page     page
sign-in              POST  right      done     done     done     done     done     session
sign-in              POST  wrong      refused  refused  refused  refused  refused  tries
sign-out             POST  -          done     done     done     done     nothing  session
forgotten            GET   -          page     page     page     page     page
forgotten            POST  -          done     done     done     done     done     mail_proof mail tries
reset                GET   its link   page     page     page     page     page
reset                POST  its link   done     done     done     done     done     session mail_proof mail renewal
reset                GET   an id      gone     gone     gone     gone     gone
reset                POST  an id      gone     gone     gone     gone     gone
email-confirm        GET   its link   page     page     page     page     page
email-confirm        POST  its link   done     done     done     done     done     person mail_proof mail record
email-confirm        GET   an id      gone     gone     gone     gone     gone
email-confirm        POST  an id      gone     gone     gone     gone     gone
me                   GET   -          shown    shown    shown    shown    sign in
me-name              POST  -          done     done     done     done     sign in  person_name
me-address           POST  -          done     done     done     done     sign in  person_address
me-email             POST  -          done     done     done     done     sign in  mail_proof mail tries
me-password          POST  -          done     done     done     done     sign in  credential mail mail_proof record
me-newsletter        POST  -          done     done     done     done     sign in  subscription record
sessions             GET   -          shown    shown    shown    shown    sign in
sessions-end-all     POST  -          done     done     done     done     sign in  session
session-end          POST  its id     done     nothing  nothing  nothing  sign in  session
invitation           GET   its link   shown    shown    shown    shown    shown
invitation           POST  its link   done     done     done     done     done     invitation newcomer session record
invitation           GET   an id      gone     gone     gone     gone     gone
invitation           POST  an id      gone     gone     gone     gone     gone
invitation-accept    POST  its link   nothing  nothing  done     done     sign in  invitation membership record
invitation-accept    POST  an id      gone     gone     gone     gone     sign in
studio               GET   -          shown    shown    shown    shown    sign in
account-new          POST  -          done     done     done     done     sign in  account membership record ledger_log
account              GET   its ids    shown    shown    absent   absent   sign in
account-rename       POST  its ids    done     absent   absent   absent   sign in  account record
upload               POST  its ids    done     done     absent   absent   sign in  item document
members              GET   its ids    shown    shown    absent   absent   sign in
member-change        POST  promote    done     absent   absent   absent   sign in  membership record
member-change        POST  demote     done     absent   absent   absent   sign in  membership record
member-change        POST  remove     done     absent   absent   absent   sign in  membership record
member-change        POST  hand-over  done     absent   absent   absent   sign in  membership record
member-change        POST  oneself    done     done     absent   absent   sign in  membership record
invite               POST  its ids    done     absent   absent   absent   sign in  invitation mail tries record
invitation-withdraw  POST  its ids    done     absent   absent   absent   sign in  invitation record
tokens               GET   -          shown    shown    shown    shown    sign in
tokens               POST  -          done     done     done     done     sign in  api_token record
token-end            POST  its id     nothing  nothing  nothing  nothing  sign in
my-record            GET   -          shown    shown    shown    shown    sign in
my-record-receipt    GET   the first  shown    shown    shown    shown    sign in
my-record-export     GET   -          shown    shown    shown    shown    sign in
my-questions         GET   -          shown    shown    shown    shown    sign in
my-question          GET   its id     shown    absent   absent   absent   sign in
my-question          POST  its id     done     absent   absent   absent   sign in  ticket ticket_message tries
record               GET   its ids    shown    absent   absent   absent   sign in
record-receipt       GET   its ids    shown    absent   absent   absent   sign in
record-export        GET   its ids    shown    absent   absent   absent   sign in
accesses             GET   its ids    shown    absent   absent   absent   sign in
access-setting       POST  its ids    done     absent   absent   absent   sign in  access_setting record
access               GET   its ids    shown    absent   absent   absent   sign in
access               POST  its ids    done     absent   absent   absent   sign in  access record
access-revoke        POST  its ids    nothing  absent   absent   absent   sign in
access-seen          POST  its ids    nothing  absent   absent   absent   sign in
witnesses            GET   its ids    shown    absent   absent   absent   sign in
witnesses            POST  its ids    done     absent   absent   absent   sign in  ledger_witness record
witness-drop         POST  its ids    done     absent   absent   absent   sign in  ledger_witness record
take-out             GET   its ids    shown    shown    absent   absent   sign in
take-out-folder      GET   its folder  shown   shown    absent   absent   sign in
unpack               POST  its ids    refused  refused  absent   absent   sign in
find                 GET   its ids    shown    shown    absent   absent   sign in
document-new         GET   its ids    shown    shown    absent   absent   sign in
document-new         POST  its ids    done     done     absent   absent   sign in  document item
document-preview     POST  its ids    nothing  nothing  absent   absent   sign in
document             GET   its paper  shown    shown    absent   absent   sign in
document             POST  its paper  done     done     absent   absent   sign in  version
document-history     GET   its paper  shown    shown    absent   absent   sign in
document-restore     POST  its paper  done     done     absent   absent   sign in  version
folder-new           GET   its ids    shown    shown    absent   absent   sign in
folder-new           POST  its ids    done     done     absent   absent   sign in  item item_term
folder               GET   its folder  shown   shown    absent   absent   sign in
move                 GET   its ids    refused  refused  absent   absent   sign in
move                 POST  its ids    done     done     absent   absent   sign in  item item_undo
copy                 GET   its ids    refused  refused  absent   absent   sign in
copy                 POST  its ids    done     done     absent   absent   sign in  document item item_tag item_data
tag                  GET   its ids    refused  refused  absent   absent   sign in
tag                  POST  its ids    done     done     absent   absent   sign in  item_tag item_term item_undo
throw-away           POST  its ids    done     done     absent   absent   sign in  item item_undo
undo                 POST  its ids    done     stale    absent   absent   sign in  item item_undo
trash                GET   its ids    shown    shown    absent   absent   sign in
restore              POST  its ids    done     done     absent   absent   sign in  item
trash-delete         POST  its ids    done     denied   absent   absent   sign in  item item_term
trash-empty          POST  its ids    done     absent   absent   absent   sign in  item item_term
room                 GET   its ids    shown    shown    absent   absent   sign in
versions-delete      POST  its ids    done     absent   absent   absent   sign in  item_version blob blobs account_room
account-delete       GET   its ids    shown    absent   absent   absent   sign in
account-delete       POST  its ids    done     absent   absent   absent   sign in  everything record
links                GET   its ids    shown    shown    absent   absent   sign in
link-revoke          POST  its ids    done     done     absent   absent   sign in  share record
link-new             GET   its ids    shown    shown    absent   absent   sign in
link-new             POST  its ids    done     done     absent   absent   sign in  share share_secret record
rename               GET   its ids    shown    shown    absent   absent   sign in
rename               POST  its ids    done     done     absent   absent   sign in  item item_term item_undo
tags-add             POST  its ids    done     done     absent   absent   sign in  item_tag item_term item_undo
tag-remove           POST  its ids    done     done     absent   absent   sign in  item_tag item_term item_undo
comment-add          POST  its ids    done     done     absent   absent   sign in  item_comment item_term
comment-remove       POST  its ids    done     absent   absent   absent   sign in  item_comment item_term item_undo
data-put             POST  its ids    done     done     absent   absent   sign in  item_data
data-remove          POST  its ids    done     done     absent   absent   sign in  item_data item_undo
item                 GET   its ids    shown    shown    absent   absent   sign in
item-ask             GET   its ids    shown    shown    absent   absent   sign in
item-ask             POST  its ids    done     done     absent   absent   sign in  question ticket_item mail tries
item-file            GET   its ids    shown    shown    absent   absent   sign in
item-remove          POST  its ids    done     done     absent   absent   sign in  item item_undo
"""
ROWS = rows_of(MATRIX)
OPEN = 'ALTER POLICY "teamwork read account" ON djms.{} USING (true)'
# Spoken by programs, or with a link's secret in place of a sign-in: the tests of these ask as everybody themselves.
ELSEWHERE = {
    "uploads": "tests/content/test_uploads_refused.py",
    "one-upload": "tests/content/test_uploads_refused.py",
    "api-uploads": "tests/content/test_uploads_refused.py",
    "api-one-upload": "tests/content/test_uploads_refused.py",
    **dict.fromkeys(
        ("approval-keys", "approval-key", "approval-key-lost", "approval-sign", "approval"),
        "tests/site/test_approvals.py",
    ),
    **dict.fromkeys(
        ("second-factor", "my-factors", "my-factor-new", "my-factor-drop", "recovery-codes"),
        "tests/site/test_second_factors.py",
    ),
    "cosignature": "tests/site/test_handing_in.py",
    "contact": "tests/contact/test_asking.py",
    "contact-thread": "tests/contact/test_asking.py",
    "process": "tests/promises/test_1g_silence.py",
    "process-export": "tests/promises/test_1g_silence.py",
    "process-receipt": "tests/promises/test_1g_silence.py",
    "shared": "tests/promises/test_4a_links.py",
    "shared-item": "tests/promises/test_4a_links.py",
    "shared-file": "tests/promises/test_4a_links.py",
}
ROUTES = [
    pattern
    for pattern in get_resolver().url_patterns
    if isinstance(pattern, URLPattern) and pattern.name not in ELSEWHERE
]


def names(patterns: list[URLPattern]) -> list[str]:
    return [str(pattern.name) for pattern in patterns]


def unmatched(patterns: list[URLPattern]) -> set[str]:
    """Routes without a row, and rows without a route."""
    return set(names(patterns)) ^ {row.route for row in ROWS}


def route(name: str) -> URLPattern:
    (pattern,) = (one for one in ROUTES if one.name == name)
    return pattern


def try_all(matrix: Matrix, pattern: URLPattern) -> "list[Cell]":
    cells = list(matrix.cells(pattern))
    assert cells
    for cell in cells:
        matrix.try_cell(cell)
    return cells


def try_unguarded(matrix: Matrix, pattern: URLPattern) -> None:
    """Ask in this process, whose views have no guards, for what was refused before."""
    actors = [replace(actor, browser=Browser()) for actor in matrix.actors]
    unguarded = Matrix(matrix.stage, matrix.kept, ROWS, actors)
    for cell in unguarded.cells(pattern):
        if cell.expected in {"absent", "sign in"}:
            response = unguarded.ask(cell, cell.row.asked)
            assert unguarded.kept.changed() == set(), f"{cell}, without the view's guard"
            is_led_away = response.status_code in {HTTPStatus.SEE_OTHER, HTTPStatus.UNAUTHORIZED}
            assert is_led_away or cell.expected != "sign in", cell


@pytest.fixture(scope="module")
def stage(kept: "Kept", world: "World", served: "Site", cluster: "Cluster") -> Iterator[Stage]:  # noqa: ARG001 - it puts back
    with closing(world.superuser()) as superuser:
        stage = Stage(superuser, served.browser, cluster.data.path / "mailbox")
        seal(superuser, cluster.url("djms_sealer"))
        yield stage
        stage.clear()
    served.close()


@pytest.fixture(scope="module")
def matrix(stage: Stage, world: "World", cluster: "Cluster") -> Iterator[Matrix]:
    with closing(world.superuser()) as superuser:
        yield Matrix(stage, Kept(superuser, cluster.data.path / "blobs"), ROWS, stage.actors)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    pages = [one for one, _view in check.routes() if not one.startswith("/api/v1/")]
    spoken = [name for name in ELSEWHERE if not name.startswith("api-")]
    assert len(ROUTES) + len(spoken) == len(pages), "a route is not where the matrix looks for it"
    assert all((ROOT / page).exists() for page in ELSEWHERE.values())
    assert len(ROUTES) == len(set(names(ROUTES))), "two routes have the same name, or none"
    assert unmatched(ROUTES) == set()
    assert unmatched([*ROUTES, path("new", front, name="new")]) == {"new"}
    assert unmatched(ROUTES[1:]) == {ROUTES[0].name}


@pytest.mark.parametrize("pattern", ROUTES, ids=names(ROUTES))
def test_everybody_gets_from_a_route_what_the_table_says(matrix: Matrix, pattern: URLPattern) -> None:
    cells = try_all(matrix, pattern)
    taken = {method for cell in cells for method in methods_of(cell.row)}
    for cell in {(cell.actor.name, cell.path): cell for cell in cells}.values():
        matrix.try_other_methods(cell, taken)


@pytest.mark.parametrize("pattern", ROUTES, ids=names(ROUTES))
def test_with_every_guard_of_the_views_gone_the_database_refuses_still(
    matrix: Matrix, pattern: URLPattern, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is seen or done without its guard that wasn't with it, so no view is all that refuses.

    One thing only is a view's own doing: that the page of the members is for Administrators. What a plain member would
    see there without it is what the policy has members see; its invitations, which they may not see, stay away.
    """
    without_guards(monkeypatch)
    try_unguarded(matrix, pattern)


def test_the_matrix_notices_a_row_policy_that_lets_everybody_in(matrix: Matrix, cluster: "Cluster") -> None:
    with bent(cluster, OPEN.format("account")), pytest.raises(AssertionError, match=r"studio .* shows"):
        try_all(matrix, route("studio"))
    try_all(matrix, route("studio"))


def test_without_guards_it_notices_that_at_once(
    matrix: Matrix, cluster: "Cluster", monkeypatch: pytest.MonkeyPatch
) -> None:
    without_guards(monkeypatch)
    with bent(cluster, OPEN.format("item")), pytest.raises(AssertionError, match=r"account .* shows"):
        try_unguarded(matrix, route("account"))
    try_unguarded(matrix, route("account"))
