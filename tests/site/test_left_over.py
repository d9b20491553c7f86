"""What a crash leaves between a file and its row: a blob that no item names. The steward finds and removes it."""

import os
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from tests.promises.acting import acting
from tests.site.browsing import Person, items_of
from tests.support import PLAIN_ENVIRONMENT

if TYPE_CHECKING:
    from tests.conftest import Cluster

MUSIC = b"OggS" + b"groove" * 5_000
KILLED = -9
DIE = "import os\ndef die(*_, **__): os.kill(os.getpid(), 9)\n"
UPLOAD = """
from io import BytesIO
from tests.site.browsing import COOKIE, Browser
browser = Browser()
browser.cookies[COOKIE] = {token!r}
file = BytesIO({music!r})
file.name = "crash.ogg"
browser.post({crate!r} + "/upload", {{"tracks": file}})
"""
EMPTY_TRASH = """
from tests.site.browsing import COOKIE, Browser
browser = Browser()
browser.cookies[COOKIE] = {token!r}
browser.post({crate!r} + "/trash/empty")
"""
# Where the process dies, as what takes the place of a function of the site's.
BEFORE_THE_ROWS = "from djmixersoft.content.services import items as services\nservices.add_items = die\n"
BEFORE_THE_COMMIT = (
    "from djmixersoft.content.services import items as services\nreal = services.add_items\n"
    "services.add_items = lambda **given: (real(**given), die())\n"
)
BEFORE_THE_DELETION = "from djmixersoft.vault.blobs import FolderStore\nFolderStore.delete = die\n"
COMPARE = "from djmixersoft.content.jobs import compare\ncompare()\n"


def run(cluster: "Cluster", process: str, code: str) -> int:
    """Run a few lines in a process of its own with a login of ours; its exit status."""
    environment = PLAIN_ENVIRONMENT | {
        "DJMS_PROCESS": process,
        "DATABASE_URL": cluster.url(f"djms_{process}"),
        "DJMS_DATA": str(cluster.data.path),
        "DJANGO_SETTINGS_MODULE": "djmixersoft.settings",
    }
    lines = f"import django\ndjango.setup()\n{DIE}{code}"
    return subprocess.run([sys.executable, "-c", lines], env=environment, check=False).returncode


@pytest.fixture
def folder(cluster: "Cluster") -> Path:
    return cluster.data.path / "blobs"


def blobs(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in folder.glob("*/*/*-*")}


def age(path: Path, hours: float) -> None:
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def blob_of(superuser: psycopg.Connection, item: str) -> str:
    """The name of an item's file."""
    found = superuser.execute("SELECT blob_id FROM djms.item WHERE id = %s", (item,)).fetchone()
    assert found
    return str(found[0])


def track(person: Person) -> str:
    """Upload a track; its item's id."""
    before = set(items_of(person, person.crate))
    file = BytesIO(MUSIC)
    file.name = "kept.ogg"
    person.post(f"{person.crate}/upload", {"tracks": file})
    (added,) = set(items_of(person, person.crate)) - before
    return added


@pytest.mark.parametrize("place", [BEFORE_THE_ROWS, BEFORE_THE_COMMIT], ids=["rows", "commit"])
def test_a_file_whose_row_a_crash_prevented_goes_after_a_day_and_no_other(
    cluster: "Cluster", folder: Path, owner: Person, superuser: psycopg.Connection, place: str
) -> None:
    item, before = track(owner), blobs(folder)
    kept = blob_of(superuser, item)
    assert (
        run(cluster, "site", place + UPLOAD.format(token=owner.browser.token, crate=owner.crate, music=MUSIC)) == KILLED
    )
    ((name, left_over),) = blobs(folder).items() - before.items()
    assert items_of(owner, owner.crate) == [item]
    age(before[kept], 48)
    for hours, stays in ((23, True), (25, False)):
        age(left_over, hours)
        assert run(cluster, "steward", COMPARE) == 0
        assert (name in blobs(folder)) is stays
    assert kept in blobs(folder)
    assert owner.get(f"{owner.crate}/items/{item}/file").getvalue() == MUSIC


def test_a_file_that_outlived_its_row_goes_too(
    cluster: "Cluster", folder: Path, owner: Person, superuser: psycopg.Connection
) -> None:
    item = track(owner)
    blob = blob_of(superuser, item)
    owner.post(f"{owner.crate}/items/{item}/remove")
    code = BEFORE_THE_DELETION + EMPTY_TRASH.format(token=owner.browser.token, crate=owner.crate)
    assert run(cluster, "site", code) == KILLED
    assert items_of(owner, owner.crate) == []
    assert track(owner)
    age(blobs(folder)[blob], 25)
    assert run(cluster, "steward", COMPARE) == 0
    assert blob not in blobs(folder)


def test_a_database_without_any_file_is_not_believed(superuser: psycopg.Connection) -> None:
    ask = "SELECT count(*) FROM djms.blobs_without_item(ARRAY[gen_random_uuid()])"
    with superuser.transaction(force_rollback=True):
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute("DELETE FROM djms.blob")
        assert superuser.execute(ask.encode()).fetchone() == (0,)


def test_only_the_steward_asks_and_is_told_of_nothing_that_it_did_not_name(
    cluster: "Cluster", owner: Person, superuser: psycopg.Connection
) -> None:
    kept, unknown = blob_of(superuser, track(owner)), str(uuid4())
    ask = "SELECT * FROM djms.blobs_without_item(%s::uuid[])"
    with acting(cluster.url("djms_steward"), "p_retention") as steward:
        assert [str(one) for (one,) in steward.rows(ask, [kept, unknown])] == [unknown]
        assert steward.rows(ask, []) == []
        assert steward.refusal("SELECT id FROM djms.item") == "42501"
    with acting(cluster.url("djms_site"), "p_teamwork", token=str(owner.browser.token)) as site:
        assert site.refusal(ask, [kept]) == "42501"
