"""1g, 4c: of a process that a court forbids to tell, nothing shows before its date, and everything from then on."""

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest

from djmixersoft.ledger.notes import to_base64
from djmixersoft.legal import services
from djmixersoft.lockbox import telling
from djmixersoft.policy.loading import load
from tests import sealing
from tests.legal.officers import Officers, at_work, in_
from tests.mail.working import Workplace
from tests.promises.acting import acting
from tests.promises.serving import Site, shown
from tests.site.proving import proven_export, proven_receipt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster
    from tests.promises.people import Somebody, World

RULES = load()
HEADS = ("ledger_heads", "ledger_heads_leaf", "ledger_heads_node", "ledger_cosignature", "ledger_handed_in")
SILENCE = "SELECT * FROM djms.ask_silence(%s, %s, 'The court says so again.')"
CONFIRM = "SELECT djms.confirm_silence(%s)"


@pytest.fixture
def officers(cluster: "Cluster", world: "World") -> "Iterator[Officers]":
    with at_work(cluster, world) as both:
        yield both


@pytest.fixture
def workplace(cluster: "Cluster", world: "World", tmp_path: Path) -> "Iterator[Workplace]":
    (tmp_path / "mailbox").mkdir()
    with world.superuser() as superuser:
        place = Workplace(cluster, superuser, tmp_path)
        yield place
        place.end()
        superuser.execute("DELETE FROM djms.procrastinate_jobs")


@pytest.fixture
def _mailer(workplace: Workplace) -> "Iterator[None]":
    """Act as the process that sends mail."""
    with workplace.as_login("djms_mailer", MAIL_URL=""):
        yield


def seen_by_sql(cluster: "Cluster", who: "Somebody") -> dict[str, str]:
    """A digest of all that somebody is shown of each table, in each purpose of those who are signed in."""
    found = {}
    for purpose in ("teamwork", "self-service"):
        tables = {
            table: use.columns
            for use in RULES.uses
            if use.purpose == purpose and "read" in use.may
            for table in use.tables
            if table not in HEADS
        }
        with acting(cluster.url("djms_site"), RULES.purposes[purpose].role, token=who.token) as one:
            for table, columns in tables.items():
                row = f"({', '.join(columns)})" if columns else "t"
                digest = f"SELECT md5(string_agg(row{row}::text, '|' ORDER BY row{row}::text)) FROM djms.{table} t"
                found[f"{table} {purpose}"] = str(one.value(digest.replace("rowt", "t")))
    return found


def page(served: Site, who: "Somebody", path: str) -> Any:  # noqa: ANN401 - a response of the test client
    browser = served.browser()
    browser.cookies["__Host-session"] = who.token
    return browser.get(path)


def silent_and_read(officers: Officers) -> tuple[UUID, Any]:
    """A silent process under which an item was read; and the request."""
    process = officers.confirmed(silence=in_(days=30))
    outcome, grant = officers.open(process)
    assert outcome == "opened"
    officers.read(grant, officers.items[0])
    row = officers.superuser.execute("SELECT request_id FROM djms.access_grant WHERE id = %s", [grant]).fetchone()
    assert row
    return process, (grant, row[0])


