"""A probe says *broken* of what is broken, *kept* of nothing that it couldn't look at, and leaves nothing behind."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.test import override_settings
from django.utils.module_loading import autodiscover_modules

from djmixersoft.policy.fetching import Unseen, speaks_unencrypted
from djmixersoft.policy.loading import load
from djmixersoft.policy.models import Status
from djmixersoft.policy.probing import Attempts, Caller, Finding, LiveSystem, probes_of
from djmixersoft.policy.prose import clauses
from djmixersoft.policy.verify import Verdict, verify
from tests.promises.broken import BLOB, BROKEN
from tests.promises.checksums import changed, checksums
from tests.promises.sabotage import file
from tests.promises.tampering import served, with_header, with_status
from tests.vault.sealing import noise, seal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cluster
    from tests.promises.people import World
    from tests.promises.tampering import Site

CASES = [(promise, probe, how) for (promise, probe), ways in BROKEN.items() for how in ways]
autodiscover_modules("probes")


@pytest.fixture(scope="module")
def site(cluster: "Cluster", world: "World") -> "Iterator[Site]":
    """Serve the world, one of whose files is on disk."""
    assert world.a.items
    with served(cluster) as site, file(BLOB.replace("3b9ac9ff", "3b9aca00"), seal(noise(300_000)))(cluster, site):
        yield site


def found(site: "Site", promise: str, probe: str) -> Finding:
    """What one probe finds."""
    (one,) = [one for one in probes_of(promise) if one.__name__ == probe]
    return one(site.live)


def personal(world: "World") -> list[bytes]:
    """Everything in the world that says who somebody is, or opens something."""
    crews, people = (world.a, world.b), (world.alice, world.bob, world.carol, world.stranger)
    found = [*world.ids(*crews, *people).values(), *world.keys(world.a).values(), *world.secrets().values()]
    found += [value.encode() for one in people for value in (one.email, one.token, one.password)]
    return [*found, *(one.name.encode() for one in crews)]


def shows_nobody(world: "World", evidence: str) -> bool:
    said = evidence.encode()
    return not [value for value in personal(world) if value in said or value.hex().encode() in said]


def test_every_promise_that_has_a_probe_is_kept_with_people_accounts_and_files(site: "Site", world: "World") -> None:
    verdicts = {verdict.promise: verdict for verdict in verify(site.live)}
    assert list(verdicts) == list(clauses())
    probed = {promise for promise in verdicts if probes_of(promise)}
    assert {promise for promise, one in verdicts.items() if one.status is Status.KEPT} == probed
    assert {one.status for promise, one in verdicts.items() if promise not in probed} == {Status.NOT_ENFORCED}
    company = "desk, mailer, analyst, steward, sealer, auditor: "
    rules = load()
    content = len(rules.categories["content"].tables)
    linked = sum(rules.category_of(table) != "operational" for table in rules.tables())
    assert f"on {linked} tables ({linked} of them with rows), with nobody signed in" in verdicts["1b"].evidence
    assert f"by the logins of site, {company}" in verdicts["1b"].evidence
    assert f"({content} of them with rows), in each role, by the logins of {company}" in verdicts["4b"].evidence
    assert "stored files looked at, 0.0 MB" not in verdicts["4d"].evidence
    assert all(shows_nobody(world, one.evidence) for one in verdicts.values())
    json.dumps([one.evidence for one in verdicts.values()])


def test_every_probe_has_an_installation_that_it_must_notice() -> None:
    registered = {(promise, one.__name__) for promise in clauses() for one in probes_of(promise)}
    assert set(BROKEN) == registered


def test_every_clause_under_which_rules_stand_has_a_probe() -> None:
    rules = load()
    used = {use.category for use in rules.uses} | {door.clause for door in rules.doors}
    named = {rules.categories[name].clause for name in used if name in rules.categories}
    named |= {purpose.clause for purpose in rules.purposes.values()} | {door.clause for door in rules.doors}
    assert [clause for clause in sorted(named) if not probes_of(clause)] == []


@pytest.mark.parametrize(("promise", "probe", "how"), CASES)
def test_an_installation_that_is_broken_in_one_respect_is_called_broken(
    cluster: "Cluster", site: "Site", world: "World", promise: str, probe: str, how: str
) -> None:
    with BROKEN[promise, probe][how](cluster, site):
        finding = found(site, promise, probe)
    assert not finding.kept, finding.evidence
    assert "failed" not in finding.evidence
    assert shows_nobody(world, finding.evidence)


def test_afterwards_everything_is_kept_again(site: "Site") -> None:
    assert [one for one in verify(site.live, [promise for promise, _ in BROKEN]) if one.status is not Status.KEPT] == []


def test_the_probes_leave_nothing_behind(cluster: "Cluster", site: "Site", world: "World") -> None:
    def files() -> set[str]:
        return {str(path) for path in cluster.data.path.rglob("*") if "postgres/data" not in str(path)}

    before, there = checksums(world), files()
    verify(site.live)
    assert changed(before, checksums(world)) == set()
    assert files() == there


def test_what_has_expired_is_the_stewards_to_see_and_breaks_nothing(site: "Site", world: "World") -> None:
    moved = (
        "UPDATE djms.session SET expires = expires + %s WHERE device ~ 'stranger'",
        "UPDATE djms.registration SET expires = expires + %s WHERE email ~ 'half'",
        "UPDATE djms.mail_message SET created_at = created_at + %s WHERE secret IS NOT NULL",
    )
    with world.superuser() as superuser:
        assert all(superuser.execute(sql.encode(), [timedelta(days=-60)]).rowcount for sql in moved)
        try:
            assert {one.status for one in verify(site.live, ["1b", "6a"])} == {Status.KEPT}
        finally:
            for sql in moved:
                superuser.execute(sql.encode(), [timedelta(days=60)])


class TestWhatCannotBeLookedAt:
    def unseen(self, live: LiveSystem, promise: str) -> Verdict:
        (verdict,) = verify(live, [promise])
        assert verdict.status is Status.NOT_ENFORCED
        assert verdict.unseen
        return verdict

    def test_a_site_that_is_not_served(self, site: "Site", tmp_path: "Path") -> None:
        verdict = self.unseen(replace(site.live, data=tmp_path), "2b")
        assert verdict.evidence == "could not be looked at: the site is not being served"

    def test_a_site_that_does_not_answer(self, site: "Site", tmp_path: "Path") -> None:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "address").write_text("https://localhost:1\n")
        verdict = self.unseen(replace(site.live, data=tmp_path), "7b")
        assert verdict.evidence == "could not be looked at: https://localhost:1 does not answer"

    def test_a_site_that_is_too_busy_to_answer(self, site: "Site", monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(site, "tamper", with_status("503 Service Unavailable", "/register"))
        for promise in ("2a", "2b", "7b"):
            assert "says that it is busy" in self.unseen(site.live, promise).evidence

    def test_a_database_that_does_not_answer(self, site: "Site") -> None:
        nowhere = dict.fromkeys(site.live.urls, "postgresql://nobody@/x?host=/nonexistent")
        for promise in ("1a", "1b", "1e", "1f", "4b", "7d"):
            verdict = self.unseen(replace(site.live, urls=nowhere), promise)
            assert verdict.evidence == "could not be looked at: the database does not answer"

    def test_logins_that_are_not_here(self, site: "Site") -> None:
        alone = {name: site.live.urls[name] for name in ("auditor", "desk")}
        verdict = self.unseen(replace(site.live, urls=alone), "4a")
        assert verdict.evidence == "could not be looked at: the address of the login 'site' is not known here"
        (verdict,) = verify(replace(site.live, urls=alone), ["4b"])
        assert verdict.status is Status.KEPT
        assert "by the logins of desk, auditor: " in verdict.evidence, "it says which it tried"

    def test_files_that_are_elsewhere(self, site: "Site", tmp_path: "Path") -> None:
        verdict = self.unseen(replace(site.live, data=tmp_path), "4d")
        assert verdict.evidence.endswith("could not be looked at: the folder of stored files is not on this machine")

    def test_but_what_was_found_broken_stays_so(self, cluster: "Cluster", site: "Site", tmp_path: "Path") -> None:
        elsewhere = replace(site.live, data=tmp_path)
        with BROKEN["4d", "names_and_keys_are_shown_to_nobody_unknown"]["keys are shown"](cluster, site):
            (verdict,) = verify(elsewhere, ["4d"])
        assert (verdict.status, verdict.unseen) == (Status.BROKEN, False)


class TestAttempts:
    @pytest.fixture
    def caller(self, cluster: "Cluster") -> Iterator[Caller]:
        with psycopg.connect(cluster.url("djms_site"), autocommit=True) as connection:
            yield Caller(connection, "site", "p_visiting")

    def test_only_a_refusal_for_want_of_rights_counts_as_one(self, caller: Caller) -> None:
        attempts = Attempts()
        attempts.expect_nothing(caller, "reading", "SELECT 1 FROM djms.person")
        attempts.expect_nothing(caller, "reading", "SELECT 1 WHERE false")
        assert (attempts.tried, attempts.refused, attempts.got) == (2, 1, [])
        attempts.expect_nothing(caller, "inserting", "DO $$ BEGIN RAISE check_violation; END $$")
        assert attempts.got == ["site as p_visiting, inserting: stopped by a rule about values only (23514)"]
        for mistake in ("SELECT 1 FROM djms.nothing", "SELEKT 1", "SELECT 1/0", "SET LOCAL ROLE p_nobody"):
            with pytest.raises(psycopg.Error):
                attempts.expect_nothing(caller, "reading", mistake)

    def test_rows_and_successes_are_breaches_and_undone(self, caller: Caller) -> None:
        attempts = Attempts()
        attempts.expect_nothing(caller, "reading", "SELECT 1")
        attempts.expect_nothing(caller, "setting", "SET LOCAL work_mem = 64")
        assert attempts.got == ["site as p_visiting, reading: 1 row", "site as p_visiting, setting: it was done"]
        assert not attempts.finding("here").kept

    def test_no_attempt_at_all_is_no_promise_kept(self) -> None:
        with pytest.raises(Unseen):
            Attempts().finding("here")

    def test_a_probe_that_fails_is_no_promise_kept_and_hides_no_other(
        self, site: "Site", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(_: LiveSystem) -> Finding:
            raise KeyError("a value that may be somebody's")

        several = [fails, lambda _: Finding(kept=True, evidence="fine")]
        monkeypatch.setattr("djmixersoft.policy.verify.probes_of", lambda _: several)
        (verdict,) = verify(site.live, ["9a"])
        assert verdict.status is Status.BROKEN
        assert verdict.evidence == "the probe fails failed: KeyError; fine"


class TestAPublicAddress:
    @pytest.fixture
    def public(self, cluster: "Cluster", monkeypatch: pytest.MonkeyPatch) -> "Iterator[Site]":
        """Serve at an address that counts as public, under a certificate that this machine trusts."""
        with override_settings(ALLOWED_HOSTS=["127.0.0.2"]), served(cluster, "127.0.0.2") as site:
            monkeypatch.setenv("SSL_CERT_FILE", str(cluster.data.secrets / "tls" / "cert.pem"))
            yield site

    def test_browsers_must_be_told_to_insist_on_encryption(self, public: "Site") -> None:
        finding = found(public, "6a", "pages_travel_encrypted")
        assert (finding.kept, "HSTS off," in finding.evidence) == (False, True)
        public.tamper = with_header("Strict-Transport-Security", "max-age=31536000")
        assert found(public, "6a", "pages_travel_encrypted").kept

    def test_a_certificate_that_nobody_trusts_is_broken(self, public: "Site", monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        (six_a, two_b) = verify(public.live, ["6a", "2b"])
        assert six_a.status is Status.BROKEN
        assert re.search(r"the certificate of https://127.0.0.2:\d+ does not verify", six_a.evidence)
        assert two_b.unseen

    def test_a_page_without_encryption_is_noticed(self) -> None:
        class Plain(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Plain) as server:
            threading.Thread(target=server.handle_request, daemon=True).start()
            assert speaks_unencrypted(f"https://localhost:{server.server_port}")
        assert not speaks_unencrypted("https://localhost:1")
