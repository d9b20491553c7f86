"""The desk's pages for who handles legal processes: recorded, confirmed by another, opened, handed over, ended."""

import io
import json
import re
import tarfile
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pyrage
import pytest

from tests.desk.conftest import Upload
from tests.legal.officers import in_
from tests.site.browsing import Person, text_of
from tests.site.proving import proven_receipt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Cluster
    from tests.staff.agents import Agent

Seal = Callable[[], None]
TRACK = b"A canary sings in the warehouse. " * 40_000
PAPER = b"By order of the court: axolotl."


@pytest.fixture(autouse=True)
def _forgotten(superuser: psycopg.Connection) -> "Iterator[None]":
    yield
    superuser.execute("DELETE FROM djms.legal_process WHERE authority = 'Court of Vesterby'")


def demand(owner: Person, item: str, **more: str) -> dict[str, Any]:
    paper = io.BytesIO(PAPER)
    paper.name = "order.pdf"
    return {
        "kind": "warrant",
        "authority": "Court of Vesterby",
        "reference": "AZ 12/26",
        "obliges": "Hand over the track.",
        "account": owner.crate.rpartition("/")[2],
        "items": item,
        "telling": "after",
        "paper": paper,
    } | more


def recorded(officer: "Agent", given: dict[str, Any]) -> str:
    """Record a process; the path of its page."""
    answer = officer.browser.post("/processes/new", given)
    assert answer.status_code == 303, text_of(answer)
    return str(answer["Location"]).partition("?")[0]


def held_over(officer: "Agent", path: str) -> str:
    """The path by which what was opened is handed over."""
    return str(officer.get(path).text).partition(f'action="{path}/hand-over/')[2].partition('"')[0]


def test_from_the_demand_to_the_bundle_that_only_the_authority_can_open(
    officers: "tuple[Agent, Agent]",
    owner: Person,
    upload: Upload,
    cluster: "Cluster",
    superuser: psycopg.Connection,
    seal: Seal,
) -> None:
    one, other = officers
    authority = pyrage.x25519.Identity.generate()
    item = upload("Canary.txt", TRACK, "text/plain")
    path = recorded(one, demand(owner, item, key=str(authority.to_public())))
    assert "somebody else of you has to confirm it" in text_of(one.get(path))
    assert one.post(f"{path}/confirm").status_code == 409
    assert other.get(f"{path}/paper").getvalue() == PAPER
    assert other.post(f"{path}/confirm")["Location"] == f"{path}?done=process-confirmed"
    opened = one.post(f"{path}/open", {"words": "The court wants it.", "hours": "2", "items": ""})
    assert opened["Location"] == f"{path}?done=process-opened"
    assert "Court of Vesterby" in text_of(owner.get(f"{owner.crate}/access"))
    assert "It opens nothing before" not in text_of(one.get(f"{path}?done=process-recorded")), "that was before"

    answer = one.post(f"{path}/hand-over/{held_over(one, path)}")
    bundle = answer.getvalue()
    assert bundle.startswith(b"age-encryption.org/v1\n")
    assert b"canary" not in bundle.lower()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(bundle, [pyrage.x25519.Identity.generate()])
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(bundle, [authority]))) as tar:
        files = {name: file.read() for name in tar.getnames() if (file := tar.extractfile(name))}
    manifest = json.loads(files["manifest.json"])
    (given,) = manifest["items"]
    assert (given["item"], given["size"], given["sha256"]) == (item, len(TRACK), sha256(TRACK).hexdigest())
    assert files[given["path"]] == TRACK
    assert manifest["reference"] == "AZ 12/26"

    seal()
    again = pyrage.decrypt(one.post(f"{path}/hand-over/{held_over(one, path)}").getvalue(), [authority])
    with tarfile.open(fileobj=io.BytesIO(again)) as tar:
        receipts = [tar.extractfile(name) for name in tar.getnames() if name.startswith("receipts/")]
        ((_, told),) = [proven_receipt(file.read(), ledger_key(superuser)) for file in receipts if file]
    assert told
    assert (told["action"], told["reading"], told["item"]) == ("staff:item:read", given["reading"], item)

    on_record = text_of(owner.get(f"{owner.crate}/record?kind=access"))
    assert "Canary.txt was disclosed to an authority by" in on_record
    assert f"{one.pseudonym} handed over 1 items under the legal process" in on_record
    entry = superuser.execute(
        "SELECT convert_from(entry, 'UTF8')::jsonb FROM djms.ledger_entry"
        " WHERE convert_from(entry, 'UTF8')::jsonb ->> 'action' = 'staff:process:disclosed'"
        " ORDER BY id DESC OFFSET 1 LIMIT 1"
    ).fetchone()
    assert entry
    assert (entry[0]["sha256"], entry[0]["size"]) == (sha256(bundle).hexdigest(), len(bundle))
    at_the_desk = text_of(one.get(path))
    assert "What you handed over" in at_the_desk
    assert f"1 item, 1.3 MB in all. SHA-256: {sha256(bundle).hexdigest()}" in at_the_desk.replace("\xa0", " ")
    assert "What you handed over" not in text_of(other.get(path)), "nor what they opened"
    assert other.post(f"{path}/end")["Location"] == f"{path}?done=process-ended"
    assert one.post(f"{path}/open", {"words": "Again.", "hours": "1"}).status_code == 422
    plain = [file for file in files_below(cluster.data.path) if b"sings in the warehouse" in file.read_bytes()]
    assert plain == [], "nothing of it lies in plain on a disk"
    assert [file for file in files_below(cluster.data.path) if b"axolotl." in file.read_bytes()] == []


