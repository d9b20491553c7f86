"""The site has its witnesses cosign, once a minute and over HTTP; receipts then end under what they signed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from djmixersoft.ledger import selectors
from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.models import Log
from djmixersoft.ledger.notes import VerifierKey
from djmixersoft.ledger.policies import BadPolicy, Policy
from djmixersoft.ledger.receipts import Receipt
from djmixersoft.ledger.services import Asked, ask_witnesses
from djmixersoft.ledger.witnesses import policy_text
from djmixersoft.policy.purposes import acting_for
from tests.ledger.growing import Log as Grown
from tests.ledger.sealed import Ledger
from tests.ledger.witnesses import Running
from tests.mail.working import Workplace

Ask = Callable[..., Asked]


class Sealed(Grown):
    """A log of which a witness need know the key only."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger.key.name)
        self.key = ledger.key


@pytest.fixture
def ask(workplace: Workplace) -> Ask:
    """Ask as the steward does."""

    def ask(*, configured: Path | None) -> Asked:
        with workplace.as_login("djms_steward"):
            return ask_witnesses(configured=configured)

    return ask


def file_of(folder: Path, *witnesses: Running, needed: int) -> Path:
    lines = [f"witness w{number} {one.key} {one.url}\n" for number, one in enumerate(witnesses)]
    members = " ".join(f"w{number}" for number in range(len(witnesses)))
    path = folder / "witnesses"
    path.write_text("".join(lines) + f"group them {needed} {members}\nquorum them\n")
    return path


def test_witnesses_cosign_and_what_they_signed_is_what_receipts_end_under(
    ledger: Ledger, ask: Ask, tmp_path: Path
) -> None:
    ledger.accounts(300)
    ledger.seal()
    log = Sealed(ledger)
    with (
        Running(tmp_path / "one", log, name="witness.example/one") as one,
        Running(tmp_path / "two", log, name="witness.example/two") as two,
    ):
        configured = file_of(tmp_path, one, two, needed=2)
        assert ask(configured=configured) == Asked(2, ())
        ledger.accounts(300)
        ledger.seal()
        assert ask(configured=configured) == Asked(2, ())
    with acting_for("visiting"):
        policy = Policy.parse(policy_text(selectors.heads_key(), configured).encode())
        assert {one.size for one in selectors.witnessed()} == {600}
    ledger.accounts(1)
    ledger.seal()
    account = ledger.one("SELECT account_id FROM djms.ledger_log WHERE head_index = 7")
    checkpoint = Checkpoint.parse(head_of(ledger, account).checkpoint)
    verdict = policy.satisfied(checkpoint)
    assert (checkpoint.head.size, verdict.is_reached, set(verdict.witnesses)) == (600, True, {"w0", "w1"})
    newest = ledger.one("SELECT account_id FROM djms.ledger_log WHERE head_index = 600")
    assert not policy.satisfied(Checkpoint.parse(head_of(ledger, newest).checkpoint)).is_reached, "not yet"


def test_what_witnesses_signed_over_stays_proven_while_the_log_goes_on(
    ledger: Ledger, ask: Ask, workplace: Workplace, tmp_path: Path
) -> None:
    (account,) = ledger.accounts(1, entries=3)
    ledger.seal()
    with Running(tmp_path / "one", Sealed(ledger), name="witness.example/one") as one:
        configured = file_of(tmp_path, one, needed=1)
        policy = Policy.parse(policy_text(str(ledger.key.verifier), configured).encode())

        def reached() -> list[bool]:
            """Of which entries the receipts have the quorum; and of what the whole export is made."""
            with workplace.as_login("postgres"), connections["default"].cursor() as cursor:
                cursor.execute("SET search_path = djms")
                log = Log.objects.get(account_id=account)
                heads = [json.loads(selectors.receipt(log, at) or b"")["head"] for at in range(log.size)]
                first, *lines = _export(selectors.as_witnessed(log))
            heads.append(json.loads(first)["head"])
            assert len(lines) == Checkpoint.parse(json.loads(first)["checkpoint"].encode()).head.size
            checkpoints = [Checkpoint.parse(Receipt.parse(head.encode()).checkpoint) for head in heads]
            return [policy.satisfied(checkpoint).is_reached for checkpoint in checkpoints]

        assert reached() == [False] * 4
        assert ask(configured=configured).cosigned == 1
        assert reached() == [True] * 4
        for _ in range(2):  # twice before the witness comes by again
            ledger.record(account)
            ledger.seal()
        assert reached() == [True, True, True, False, False, True]
        assert ask(configured=configured).cosigned == 1
        assert reached() == [True] * 6


def _export(log: Log) -> list[bytes]:
    return [selectors.export_head(log, {}), *selectors.export_lines(log, 0)]


def head_of(ledger: Ledger, account: object) -> Receipt:
    """The upper level of a receipt, made as a member of the account would be given it."""
    index = ledger.one("SELECT head_index FROM djms.ledger_log WHERE account_id = %s", account)
    with acting_for("visiting"):
        return Receipt.parse(selectors.head_proof(Log(head_index=index)).encode())


def test_a_witness_that_is_away_or_refuses_is_told_of_and_keeps_nobody_else_from_cosigning(
    ledger: Ledger, ask: Ask, tmp_path: Path
) -> None:
    ledger.accounts(2)
    ledger.seal()
    log = Sealed(ledger)
    with Running(tmp_path / "one", log, name="witness.example/one") as one:
        with Running(tmp_path / "other", Grown("another"), name="witness.example/other") as other:
            asked = ask(configured=file_of(tmp_path, other, one, needed=1))
        assert asked.cosigned == 1
        assert "doesn't know this log" in asked.refusals[0]
        asked = ask(configured=file_of(tmp_path, other, one, needed=1))
        assert asked.cosigned == 1
        assert "can't be reached" in asked.refusals[0]


def test_a_ledger_that_was_rolled_back_gets_no_signature(ledger: Ledger, ask: Ask, tmp_path: Path) -> None:
    ledger.accounts(3)
    ledger.seal()
    with Running(tmp_path / "one", Sealed(ledger), name="witness.example/one") as one:
        configured = file_of(tmp_path, one, needed=1)
        assert ask(configured=configured).cosigned == 1
        # With the sealer's key and all that it keeps in the wrong hands: another history, as long or longer.
        for entries in (3, 5):
            ledger.empty()
            (ledger.folder / "heads.sqlite3").unlink()
            ledger.accounts(entries)
            ledger.seal()
            asked = ask(configured=configured)
            assert asked.cosigned == 0
            assert len(asked.refusals) == 1


def test_without_witnesses_nobody_is_asked(ledger: Ledger, ask: Ask) -> None:
    assert ask(configured=None) == Asked(0, ())
    ledger.accounts(1)
    ledger.seal()
    assert ask(configured=None) == Asked(0, ())


@pytest.mark.parametrize("lines", ["witness w x\nquorum w\n", "quorum w\n", "", "log {key}\nquorum none\n"])
def test_a_file_of_witnesses_that_is_wrong_is_refused_in_a_sentence(ledger: Ledger, tmp_path: Path, lines: str) -> None:
    key = str(VerifierKey("another", ledger.key.verifier.algorithm, ledger.key.verifier.key))
    (tmp_path / "witnesses").write_text(lines.format(key=key))
    with pytest.raises(BadPolicy, match="witnesses"):
        policy_text(str(ledger.key.verifier), tmp_path / "witnesses")
    with pytest.raises(BadPolicy, match="can't be read"):
        policy_text(str(ledger.key.verifier), tmp_path / "missing")
