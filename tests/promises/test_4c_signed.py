"""4c: where an account has an approval key, nothing is approved without a signature by it over exactly that."""

import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from djmixersoft.content import stores
from djmixersoft.lockbox import approving
from djmixersoft.lockbox.approving import Draft
from djmixersoft.lockbox.services import Terms
from djmixersoft.policy.purposes import acting_for
from djmixersoft.proving import factors
from tests.lockbox.desk import Agent, Desk, approve, dismiss, grant_of, hire
from tests.promises.acting import acting
from tests.proving.ring import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster
    from tests.promises.people import Somebody, World

NOBODY = UUID(int=0)
ALL = "SELECT djms.sign_approval(%s, %s, %s, %s, %s, %s, %s, %s)"


def ring() -> Key:
    """A key for the site's own pages, with an id of its own."""
    party = approving.party()
    return Key(credential_id=secrets.token_bytes(16), host=party.host, origin=party.origin)


def register(who: "Somebody", account: UUID, key: Key, name: str = "ring") -> tuple[str, UUID]:
    with acting_for("teamwork", token=who.token):
        begun = approving.begin_key(account, (b"x", "x"))
        assert begun
        made = replace(key, challenge=begun[0]).make()
        return approving.add_key(account, challenge=begun[0], answer=made, name=name)


@dataclass
class Signing:
    """A request for two of Alice's files, in an account that has a key."""

    cluster: "Cluster"
    world: "World"
    agent: Agent
    key: Key = field(default_factory=ring)
    id: UUID = NOBODY

    def __post_init__(self) -> None:
        self.site, self.desk = self.cluster.url("djms_site"), Desk(self.cluster.url("djms_desk"))
        self.account, self.items = self.world.a.id, [*self.world.a.items[:2]]
        self.request = self.desk.ask(self.agent, self.account, self.items, hours=3)
        outcome, self.id = register(self.world.alice, self.account, self.key)
        assert outcome == "added"

    def draft(self, about: str = "access", subject: object = "", who: "Somebody | None" = None, **more: Any) -> Draft:  # noqa: ANN401 - as Terms takes them
        terms = replace(Terms(items=self.items, hours=2), **more)
        with acting_for("teamwork", token=(who or self.world.alice).token):
            subject = UUID(str(subject or self.request))
            outcome, draft = approving.draft(self.account, about, subject, terms)
        assert outcome == "drafted", outcome
        return draft

    def sign(self, digest: bytes, key: Key | None = None, who: "Somebody | None" = None, **more: Any) -> str:  # noqa: ANN401 - as Key takes them
        self.key = replace(self.key, count=self.key.count + 1)
        answer = replace(key or self.key, **({"challenge": digest} | more)).answer()
        with acting_for("teamwork", token=(who or self.world.alice).token):
            return approving.sign(self.account, digest=digest, answer=answer)

    def by_sql(self, *arguments: object) -> str:
        """The door itself, as SQL that was smuggled into the site in Alice's name would call it."""
        with acting(self.site, "p_teamwork", token=self.world.alice.token, kept=True) as one:
            return str(one.value(ALL, self.account, *arguments))

    def state(self) -> str:
        with self.world.superuser() as superuser:
            found = superuser.execute("SELECT state FROM djms.access_request WHERE id = %s", [self.request])
            return str(next(iter(found))[0])


def clear(world: "World") -> None:
    with world.superuser() as superuser:
        # What the small world holds of both stays.
        superuser.execute("DELETE FROM djms.approval_key WHERE name <> 'an old key'")
        superuser.execute("DELETE FROM djms.approval_statement WHERE digest <> '\\x00'")
        superuser.execute("DELETE FROM djms.access_setting WHERE account_id = %s AND after_notice", [world.a.id])
        superuser.execute("DELETE FROM djms.mail_message WHERE template = 'approval-key-ending'")
        superuser.execute("DELETE FROM djms.sign_in_try")


@pytest.fixture
def signing(cluster: "Cluster", world: "World") -> "Iterator[Signing]":
    with world.superuser() as superuser:
        agent = hire(superuser)
        settings = superuser.execute("SELECT * FROM djms.access_setting").fetchall()
        try:
            yield Signing(cluster, world, agent)
        finally:
            dismiss(superuser, agent)
            clear(world)
            for row in settings:
                put = "INSERT INTO djms.access_setting VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
                superuser.execute(put, row)