def ledger_key(superuser: psycopg.Connection) -> str:
    row = superuser.execute("SELECT key FROM djms.ledger_heads").fetchone()
    assert row
    return str(row[0])


def files_below(folder: "Path") -> "list[Path]":
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"authority": ""}, "Please say who demands it."),
        ({"account": "x"}, "This is no account’s number, nor the address of an account’s page."),
        ({"items": ""}, "Please name items, or say that it demands the whole account."),
        ({"whole": "on"}, "It is one or the other: these items alone, or the whole account."),
        ({"items": "nonsense"}, "holds no item’s number."),
        ({"silence": "2020-01-01"}, "within a year"),
        ({"silence": "2036-01-01"}, "within a year"),
        ({"silence": "soon"}, "This is no day."),
        ({"key": "ssh-ed25519 AAAA"}, "This is no age key."),
        ({"paper": ""}, "Please choose the document that demands this."),
        ({"account": "8d9d3a3e-5d0e-4f43-9d5c-0f6a4f1c7a11"}, "There is no such account."),
    ],
)
def test_what_is_wrong_gets_a_sentence_and_what_was_typed_stays(
    officers: "tuple[Agent, Agent]", owner: Person, given: dict[str, str], sentence: str
) -> None:
    answer = officers[0].browser.post("/processes/new", demand(owner, str(uuid4()), **given))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "Hand over the track." in text_of(answer)


def test_without_its_document_nothing_is_recorded_and_after_another_error_it_is_to_be_chosen_again(
    officers: "tuple[Agent, Agent]", owner: Person
) -> None:
    officer, item = officers[0], str(uuid4())
    for given in ({"authority": ""}, {"account": str(uuid4())}):
        wrong = officer.browser.post("/processes/new", demand(owner, item, **given))
        assert wrong.status_code == 422
        assert "Please choose the document again: your browser doesn’t keep it." in text_of(wrong)
    without = {name: value for name, value in demand(owner, item).items() if name != "paper"}
    again = officer.browser.post("/processes/new", without)
    assert again.status_code == 422
    assert "Please choose the document that demands this." in text_of(again)
    assert "Court of Vesterby" not in text_of(officer.get("/processes"))


def test_an_account_may_be_named_by_the_address_of_its_page(officers: "tuple[Agent, Agent]", owner: Person) -> None:
    item = uuid4()
    for address in (f"https://localhost:8443{owner.crate}", f"https://localhost:8443{owner.crate}/items/{item}"):
        page = officers[0].get(recorded(officers[0], demand(owner, str(item), account=address)))
        assert f"<code>{owner.account_id}</code>" in page.text


def test_where_a_court_forbids_to_tell_when_they_are_told_otherwise_does_not_count(
    officers: "tuple[Agent, Agent]", owner: Person
) -> None:
    path = recorded(officers[0], demand(owner, str(uuid4()), silence=in_(days=90).date().isoformat(), telling="before"))
    page = text_of(officers[0].get(path))
    assert "on the day until which a court forbids it" in page
    assert "anything is opened" not in page
    assert "something is opened" not in page


@pytest.mark.parametrize("size", [8 * 1024**2 + 1, 9 * 1024**2])
def test_a_document_too_large_for_memory_is_refused_with_a_sentence(
    officers: "tuple[Agent, Agent]", owner: Person, size: int
) -> None:
    paper = io.BytesIO(b"x" * size)
    paper.name = "large.pdf"
    answer = officers[0].browser.post("/processes/new", demand(owner, str(uuid4())) | {"paper": paper})
    assert answer.status_code == 422
    assert "The document is larger than 8 MB." in text_of(answer)


def test_the_administrator_reads_which_items_are_demanded_and_whether_anybody_confirmed_that(
    officers: "tuple[Agent, Agent]", owner: Person, upload: Upload
) -> None:
    one, other = officers
    upload("Beside it.txt", b"A robin.", "text/plain")
    path = recorded(one, demand(owner, upload("Named.txt", b"A canary.", "text/plain")))
    page = f"{owner.crate}/access/processes/{path.rpartition('/')[2]}"
    shown = text_of(owner.get(page))
    assert "Until another has examined and confirmed it, nothing can be opened under it." in shown
    assert "another examined and confirmed it" not in shown
    assert "these items, and no others: Named.txt" in shown
    assert "Beside it.txt" not in shown
    assert other.post(f"{path}/confirm").status_code == 303
    assert "another examined and confirmed it, and nothing beyond it can be opened." in text_of(owner.get(page))
    assert other.post(f"{path}/end").status_code == 303
    assert "It has ended: nothing can be opened under it any more." in text_of(owner.get(page))
    path = recorded(one, demand(owner, upload("Withdrawn.txt", b"A wren.", "text/plain")))
    assert other.post(f"{path}/end").status_code == 303
    page = f"{owner.crate}/access/processes/{path.rpartition('/')[2]}"
    assert "It was ended before anybody else confirmed it" in text_of(owner.get(page))