def test_before_its_date_an_administrator_sees_nothing_of_it_by_sql(
    cluster: "Cluster", world: "World", officers: Officers
) -> None:
    sealing.seal(officers.superuser, cluster.url("djms_sealer"))
    before = seen_by_sql(cluster, world.alice)
    process, (grant, request) = silent_and_read(officers)
    sealing.seal(officers.superuser, cluster.url("djms_sealer"))
    assert seen_by_sql(cluster, world.alice) == before
    notice = officers.superuser.execute("SELECT id FROM djms.access_notice WHERE grant_id = %s", [grant]).fetchone()
    assert notice
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token) as alice:
        revoke, seen = "SELECT djms.revoke_grant(%s, %s)", "SELECT djms.acknowledge_notice(%s, %s)"
        decide = "SELECT djms.decide_request(%s, %s, 'deny', null, null, null, false, '')"
        for door, one in ((revoke, grant), (seen, notice[0]), (decide, request)):
            assert alice.value(door, world.a.id, one) == "not-yours"
        assert process not in alice.value("SELECT djms.told_processes()")
        assert alice.refusal("SELECT djms.is_told(%s)", process) == "42501"
        assert alice.refusal("SELECT obliges FROM djms.legal_process") == ""
        assert alice.refusal("SELECT known_from FROM djms.legal_process") == "42501"
    officers.told(process)
    after = seen_by_sql(cluster, world.alice)
    changed = {table.split()[0] for table in after if after[table] != before[table]}
    assert changed == {
        *("access_request", "access_grant", "access_grant_item", "access_notice", "reading", "reading_use"),
        *("legal_process", "legal_item", "ledger_log", "ledger_entry", "ledger_leaf"),
    }
    assert seen_by_sql(cluster, world.bob)["legal_process teamwork"] == "None", "a member is no Administrator"


def test_from_its_date_on_the_pages_show_it_and_the_proofs_verify(
    cluster: "Cluster", world: "World", served: Site, officers: Officers, workplace: Workplace
) -> None:
    process, (_, request) = silent_and_read(officers)
    sealing.seal(officers.superuser, cluster.url("djms_sealer"))
    account = f"/accounts/{world.a.id}"
    of_process = f"{account}/access/processes/{process}"
    paths = (account, f"{account}/access", f"{account}/record", f"{account}/record/export")
    hidden = {str(process), str(request), officers.one.pseudonym, officers.other.pseudonym, "Court of Vesterby"}
    for path in paths:
        answer = page(served, world.alice, path)
        assert answer.status_code == 200
        assert [one for one in hidden if one in shown(answer)] == []
    closed = (of_process, f"{of_process}/record", f"{of_process}/record/0", f"{account}/access/{request}")
    assert [page(served, world.alice, path).status_code for path in closed] == [404] * 4
    with workplace.as_login("djms_mailer"):
        assert services.tell_all() == []
    officers.told(process)
    with workplace.as_login("djms_mailer"):
        assert services.tell_all() == [(process, "told")]
        assert services.tell_all() == []
    sealing.seal(officers.superuser, cluster.url("djms_sealer"))
    ((key,),) = officers.superuser.execute("SELECT key FROM djms.ledger_heads").fetchall()
    assert [page(served, world.alice, path).status_code for path in closed] == [200] * 4
    assert "Court of Vesterby" in shown(page(served, world.alice, of_process))
    for who in (world.bob, world.carol):
        assert [page(served, who, path).status_code for path in closed] == [404] * 4
    silent = proven_export(page(served, world.alice, f"{of_process}/record").getvalue(), key)
    assert [one and one["action"] for one in silent.said] == [
        *("staff:process:recorded", "staff:process:confirmed", "staff:access:opened"),
        *("staff:item:unlocked", "staff:item:read"),
    ]
    assert {one and one["account"] for one in silent.said} == {str(world.a.id)}
    assert proven_receipt(page(served, world.alice, f"{of_process}/record/4").getvalue(), key)[0] == 4
    told = proven_export(page(served, world.alice, f"{account}/record/export").getvalue(), key).said[-1]
    assert told
    assert (told["action"], told["process"]) == ("system:process:told", str(process))
    assert (told["log"], told["size"], told["head"]) == (
        *(silent.head.origin, silent.head.size),
        to_base64(silent.head.root),
    )
    assert base64.b64decode(told["head"]) == silent.head.root
    assert officers.value(officers.one, "SELECT djms.end_process(%s)", process) == "done"
    row = officers.superuser.execute("SELECT account_id FROM djms.ledger_entry ORDER BY id DESC LIMIT 1").fetchone()
    assert row == (world.a.id,), "what happens from then on is on the account's own record"


