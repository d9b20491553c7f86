"""Going from one track or picture to the next in the order of the folder's list."""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.content.arranging import OGG, UUID_PATTERN, Crate
from tests.exhibits import GIF, png
from tests.promises.acting import acting
from tests.site.browsing import Person

if TYPE_CHECKING:
    from tests.conftest import Cluster

Superuser = psycopg.Connection[Any]
SORTS = ["name", "-name", "added", "-added", "size", "-size", "kind", "-kind"]
TRACK = b"fLaC" + bytes(99)
MANY = 3_000


def beside(crate: Crate, item: str, query: str = "") -> dict[str, str]:
    """Where the links of an item's page lead, by their relation, as ids with the query."""
    page = crate.person.get(f"{crate.path}/items/{item}{query}").text
    player = page.partition("data-player")[2].partition("<dl")[0]
    return {
        relation: found + asked
        for relation, found, asked in re.findall(
            rf'rel="(prev|next)" href="[^"]*/items/({UUID_PATTERN})([^"]*)"', player
        )
    }


def walked(crate: Crate, first: str, relation: str, query: str = "") -> list[str]:
    """The items that one comes by, going on until there is no more."""
    found = [first]
    while (link := beside(crate, found[-1], query).get(relation)) is not None:
        assert link.endswith(query), "the order goes along"
        found.append(link.partition("?")[0])
        assert len(found) < 50, "it goes round"
    return found


def mixed(crate: Crate, inside: str = "") -> dict[str, str]:
    """Tracks, pictures and others in one folder, some of the same name or size; their names by their ids."""
    files = {
        "b.ogg": OGG,
        "A.flac": TRACK,
        "a.flac": TRACK[:-1],
        "cover.png": png(),
        "Cover.gif": GIF,
        "c.txt": b"words",
        "d.ogg": OGG,
        "e.bin": b"bytes",
        "Z.ogg": OGG + b"z",
    }
    made = {crate.file(name, inside, content): name for name, content in files.items()}
    return made | {crate.file("b.ogg", inside, OGG + b"again"): "b.ogg"}


@pytest.mark.parametrize("where", ["at the top", "in a folder"])
def test_one_goes_through_the_list_in_the_order_that_it_shows(crate: Crate, where: str) -> None:
    inside = "" if where == "at the top" else crate.folder("Sets")
    made = mixed(crate, inside)
    crate.folder("A folder.ogg", inside)
    elsewhere = crate.folder("Elsewhere", inside)
    crate.file("aa.ogg", elsewhere)
    crate.post("throw-away", crate.file("bb.ogg", inside))
    for sort in SORTS if inside else SORTS[:2]:
        listed = [item for item, _ in crate.listed(inside, sort=sort)]
        query = "" if sort == "name" else f"?sort={sort}"
        for family in (".ogg .flac", ".png .gif"):
            wanted = [item for item in listed if made.get(item, "").endswith(tuple(family.split()))]
            assert walked(crate, wanted[0], "next", query) == wanted, (sort, family)
            assert walked(crate, wanted[-1], "prev", query) == wanted[::-1], (sort, family)


def test_the_list_sends_its_order_along(crate: Crate) -> None:
    track = crate.file("a.ogg")
    page = crate.person.get(f"{crate.path}?sort=-size").text
    assert f'href="{crate.path}/items/{track}?sort=-size"' in page
    assert f'href="{crate.path}/items/{track}?play&amp;sort=-size"' in page
    assert f'href="{crate.path}/items/{track}"' in crate.person.get(crate.path).text


def test_an_unknown_order_is_by_name(crate: Crate) -> None:
    made = mixed(crate)
    first = next(item for item, name in crate.listed() if name.endswith(".flac"))
    assert made[beside(crate, first, "?sort=%00'; --")["next"]].lower() == "a.flac"


def test_what_is_alone_or_no_track_or_thrown_away_has_no_neighbours(crate: Crate) -> None:
    track = crate.file("a.ogg")
    assert beside(crate, track) == {}
    other, text = crate.file("b.ogg"), crate.file("b.txt", content=b"words")
    assert beside(crate, track) == {"next": other}
    assert beside(crate, text) == {}
    crate.post("throw-away", track)
    assert beside(crate, track) == {}
    assert beside(crate, other) == {}