def test_the_administrator_reads_that_an_access_by_law_is_open_and_that_it_may_be_handed_over(
    officers: "tuple[Agent, Agent]", owner: Person, upload: Upload
) -> None:
    one, other = officers
    by_law, all_of_them = "An access under a legal process is open now, without your yes.", f"{owner.crate}/access"
    path = recorded(one, demand(owner, upload("Named.txt", b"A canary.", "text/plain")))
    assert other.post(f"{path}/confirm").status_code == 303
    assert by_law not in text_of(owner.get(all_of_them))
    assert one.post(f"{path}/open", {"words": "The court wants it.", "hours": "2", "items": ""}).status_code == 303
    listed = owner.get(all_of_them)
    assert by_law in text_of(listed)
    (page,) = re.findall(rf'href="({all_of_them}/[0-9a-f-]{{36}})"', listed.text)
    shown = text_of(owner.get(page))
    assert "may be handed over to the authority, encrypted to a key that it names" in shown
    assert "only to look and listen" not in shown
    assert other.post(f"{path}/end").status_code == 303
    assert by_law not in text_of(owner.get(all_of_them))


def test_a_silent_process_is_nowhere_on_the_administrators_pages(
    officers: "tuple[Agent, Agent]", owner: Person, upload: Upload
) -> None:
    one, other = officers
    item = upload("Quiet.txt", TRACK, "text/plain")
    pages = (owner.crate, f"{owner.crate}/access", f"{owner.crate}/record", f"{owner.crate}/record?kind=access")
    before = {page: text_of(owner.get(page)) for page in pages}
    path = recorded(one, demand(owner, item, silence="2027-06-01"))
    assert other.post(f"{path}/confirm").status_code == 303
    assert one.post(f"{path}/open", {"words": "The court wants it.", "hours": "2"}).status_code == 303
    for page in pages:
        shown = text_of(owner.get(page))
        assert [word for word in ("Vesterby", one.pseudonym, other.pseudonym) if word in shown] == []
        assert shown.count("legal process") == before[page].count("legal process")
    assert text_of(owner.get(f"{owner.crate}/access")) == before[f"{owner.crate}/access"]
    assert owner.get(f"{owner.crate}/access/processes/{path.rpartition('/')[2]}").status_code == 404
    asked = one.post(f"{path}/silence", {"until": "2027-08-01", "words": "The second order."})
    assert asked["Location"] == f"{path}?done=process-silence-asked"
    assert "The second order." in text_of(other.get(path))
    confirm = str(other.get(path).text).partition(f'action="{path}/silence/')[2].partition('"')[0]
    assert one.post(f"{path}/silence/{confirm}").status_code == 409
    assert other.post(f"{path}/silence/{confirm}")["Location"] == f"{path}?done=process-silence-confirmed"


def test_ending_a_process_is_behind_a_fold_at_the_end_of_its_page_that_says_what_it_does(
    officers: "tuple[Agent, Agent]", owner: Person
) -> None:
    path = recorded(officers[0], demand(owner, str(uuid4())))
    page = officers[0].get(path).text
    before, _, after = page.partition("<details")
    assert f'action="{path}/end"' not in before
    assert "It can’t be undone" in after.partition("</details>")[0]
    assert f'action="{path}/end"' in after.partition("</details>")[0]
    assert "<section" not in after, "it is the last"
    assert officers[0].post(f"{path}/end").status_code == 303
    assert "<details" not in officers[0].get(path).text


def test_an_officer_looks_at_one_item_and_at_none_of_another_officers(
    officers: "tuple[Agent, Agent]", owner: Person, upload: Upload
) -> None:
    one, other = officers
    item = upload("Canary.txt", b"A canary sings in the warehouse.", "text/plain")
    path = recorded(one, demand(owner, item))
    assert other.post(f"{path}/confirm").status_code == 303
    assert one.post(f"{path}/open", {"words": "The court wants it.", "hours": "2", "items": ""}).status_code == 303
    (action,) = re.findall(rf'action="({path}/unlock/[^"]+)"', one.get(path).text)
    unlocked = one.post(action, {"item": item})
    assert unlocked.status_code == 303, text_of(unlocked)
    reading = unlocked["Location"]
    page = one.get(reading)
    assert "A canary sings in the warehouse." in page.text
    assert "Canary.txt" in page.text
    assert one.get(f"{reading}/file").content == b"A canary sings in the warehouse."
    assert other.get(reading).status_code == 404
    assert one.get(reading.replace("/processes", "")).status_code == 403, "that is for support"
    assert one.post(f"{reading}/close")["Location"].endswith("?done=reading-closed")
    assert one.get(reading).status_code == 410