@pytest.mark.usefixtures("_mailer")
def test_its_notice_waits_for_the_date_and_goes_then_also_if_the_mailer_was_down(
    officers: Officers, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, (grant, _) = silent_and_read(officers)
    row = officers.superuser.execute("SELECT id FROM djms.access_notice WHERE grant_id = %s", [grant]).fetchone()
    assert row
    (mine,) = row
    assert mine not in telling.due()
    assert not telling.send_notice(notice_id=mine)
    officers.told(process)
    sent: list[Any] = []

    def down(_message: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(telling, "deliver", down)
    with pytest.raises(ConnectionRefusedError):
        telling.send_notice(notice_id=mine)
    assert mine in telling.due(), "it is due as long as it wasn't sent"
    monkeypatch.setattr(telling, "deliver", sent.append)
    assert telling.send_notice(notice_id=mine)
    assert len(sent) == 1
    assert mine not in telling.due()


def test_it_is_silent_for_longer_only_by_two_officers_and_never_again_once_told(officers: Officers) -> None:
    process, (grant, _) = silent_and_read(officers)
    with officers.desk.acting(officers.one) as one:
        assert one.rows(SILENCE, process, in_(days=20)) == [("silence", None)]
        assert one.rows(SILENCE, process, in_(days=366)) == [("silence", None)]
        ((outcome, silence),) = one.rows(SILENCE, process, in_(days=300))
    assert outcome == "asked"
    assert officers.value(officers.one, CONFIRM, silence) == "same"
    change = "UPDATE djms.legal_silence SET confirmed_by = asked_by, confirmed_at = now() WHERE id = %s"
    with pytest.raises(psycopg.errors.CheckViolation, match="four_eyes"):
        officers.superuser.execute(change, [silence])
    assert officers.value(officers.other, CONFIRM, silence) == "done"
    assert officers.value(officers.other, CONFIRM, silence) == "decided"
    row = officers.superuser.execute(
        "SELECT n.not_before = p.silent_until, p.silent_until > now() + interval '299 days' FROM djms.access_notice n"
        " JOIN djms.legal_process p ON p.id = n.process_id WHERE n.grant_id = %s",
        [grant],
    ).fetchone()
    assert row == (True, True)
    with pytest.raises(psycopg.errors.CheckViolation, match="for_a_year"):
        officers.superuser.execute(
            "UPDATE djms.legal_process SET silent_until = now() + interval '2 years',"
            " known_from = now() + interval '2 years' WHERE id = %s",
            [process],
        )
    with officers.desk.acting(officers.one) as one:
        ((_, second),) = one.rows(SILENCE, process, in_(days=310))
    officers.told(process)
    assert officers.value(officers.other, CONFIRM, second) == "told"
    with officers.desk.acting(officers.one) as one:
        assert one.rows(SILENCE, process, in_(days=320)) == [("told", None)]


@pytest.mark.usefixtures("_mailer")
def test_a_telling_that_comes_before_lets_nothing_be_unlocked_until_the_notice_was_sent(
    officers: Officers, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = officers.confirmed(telling="before")
    outcome, grant = officers.open(process)
    assert outcome == "opened"
    item = officers.items[0]
    assert officers.desk.unlock(officers.one, officers.account, grant, item)[0] == "not-told"
    assert officers.open(process, who=officers.other) == ("notice", None), "no further one while a notice waits"
    monkeypatch.setattr(telling, "deliver", lambda _message: None)
    row = officers.superuser.execute("SELECT id FROM djms.access_notice WHERE grant_id = %s", [grant]).fetchone()
    assert row
    assert telling.send_notice(notice_id=row[0])
    assert officers.desk.unlock(officers.one, officers.account, grant, item)[0] == "unlocked"


def test_an_administrator_cannot_revoke_what_a_legal_process_demands(
    cluster: "Cluster", world: "World", officers: Officers
) -> None:
    _, grant = officers.open(officers.confirmed())
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token) as alice:
        assert alice.value("SELECT djms.revoke_grant(%s, %s)", world.a.id, grant) == "legal"
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.carol.token) as carol:
        assert carol.value("SELECT djms.revoke_grant(%s, %s)", world.a.id, grant) == "not-yours"
