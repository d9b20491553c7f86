"""Support asks, an Administrator answers, and one item at a time is looked at: at the desk's own process."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.conftest import Cluster
from tests.lockbox.desk import approve, grant_of
from tests.promises.serving import Site
from tests.site.browsing import Person, text_of
from tests.staff.agents import Agent, hidden

CANARY = "Quiet Kestrel Canary"
WORDS = "The end of this one crackles, you wrote; I would like to listen."
WAVE = (
    b"RIFF"
    + (36 + 400_000).to_bytes(4, "little")
    + b"WAVEfmt "
    + bytes.fromhex("10000000010001004000000080000000020010006461746100")
    + bytes(400_000)
)
Upload = Callable[[str, bytes, str], str]


def ask(agent: Agent, owner: Person, *items: str, **more: str) -> Any:  # noqa: ANN401 - a response of the test client
    form = {
        "account": str(owner.account_id),
        "items": "\n".join(items),
        "reason": "wont-play",
        "words": WORDS,
        "hours": "2",
    }
    return agent.post("/access/new", form | more)


@pytest.fixture
def item(upload: Upload) -> str:
    """A text with a telling name and telling words."""
    return upload(f"{CANARY}.txt", f"{CANARY} sings".encode(), "text/plain")


@pytest.fixture
def access(agent: Agent, owner: Person, item: str) -> str:
    """The page of a request for it."""
    asked = ask(agent, owner, f"https://localhost:8443{owner.crate}/items/{item}")
    assert asked["Location"].endswith("?done=access-asked")
    return str(asked["Location"]).partition("?")[0]


def approved(cluster: Cluster, owner: Person, access: str, *items: str) -> None:
    request = UUID(access.rpartition("/")[2])
    assert owner.account_id
    given = [UUID(one) for one in items]
    assert approve(cluster.url("djms_site"), owner.browser.token or "", owner.account_id, request, given) == "done"


@pytest.fixture
def reading(cluster: Cluster, agent: Agent, owner: Person, item: str, access: str) -> str:
    """The page of the item, approved and unlocked."""
    approved(cluster, owner, access, item)
    unlocked = agent.post(f"{access}/unlock", {"item": item})
    assert unlocked.status_code == 303
    return str(unlocked["Location"])


def test_what_is_asked_for_is_told_to_the_administrator_and_to_nobody_else(
    superuser: psycopg.Connection[Any], agent: Agent, owner: Person, item: str, access: str
) -> None:
    mail = superuser.execute(
        "SELECT recipient, context::text FROM djms.mail_message WHERE template = 'access-requested'"
        " ORDER BY created_at DESC LIMIT 1"
    ).fetchone()
    assert mail
    assert mail[0] == owner.email
    page = agent.get(access)
    assert "waits for an answer" in page.text
    assert item in page.text
    assert "data-waiting" in page.text
    assert CANARY not in page.text, "the desk knows numbers, no names"
    assert access in agent.get("/access").text


def test_nothing_is_shown_before_it_is_approved_and_unlocked(
    cluster: Cluster, agent: Agent, owner: Person, item: str, access: str
) -> None:
    assert agent.post(f"{access}/unlock", {"item": item}).status_code == 404
    assert agent.get(f"/readings/{uuid4()}").status_code == 404
    approved(cluster, owner, access, item)
    page = agent.get(access)
    assert "Unlock" in page.text
    assert CANARY not in page.text
    other = agent.post(f"{access}/unlock", {"item": str(uuid4())})
    assert (other.status_code, "doesn’t cover" in other.text) == (409, True)


def test_an_unlocked_text_is_read_in_the_page_and_its_bytes_are_not_kept_by_the_browser(
    agent: Agent, reading: str
) -> None:
    page = agent.get(reading)
    assert page.status_code == 200
    assert f"{CANARY} sings" in page.text
    assert page["Cache-Control"] == "no-store"
    file = agent.get(f"{reading}/file")
    assert (file.status_code, file.content, file["Cache-Control"]) == (200, f"{CANARY} sings".encode(), "no-store")
    assert "Download" not in text_of(page)
    refused = agent.get(f"{reading}/file?download")
    assert (refused.status_code, CANARY in refused.text) == (403, False)


def test_done_with_it_nothing_more_is_shown(agent: Agent, access: str, reading: str) -> None:
    closed = agent.post(f"{reading}/close")
    assert closed["Location"] == f"{access}?done=reading-closed"
    for path in (reading, f"{reading}/file"):
        over = agent.get(path)
        assert (over.status_code, CANARY in over.text) == (410, False)
    assert CANARY not in agent.get(access).text


def test_a_revoked_access_is_refused_at_the_next_request(
    superuser: psycopg.Connection[Any], cluster: Cluster, agent: Agent, owner: Person, access: str, reading: str
) -> None:
    from tests.promises.acting import acting  # noqa: PLC0415 - beside `approve`

    grant = grant_of(superuser, UUID(access.rpartition("/")[2]))
    with acting(cluster.url("djms_site"), "p_teamwork", token=owner.browser.token or "", kept=True) as one:
        assert one.value("SELECT djms.revoke_grant(%s, %s)", owner.account_id, grant) == "done"
    assert agent.get(reading).status_code == 410
    assert agent.get(f"{reading}/file").status_code == 410
    for page in (text_of(agent.get(f"{access}?done=access-opened")), text_of(agent.get("/access"))):
        assert "revoked by the Administrator" in page
        assert "Open until" not in page
        assert "The access is open" not in page
    assert "approved" not in text_of(agent.get("/access"))


def test_of_an_access_whose_time_is_over_nothing_says_that_it_is_open(
    superuser: psycopg.Connection[Any], cluster: Cluster, agent: Agent, owner: Person, item: str, access: str
) -> None:
    approved(cluster, owner, access, item)
    assert "Open until" in text_of(agent.get(access))
    superuser.execute(
        "UPDATE djms.access_grant SET starts = now() - interval '2 hours', ends = now() - interval '1 second'"
        " WHERE request_id = %s",
        [access.rpartition("/")[2]],
    )
    page = text_of(agent.get(access))
    assert ("It was open until" in page, "Open until" in page) == (True, False)
    assert "approved" not in text_of(agent.get("/access"))


def test_what_the_administrator_asked_back_stays_beside_the_answer_and_sentences_go_when_they_hold_no_longer(
    cluster: Cluster, agent: Agent, owner: Person, item: str, access: str
) -> None:
    assert "The Administrators are asked" in text_of(agent.get(f"{access}?done=access-asked"))
    assert owner.post(f"{owner.crate}{access}", {"action": "ask", "question": "Which end?"}).status_code == 303
    assert "The Administrators are asked" not in text_of(agent.get(f"{access}?done=access-asked"))
    answered = agent.post(f"{access}/answer", {"words": "The last minute."})["Location"]
    page = text_of(agent.get(answered))
    assert "It waits again." in page
    assert "What the Administrator asked Which end? Your answer The last minute." in page
    approved(cluster, owner, access, item)
    assert "It waits again." not in text_of(agent.get(answered))


def test_audio_is_played_by_ranges_and_downloaded_only_where_that_was_approved(
    cluster: Cluster, agent: Agent, owner: Person, upload: Upload, superuser: psycopg.Connection[Any]
) -> None:
    track = upload("loop.wav", WAVE, "audio/wav")
    asked = ask(agent, owner, track, may_download="on")
    access = asked["Location"].partition("?")[0]
    approved(cluster, owner, access, track)
    reading = agent.post(f"{access}/unlock", {"item": track})["Location"]
    page = agent.get(reading)
    assert "<audio" in page.text
    part = agent.get(f"{reading}/file", headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, WAVE[100:300])
    whole = agent.get(f"{reading}/file?download")
    assert whole.content == WAVE
    assert whole["Content-Disposition"].startswith("attachment")
    uses = superuser.execute(
        "SELECT what, times FROM djms.reading_use WHERE reading_id = %s ORDER BY what", [reading.rpartition("/")[2]]
    ).fetchall()
    assert uses == [("downloaded", 1), ("played", 1)]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("account", "x", "This is no account’s number, nor the address of an account’s page."),
        ("reason", "", "Please choose a reason."),
        ("account", "00000000-0000-4000-8000-000000000000", "There is no such account."),
        ("items", "", "Please name at least one item."),
        ("items", "the second one", "holds no item’s number"),
        ("words", "", "Please say why."),
        ("words", "x" * 2001, "At most 2000 characters"),
        ("afterwards", "1", "wants to be asked first"),
    ],
)
def test_a_request_that_will_not_do_is_refused_with_a_sentence_and_nothing_typed_is_lost(
    agent: Agent, owner: Person, item: str, field: str, value: str, sentence: str
) -> None:
    answer = ask(agent, owner, item, **{field: value})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    if field != "words":
        assert WORDS in answer.text
    assert value in answer.text or field == "afterwards"


def test_no_reason_is_chosen_before_somebody_chooses_one(agent: Agent) -> None:
    page = agent.get("/access/new").text
    assert '<option value="" selected>Please choose</option>' in page


def test_a_request_is_withdrawn_once(agent: Agent, access: str) -> None:
    assert agent.post(f"{access}/withdraw")["Location"].endswith("?done=access-withdrawn")
    assert agent.post(f"{access}/withdraw")["Location"].endswith("?done=access-decided")
    assert "withdrawn" in agent.get(access).text


def test_a_reading_of_somebody_else_at_the_desk_is_not_shown(
    cluster: Cluster,
    desk: Site,
    reading: str,
    access: str,
) -> None:
    from tests.staff.agents import at_the_desk  # noqa: PLC0415 - beside the fixtures

    with at_the_desk(cluster, desk, "support") as other:
        assert other.get(reading).status_code == 404
        assert other.get(f"{reading}/file").status_code == 404
        assert other.get(access).status_code == 404
        assert other.post(f"{reading}/close").status_code == 404
    with at_the_desk(cluster, desk, "legal") as officer:
        assert officer.get("/access").status_code == 403
        assert officer.get(reading).status_code == 403


def test_unlocking_asks_for_a_second_factor_that_was_shown_lately(
    cluster: Cluster, agent: Agent, owner: Person, item: str, access: str, superuser: psycopg.Connection[Any]
) -> None:
    approved(cluster, owner, access, item)
    superuser.execute("UPDATE djms.staff_session SET confirmed_at = now() - interval '6 minutes'")
    asked = agent.post(f"{access}/unlock", {"item": item})
    assert asked.status_code == 401
    assert "Confirm that it is you" in asked.text
    carried = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', asked.text))
    again = agent.confirm(**carried)
    assert again.status_code == 200
    assert f'action="{access}/unlock"' in again.text, "from where it goes on"
    assert f"This wasn’t done yet: Unlock an item Item {item}" in text_of(again)
    assert f"Item {item}" in text_of(asked)


def test_what_waits_for_a_second_factor_is_shown_in_the_words_of_its_own_form(
    agent: Agent, owner: Person, item: str, superuser: psycopg.Connection[Any]
) -> None:
    owner.post(f"{owner.crate}/access/notices", {"after_notice": "allow"})
    superuser.execute("UPDATE djms.staff_session SET confirmed_at = now() - interval '6 minutes'")
    asked = ask(agent, owner, item, afterwards="1")
    assert asked.status_code == 401
    again = text_of(agent.confirm(**hidden(asked)))
    assert "Open an access, and tell the Administrators" in again
    assert f"In words that the Administrator will read {WORDS}" in again
    assert "Reason Something doesn’t play or open" in again


def test_a_question_about_an_item_leads_to_a_request_that_names_it(agent: Agent, owner: Person, item: str) -> None:
    page = agent.get(f"/access/new?account={owner.account_id}&item={item}&item={item}&ticket={uuid4()}")
    assert str(owner.account_id) in page.text
    assert item in page.text


def test_the_desk_says_loudly_that_the_ledger_is_not_sealed(
    agent: Agent, superuser: psycopg.Connection[Any], seal: Callable[[], None]
) -> None:
    seal()
    assert "not being sealed" not in agent.get("/").text
    try:
        superuser.execute("UPDATE djms.ledger_heads SET trouble = 'stuck', damage = 2")
        page = text_of(agent.get("/"))
    finally:
        superuser.execute("UPDATE djms.ledger_heads SET trouble = '', damage = 0")
    assert "The ledger is not being sealed. What the sealer says: stuck" in page
    assert "found damage. 2 findings." in page


def test_where_the_account_allows_it_an_access_is_opened_at_once_and_told_of(
    agent: Agent, owner: Person, item: str, superuser: psycopg.Connection[Any]
) -> None:
    allowed = owner.post(f"{owner.crate}/access/notices", {"after_notice": "allow"})
    assert allowed.status_code == 303
    opened = ask(agent, owner, item, afterwards="1")
    assert opened["Location"].endswith("?done=access-opened"), text_of(opened)
    access = opened["Location"].partition("?")[0]
    assert "opened, with a notice to the account" in agent.get(access).text
    reading = agent.post(f"{access}/unlock", {"item": item})["Location"]
    assert f"{CANARY} sings" in agent.get(reading).text
    notices = superuser.execute("SELECT count(*) FROM djms.access_notice WHERE account_id = %s", [owner.account_id])
    assert notices.fetchone() == (1,)
    assert "We have seen this" in text_of(owner.get(f"{owner.crate}{access}"))
    again = ask(agent, owner, item, afterwards="1")
    assert (again.status_code, "wasn’t sent yet" in again.text) == (422, True), "one notice is unsent"


def test_a_document_is_read_in_the_page(cluster: Cluster, agent: Agent, owner: Person) -> None:
    made = owner.post(f"{owner.crate}/documents", {"name": CANARY})
    assert made.status_code == 303, text_of(made)
    document = re.findall(r"[0-9a-f-]{36}", made["Location"])[-1]
    access = ask(agent, owner, document)["Location"].partition("?")[0]
    approved(cluster, owner, access, document)
    page = agent.get(agent.post(f"{access}/unlock", {"item": document})["Location"])
    assert f"# {CANARY}" in page.text, "how a document begins"