def test_what_is_approved_is_what_was_signed_and_on_record_so(signing: Signing) -> None:
    site, alice = signing.site, signing.world.alice
    assert approve(site, alice.token, signing.account, signing.request, signing.items) == "sign"
    assert signing.state() == "pending"
    draft = signing.draft(items=signing.items[:1], hours=1)
    said = json.loads(draft.statement)
    assert draft.statement == json.dumps(said, sort_keys=True, separators=(",", ":")).encode(), "RFC 8785"
    assert (said["items"], said["hours"], said["download"]) == ([str(signing.items[0])], 1, False)
    assert signing.sign(draft.digest) == "done"
    with signing.world.superuser() as superuser:
        ((digest, starts, ends),) = superuser.execute(
            "SELECT digest, starts, ends FROM djms.access_grant WHERE request_id = %s", [signing.request]
        ).fetchall()
        ((entry,),) = superuser.execute(
            "SELECT convert_from(entry, 'UTF8')::jsonb FROM djms.ledger_entry WHERE account_id = %s"
            " ORDER BY id DESC LIMIT 1",
            [signing.account],
        ).fetchall()
        grant = grant_of(superuser, signing.request)
    assert digest == draft.digest == hashlib.sha256(draft.statement).digest()
    assert (starts.isoformat(), ends.isoformat()) == tuple(
        said[one].replace("Z", "+00:00") for one in ("from", "until")
    )
    assert (entry["action"], entry["terms"], entry["key"]) == (
        "administrator:access:approved",
        draft.digest.hex(),
        str(signing.id),
    )
    unlocked = [signing.desk.unlock(signing.agent, signing.account, grant, one)[0] for one in signing.items]
    assert unlocked == ["unlocked", "not-covered"]


WRONG: dict[str, dict[str, Any]] = {
    "another challenge": {"challenge": bytes(32)},
    "another origin": {"origin": "https://evil.example"},
    "made for another": {"host": "evil.example"},
    "nobody there": {"flags": 0},
    "in a frame": {"framed": True},
    "a count that went back": {"count": 3},
    "a count that stands still": {"count": 7},
}


@pytest.mark.parametrize("how", WRONG)
def test_a_signature_that_differs_in_one_thing_is_none(signing: Signing, how: str) -> None:
    draft = signing.draft()
    assert signing.sign(draft.digest, **WRONG[how]) == "refused"
    assert signing.state() == "pending"
    assert signing.sign(draft.digest) == "done"


def test_another_key_signs_nothing_nor_another_accounts(signing: Signing) -> None:
    theirs, carol = ring(), signing.world.carol
    assert register(carol, signing.world.b.id, theirs)[0] == "added"
    draft = signing.draft()
    for other in (ring(), theirs, replace(ring(), credential_id=signing.key.credential_id)):
        assert signing.sign(draft.digest, other) == "refused"
    assert signing.state() == "pending"


def test_a_signature_is_good_once_and_for_who_drafted_it(signing: Signing) -> None:
    draft = signing.draft()
    with acting_for("teamwork", token=signing.world.bob.token):
        assert approving.sign(signing.account, digest=draft.digest, answer=signing.key.answer()) == "refused"
        assert approving.draft(signing.account, "access", signing.request)[0] == "not-yours"
    assert signing.sign(draft.digest) == "done"
    assert signing.sign(draft.digest) == "refused"
    with signing.world.superuser() as superuser:
        superuser.execute(
            "UPDATE djms.access_request SET state = 'pending', decided_by = NULL WHERE id = %s", [signing.request]
        )
        superuser.execute("DELETE FROM djms.access_grant WHERE request_id = %s", [signing.request])
    assert signing.sign(draft.digest) == "refused", "not even where all else would let it"
    old = signing.draft()
    with signing.world.superuser() as superuser:
        superuser.execute("UPDATE djms.approval_statement SET expires = now() WHERE digest = %s", [old.digest])
    assert signing.sign(old.digest) == "refused"


def test_smuggled_sql_claims_no_signature_that_nobody_checked(signing: Signing) -> None:
    draft = signing.draft()
    client = replace(signing.key, challenge=draft.digest).client("webauthn.get")
    made_up = (client, b"a" * 37, b"s" * 70, 99)
    assert signing.by_sql(draft.digest, signing.id, b"x" * 32, *made_up) == "refused"
    with acting(signing.site, "p_teamwork", token=signing.world.alice.token) as one:
        assert one.refusal("SELECT verifier FROM djms.approval_key") == "42501"
        for table in ("approval_key", "approval_statement", "access_grant"):
            assert one.refusal(f"DELETE FROM djms.{table}") == "42501", table
            assert one.refusal(f"UPDATE djms.{table} SET account_id = account_id") == "42501", table
        assert one.refusal("SELECT djms.needs_signature(%s)", signing.account) == "42501"
        assert one.refusal("SELECT djms.add_grant(NULL, 'approval', NULL, NULL, now(), 1, true)") == "42501"
    # Who holds the root key as well could: which is why the signature is kept, and can be checked without us.
    with acting_for("teamwork", token=signing.world.alice.token):
        (row,) = approving.counting(signing.account)
    sign = factors.sign_of(factors.unseal(stores.root_key(), row.sealed, owner=signing.account, factor=row.id))
    other = replace(signing.key, challenge=bytes(32)).client("webauthn.get")
    for wrong in (other, b"", b"{}", b"not json", b"\xff\x00", b"null", b'"x"', b"[]"):
        assert signing.by_sql(draft.digest, signing.id, sign, wrong, *made_up[1:]) == "refused", wrong
    assert signing.by_sql(bytes(32), signing.id, sign, *made_up) == "refused"
    assert signing.by_sql(draft.digest, uuid4(), sign, *made_up) == "refused"
    assert signing.state() == "pending"


