"""4d: whatever is done at the desk, Content reaches nobody by another way than the page of what is unlocked.

Canary words are in the name and in the text of an item. Looked at are the desk's pages and errors, its log, jobs, mail,
what is on record, and how things in memory show themselves.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.desk.conftest import Upload, agent, desk, owner, post, superuser, upload
from tests.lockbox.desk import approve

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.serving import Site
    from tests.site.browsing import Person
    from tests.staff.agents import Agent

__all__ = ["agent", "desk", "owner", "post", "superuser", "upload"]
NAME, TEXT = "Corncrake-by-the-canal", "the corncrake rasps at a hundred and thirty-two"
# Where what people write might end up: every text of these, whatever the column.
TABLES = (
    "mail_message", "ledger_entry", "procrastinate_jobs", "procrastinate_events", "access_request", "access_grant",
    "access_grant_item", "access_notice", "reading", "reading_use", "probe_result", "ticket", "ticket_message",
    "staff_session",
)  # fmt: skip
Tell = Callable[[], Iterator[tuple[str, str]]]


@pytest.fixture
def item(upload: Upload) -> str:
    return upload(f"{NAME}.txt", TEXT.encode(), "text/plain")


@pytest.fixture
def access(cluster: "Cluster", agent: "Agent", owner: "Person", item: str) -> str:
    """An access to it that was approved."""
    form = {"account": str(owner.account_id), "items": item, "reason": "wrong", "words": "As you asked.", "hours": "1"}
    path = str(agent.post("/access/new", form)["Location"]).partition("?")[0]
    assert owner.account_id
    request = UUID(path.rpartition("/")[2])
    token = owner.browser.token or ""
    assert approve(cluster.url("djms_site"), token, owner.account_id, request, [UUID(item)], hours=1) == "done"
    return path


def leaks(where: str, text: str) -> list[str]:
    """The canaries that show in a text, in the forms in which they could."""
    lower = text.lower()
    words = (NAME, TEXT, "corncrake", NAME.encode().hex(), TEXT.encode().hex())
    return [f"{where}: {word}" for word in words if word.lower() in lower]


def left_behind(desk: "Site", superuser: psycopg.Connection[Any]) -> Iterator[tuple[str, str]]:
    """Everything that stays of what was done."""
    yield "the desk's log", Path(desk.log).read_text("utf-8", errors="replace")
    for table in TABLES:
        rows = superuser.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM djms.{table} t".encode())
        yield table, str(rows.fetchone())
    entries = superuser.execute("SELECT convert_from(entry, 'UTF8') FROM djms.ledger_entry WHERE entry IS NOT NULL")
    yield "what is on record", " ".join(text for (text,) in entries)


def everywhere(agent: "Agent", owner: "Person", item: str, access: str, reading: str) -> Iterator[tuple[str, str]]:
    """Every page of the desk but that of what is unlocked, and each of its errors."""
    paths = (
        "/", "/access", access, f"/access/new?account={owner.account_id}&item={item}", "/questions", "/replies", "/you",
        f"/readings/{uuid4()}", f"/readings/{item}", f"/readings/{item}/file", f"/access/{item}", f"/items/{item}",
        f"{reading}/file?download", f"/search?q={NAME}", f"/{item}",
    )  # fmt: skip
    for path in paths:
        answer = agent.get(path)
        yield f"GET {path}: {answer.status_code}", f"{answer.headers} {'' if NAME in path else answer.text}"
    for path, form in (
        ("/access/new", {"account": str(owner.account_id), "items": item, "words": "", "hours": "99"}),
        (f"{access}/unlock", {"item": str(uuid4())}),
        (f"{access}/unlock", {"item": "x"}),
        (f"{access}/answer", {"words": ""}),
        (reading, {}),
        (f"{reading}/file", {}),
    ):
        answer = agent.post(path, form)
        yield f"POST {path}: {answer.status_code}", f"{answer.headers} {answer.text}"


def test_nothing_of_an_item_shows_anywhere_before_it_is_unlocked(
    agent: "Agent", owner: "Person", desk: "Site", superuser: psycopg.Connection[Any], item: str, access: str
) -> None:
    shown = [*everywhere(agent, owner, item, access, f"/readings/{uuid4()}"), *left_behind(desk, superuser)]
    assert len(shown) > 30
    assert [leak for where, text in shown for leak in leaks(where, text)] == []


def test_nothing_of_it_shows_beside_the_page_of_what_is_unlocked_or_stays_after(
    agent: "Agent", owner: "Person", desk: "Site", superuser: psycopg.Connection[Any], item: str, access: str
) -> None:
    reading = str(agent.post(f"{access}/unlock", {"item": item})["Location"])
    page, file = agent.get(reading).text, agent.get(f"{reading}/file")
    assert len(leaks("the page", page)) == 3, "here it is to be seen, so that looking for it can find it"
    assert leaks("the file", file.text)
    shown = [*everywhere(agent, owner, item, access, reading), *left_behind(desk, superuser)]
    assert [leak for where, text in shown for leak in leaks(where, text)] == []


def test_a_damaged_file_says_nothing_of_what_was_in_it(
    agent: "Agent", desk: "Site", superuser: psycopg.Connection[Any], item: str, access: str
) -> None:
    reading = str(agent.post(f"{access}/unlock", {"item": item})["Location"])
    flip = "UPDATE djms.item_key SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE item_id = %s"
    superuser.execute(flip, [item])
    file, page = agent.get(f"{reading}/file"), agent.get(reading)
    superuser.execute(flip, [item])
    assert (file.status_code, "damaged" in file.text) == (500, True)
    assert page.status_code == 200
    assert TEXT not in page.text
    assert leaks("the error", f"{file.text} {file.headers}") == []
    assert [leak for where, text in left_behind(desk, superuser) for leak in leaks(where, text)] == []


def test_what_is_held_in_memory_does_not_show_itself_in_a_log_or_a_trace() -> None:
    from djmixersoft.lockbox.services import Unlocked  # noqa: PLC0415 - needs Django
    from djmixersoft.vault.keys import Key  # noqa: PLC0415 - as above
    from djmixersoft.vault.ranges import Content  # noqa: PLC0415 - as above

    secret = Key(TEXT.encode()[:32])
    held = [
        Unlocked(uuid4(), uuid4(), "file", NAME, 1, "text/plain"),
        Content(file=None, key=secret, context=b"", name=NAME, size=1, sha256=b"", media_type="x"),  # type: ignore[arg-type]  # a file isn't asked for
    ]
    assert [leak for one in held for leak in leaks("repr", f"{one!r} {one}")] == []
    assert TEXT[:32].encode().hex() not in repr(held)