def test_a_name_beside_is_shown_as_it_is(crate: Crate) -> None:
    crate.file("<b>a & “é”.ogg")
    second = crate.file("b.ogg")
    assert "<bdi>&lt;b&gt;a &amp; “é”.ogg</bdi>" in crate.person.get(f"{crate.path}/items/{second}").text


def test_the_door_opens_for_members_of_the_account_only(
    crate: Crate, mates: Crate, stranger_once: Person, cluster: "Cluster"
) -> None:
    first, second = crate.file("a.ogg"), crate.file("b.ogg")
    own = stranger_once.account_id
    asked = "SELECT before::text, after::text FROM djms.neighbours(%s, %s, 'name', 'audio/')"
    account = crate.path.rpartition("/")[2]
    for person in (crate.person, mates.person):
        with acting(cluster.url("djms_site"), token=person.browser.token or "", role="p_teamwork") as one:
            assert one.rows(asked, account, second) == [(first, None)]
            for odd in ("NULL, NULL, NULL, NULL", f"'{account}', '{second}', 'none', 'audio/'"):
                assert one.rows(f"SELECT * FROM djms.neighbours({odd})") == [(None, None)]
    with acting(cluster.url("djms_site"), token=stranger_once.browser.token or "", role="p_teamwork") as one:
        assert one.rows(asked, account, second) == [(None, None)]
        assert one.rows(asked, own, second) == [(None, None)]
    with acting(cluster.url("djms_site"), token="made-up", role="p_teamwork") as one:
        assert one.refusal("SELECT * FROM djms.neighbours(gen_random_uuid(), gen_random_uuid(), 'name', '')") == "42501"
    for role in ("p_visiting", "p_self_service", "p_sharing"):
        with acting(cluster.url("djms_site"), token=crate.person.browser.token or "", role=role) as one:
            call = f"SELECT * FROM djms.neighbours('{account}', '{second}', 'name', 'audio/')"
            assert one.refusal(call) == "42501", role


def test_it_costs_the_same_however_much_lies_there(crate: Crate, superuser: Superuser, cluster: "Cluster") -> None:
    """Counted by PostgreSQL itself: how many rows of the table it reads, by an index or not."""
    track = crate.file("m 1500.ogg")
    account = crate.path.rpartition("/")[2]
    superuser.execute("SET session_replication_role = replica")  # nobody is signed in, as a trigger would ask
    superuser.execute(
        "INSERT INTO djms.item (account_id, name, size, sha256, media_type, blob_id, added_by, added_at, changed_by,"
        " changed_at) SELECT account_id, 'm ' || n, n, sha256, 'audio/ogg', gen_random_uuid(), added_by,"
        " added_at + (n - 1500) * interval '1 s', added_by, added_at FROM djms.item, generate_series(1, %s) n"
        " WHERE id = %s",
        (MANY, track),
    )
    superuser.execute("RESET session_replication_role")
    superuser.execute("ANALYZE djms.item")
    read = (
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
        " WHERE relid = 'djms.item'::regclass"
    )
    for sort in ("name", "added", "size", "kind"):
        with acting(cluster.url("djms_site"), token=crate.person.browser.token or "", role="p_teamwork") as one:
            call = f"SELECT before, after FROM djms.neighbours('{account}', '{track}', '{sort}', 'audio/')"
            for _again in range(10):  # until the plan is kept, if PostgreSQL keeps it
                before = one.value(read)
                ((previous, following),) = one.rows(call)
                assert previous or following, sort
                assert one.value(read) - before < 20, sort


def test_of_an_item_that_is_removed_meanwhile_there_is_no_page(crate: Crate) -> None:
    track, other = crate.file("a.ogg"), crate.file("b.ogg")
    link = beside(crate, track)["next"]
    assert link == other
    crate.post("throw-away", other)
    crate.post("trash/empty")
    assert crate.person.get(f"{crate.path}/items/{other}").status_code == HTTPStatus.NOT_FOUND
    assert beside(crate, track) == {}