def test_items_and_hours_can_t_be_swapped_and_what_is_gone_is_signed_anew(signing: Signing) -> None:
    little, more = signing.draft(items=signing.items[:1], hours=1), signing.draft(hours=3, may_download=True)
    assert little.digest != more.digest
    assert signing.sign(more.digest, challenge=little.digest) == "refused"
    with signing.world.superuser() as superuser:
        superuser.execute("SET session_replication_role = replica")
        thrown = "UPDATE djms.item SET trashed_with = %s, trashed_at = %s, trashed_by = %s WHERE id = %s"
        superuser.execute(thrown, [signing.items[0], "2026-01-01", signing.account, signing.items[0]])
        assert signing.sign(more.digest) == "changed"
        superuser.execute(thrown, [None, None, None, signing.items[0]])
    assert signing.sign(little.digest) == "done"
    assert signing.sign(more.digest) == "decided"


def test_of_two_signatures_at_once_one_counts(signing: Signing) -> None:
    drafts, outcomes = [signing.draft(), signing.draft()], []
    answers = [
        replace(signing.key, challenge=one.digest, count=20 + number).answer() for number, one in enumerate(drafts)
    ]

    def sign(number: int) -> None:
        with acting_for("teamwork", token=signing.world.alice.token):
            outcomes.append(approving.sign(signing.account, digest=drafts[number].digest, answer=answers[number]))

    both = [threading.Thread(target=sign, args=[number]) for number in (0, 1)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(outcomes) == ["decided", "done"]


def test_a_further_key_and_after_notice_take_a_signature_and_so_does_dropping(signing: Signing) -> None:
    with acting(signing.site, "p_teamwork", token=signing.world.alice.token, kept=True) as one:
        assert one.value("SELECT djms.allow_after_notice(%s, true)", signing.account) == "sign"
        assert one.value("SELECT djms.allow_after_notice(%s, false)", signing.account) == "done"
    second = ring()
    outcome, second_id = register(signing.world.alice, signing.account, second)
    assert outcome == "sign"
    draft = signing.draft()
    assert signing.sign(draft.digest, second) == "refused", "it doesn't count yet"
    adding = signing.draft("key-added", second_id)
    assert signing.sign(adding.digest, second) == "refused", "nor does it let itself in"
    assert signing.sign(adding.digest) == "done"
    dropping = signing.draft("key-dropped", signing.id)
    assert signing.sign(dropping.digest, second) == "refused", "a count of 7 was its registration's"
    assert signing.sign(dropping.digest, replace(second, count=8)) == "done"
    assert signing.sign(draft.digest) == "refused"
    assert signing.sign(draft.digest, replace(second, count=9)) == "done"
    noticed = signing.draft("after-notice")
    assert signing.sign(noticed.digest, replace(second, count=10)) == "done"


def test_a_lost_key_ends_after_a_week_unless_somebody_keeps_it(signing: Signing) -> None:
    alice = signing.world.alice
    lose = "SELECT djms.lose_approval_key(%s, %s, %s)"
    with acting(signing.site, "p_teamwork", token=alice.token, kept=True) as one:
        assert one.value(lose, signing.account, signing.id, b"x" * 32) == "password"
    lost = partial(approving.lose_key, session=alice.token, account_id=signing.account, password=alice.password)
    assert lost(key_id=signing.id) == "ending"
    assert lost(key_id=signing.id) == "nothing"
    assert lost(key_id=uuid4()) == "not-yours"
    with signing.world.superuser() as superuser:
        told = superuser.execute("SELECT recipient FROM djms.mail_message WHERE template = 'approval-key-ending'")
        assert told.fetchall() == [(alice.email,)]
    assert approve(signing.site, alice.token, signing.account, signing.request, signing.items) == "sign"
    with acting_for("teamwork", token=alice.token):
        assert approving.keep_key(signing.account, signing.id) == "done"
        assert approving.keep_key(signing.account, signing.id) == "over"
    assert lost(key_id=signing.id) == "ending"
    with signing.world.superuser() as superuser:
        superuser.execute("UPDATE djms.approval_key SET ends_at = now() WHERE id = %s", [signing.id])
    with acting_for("teamwork", token=alice.token):
        assert approving.keep_key(signing.account, signing.id) == "over"
    assert approve(signing.site, alice.token, signing.account, signing.request, signing.items) == "done"


def test_nobody_else_has_anything_to_say_about_keys(signing: Signing) -> None:
    for who in (signing.world.bob, signing.world.carol):
        with acting_for("teamwork", token=who.token):
            assert approving.begin_key(signing.account, (b"x", "x")) is None
            assert approving.keys(signing.account) == []
            assert approving.keep_key(signing.account, signing.id) == "not-yours"
            assert approving.draft(signing.account, "key-dropped", signing.id)[0] == "not-yours"
    with acting(signing.site, "p_teamwork", bearer=signing.world.alice.program) as one:
        for door in ("begin_approval_key(%s)", "draft_approval(%s, 'after-notice', null, null, null, null, null)"):
            assert one.refusal(f"SELECT djms.{door}", signing.account) == "42501", "no program of hers"
