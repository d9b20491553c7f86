"""The verifier for people who don't trust us: what is so it says, what was changed it refuses, each with a sentence."""

import random
import subprocess
import sys

import pytest

from djmixersoft.ledger.notes import Algorithm, SigningKey
from tests.ledger.growing import Log, key
from tests.ledger.sealing import HEADS, WITNESSES, Json, Ledger, entry, grown, policy
from tests.ledger.verifying import KEY, Answer, Desk, by_policy, desk, ledger, one, policy_file, read
from tests.support import IS_LONG, PLAIN_ENVIRONMENT, ROOT

__all__ = ["desk"]
FILE = ROOT / "verifier" / "ledger_verify.py"
BROKEN = f"— {WITNESSES[0].name} AAAAB\n"  # no Base64
RECEIPTS = 1_000 if IS_LONG else 200


def test_it_stands_alone_and_is_short_enough_to_be_read() -> None:
    text = FILE.read_text("utf-8")
    assert len(text.splitlines()) < 300
    assert "SPDX-License-Identifier: Apache-2.0" in text
    assert "import djmixersoft" not in text
    assert "from djmixersoft" not in text
    modules = "import sys; before = {*sys.modules}; import ledger_verify; print(*{*sys.modules} - before)"
    run = [sys.executable, "-c", modules]
    done = subprocess.run(run, cwd=FILE.parent, capture_output=True, text=True, check=True, env={})
    outside = {name.partition(".")[0] for name in done.stdout.split()} - sys.stdlib_module_names
    assert outside <= {"ledger_verify", "cryptography", "_cffi_backend"}


def test_a_receipt_says_what_is_proven_and_what_is_not(desk: Desk) -> None:
    answer = by_policy(desk, ledger().receipt(42, None, *WITNESSES[:2]))
    assert answer.status == 0
    assert "entry 43 of the first 302 in the log djmixersoft-log/" in answer.all
    assert "action: member:invitation:sent, at: 2026-11-23T18:00:42.000000Z, by: administrator" in answer.all
    assert f"is sealed: entry {ledger().places[302] + 1} of {ledger().heads.size} in the log {HEADS}" in answer.all
    assert KEY in answer.all
    assert [name for name in "abc" if f"The witness {name} cosigned" in answer.all] == ["a", "b"]
    assert "quorum is reached" in answer.all
    assert any("everything was logged" in one for one in answer.said["Not proven"])
    assert any("your account’s log" in one for one in answer.said["Not proven"])


def test_every_receipt_is_accepted_whatever_its_log_was_when_it_was_made(desk: Desk) -> None:
    chance, sizes = random.Random(1), sorted(ledger().places)
    for _ in range(RECEIPTS):
        size = chance.choice(sizes)
        index = chance.randrange(size)
        cosigners = chance.sample(WITNESSES, chance.choice([2, 3]))
        answer = by_policy(desk, ledger().receipt(index, size, *cosigners))
        assert answer.status == 0, (index, size, answer)
        assert f"entry {index + 1} of the first {size} " in answer.all


def test_an_erased_entry_has_its_place_and_no_words(desk: Desk) -> None:
    answer = by_policy(desk, ledger().receipt(17, None, *WITNESSES))
    assert answer.status == 0
    assert "entry 18 of the first 302" in " ".join(answer.proven)
    assert "word for word" not in answer.all
    assert any("its words are gone" in one for one in answer.said["Not proven"])


def test_an_export_is_complete_and_counts_what_is_erased(desk: Desk) -> None:
    answer = by_policy(desk, ledger().export(None, *WITNESSES))
    assert answer.status == 0
    assert "All 302 entries of djmixersoft-log/" in " ".join(answer.proven)
    assert "2 of them are erased" in " ".join(answer.proven)
    assert "Someone" not in answer.all, "no name is taken for proven"
    assert any("Nothing vouches for “people”" in one for one in answer.said["Not proven"])
    assert by_policy(desk, Ledger(7).record().export(None, *WITNESSES)).status == 0, "an empty log is a log"


@pytest.mark.parametrize("named", [[], [5]])
def test_what_is_erased_and_no_later_entry_names_is_pointed_at(desk: Desk, named: list[int]) -> None:
    made = grown(9)
    made.erase(3, named=False).record(*(entry(10, "ledger:entry:erased", index=one) for one in named))
    answer = by_policy(desk, made.export(None, *WITNESSES))
    assert answer.status == 1
    assert answer.said["Wrong"] == ["1 are erased, and no entry says by whom; the first has index 3."]
    made.record(entry(11, "ledger:entry:erased", index=3))
    assert by_policy(desk, made.export(None, *WITNESSES)).status == 0


def test_what_says_so_before_does_not_excuse_an_erased_entry(desk: Desk) -> None:
    made = grown(3).record(entry(3, "ledger:entry:erased", index=4), entry(4)).erase(4, named=False)
    assert "no entry says by whom" in by_policy(desk, made.export(None, *WITNESSES)).all


def test_a_pair_in_either_order_shows_that_the_log_only_grew(desk: Desk) -> None:
    older, newer = (desk.file(ledger().export(size, *WITNESSES)) for size in (31, 302))
    for files in ((older, newer), (newer, older), (newer, newer)):
        answer = desk.ask("--policy", policy_file(desk), *files)
        assert answer.status == 0, answer
        assert "still begins with all" in " ".join(answer.proven)


def test_a_pair_of_a_log_that_was_rewritten_and_signed_anew_is_refused(desk: Desk) -> None:
    before, after = grown(20), grown(30)
    rewritten = Ledger(1)
    for at in range(30):
        rewritten.record(entry(at, "member:removed") if at == 7 else entry(at))
    fine, forged = after.export(None, *WITNESSES), rewritten.export(None, *WITNESSES)
    assert by_policy(desk, forged).status == 0, "alone it can't be told"
    old = desk.file(before.export(None, *WITNESSES))
    assert desk.ask("--key", KEY, old, desk.file(fine)).status == 0
    answer = desk.ask("--key", KEY, old, desk.file(forged))
    assert answer.status == 1
    assert "isn’t what it was: its first 20 entries are others" in answer.all
    assert "isn’t what it was" in desk.ask("--key", KEY, desk.file(fine), desk.file(forged)).all, "nor of one size"
    other = desk.file(grown(5, 2).export(None, *WITNESSES))
    assert "different logs" in desk.ask("--key", KEY, old, other).all


def test_what_is_kept_makes_it_a_small_witness(desk: Desk) -> None:
    made, kept = grown(10), desk.folder / "kept"

    def ask(found: Json | list[Json]) -> Answer:
        return desk.ask("--policy", policy_file(desk), "--kept", str(kept), desk.file(found))

    old = made.export(None, *WITNESSES)
    assert ask(old).status == 0
    first = kept.read_text("utf-8")
    assert ask(made.record(entry(10)).export(None, *WITNESSES)).proven >= {
        f"{made.log.key.name} still begins with all 10 entries that it had before, unchanged."
    }
    second = kept.read_text("utf-8")
    assert second != first
    assert "has 10 entries here, and had 11 already" in ask(old).all
    rewritten = Ledger(1).record(*(entry(at + 1) for at in range(12)))
    rewritten.record(*(entry(20 + at) for at in range(30)))
    answer = ask(rewritten.export(None, *WITNESSES))
    assert (answer.status, answer.said["Wrong"][0][-58:]) == (
        1,
        "isn’t what it was: its first 11 entries are others than before."[-58:],
    )
    assert kept.read_text("utf-8") == second, "what is refused is not kept"
    later = ask(made.record(entry(12)).receipt(3, None, *WITNESSES))
    assert later.status == 0
    assert any("still begins with the 11 entries it had: such a file" in one for one in later.said["Not proven"])
    assert "of size 12" not in later.all
    assert ask(made.export(None, *WITNESSES)).proven >= {
        f"{made.log.key.name} still begins with all 11 entries that it had before, unchanged."
    }
    assert list(desk.folder.glob("*.new")) == []
    kept.write_text("{", "utf-8")
    assert ask(made.export(None, *WITNESSES)).status == 2
    assert kept.read_text("utf-8") == "{"
    assert desk.ask("--kept", str(kept), desk.file(old)).status == 2, "nothing is kept that nobody signed"


def test_without_a_key_it_says_that_anybody_could_have_made_it(desk: Desk) -> None:
    answer = desk.ask(desk.file(ledger().receipt(3)))
    assert answer.status == 0
    assert "Proven" not in answer.said
    assert "anybody can make such a file" in answer.all
    assert f"{HEADS}+{key(HEADS).verifier.id.hex()}" in answer.all


def test_another_key_proves_nothing(desk: Desk) -> None:
    found = desk.file(ledger().receipt(3, None, *WITNESSES))
    namesake = SigningKey(HEADS, Algorithm.ED25519, key("another").private)
    for other in (key("log.example/other"), namesake):
        answer = desk.ask("--key", str(other.verifier), found)
        assert (answer.status, answer.proven) == (1, set())
        assert "aren’t both signed by the key that you gave" in answer.all


def test_an_entrys_log_has_to_be_signed_by_the_same_key(desk: Desk) -> None:
    made = grown(5)
    made.log.key = key(made.log.key.name)
    assert "aren’t both signed" in by_policy(desk, made.receipt(3, None, *WITNESSES)).all


@pytest.mark.parametrize(
    ("quorum", "cosigners", "status"),
    [
        ("quorum none", 0, 0),
        ("quorum a", 1, 0),
        ("quorum b", 1, 1),
        ("group g any a b c\nquorum g", 1, 0),
        ("group g all a b c\nquorum g", 2, 1),
        ("group g all a b c\nquorum g", 3, 0),
        ("group g 2 a b\ngroup h 1 g c\nquorum h", 1, 1),
        ("group g 2 a b\ngroup h 1 g c\nquorum h", 2, 0),
        ("\t# a comment\n  group g 1 a\tb \nquorum g", 1, 0),
    ],
)
def test_a_quorum_is_reached_or_not(desk: Desk, quorum: str, cosigners: int, status: int) -> None:
    answer = by_policy(desk, ledger().receipt(9, None, *WITNESSES[:cosigners]), policy(quorum))
    assert answer.status == status
    assert ("quorum isn’t reached" in answer.all) == (status == 1)
    assert ("nobody else was shown another log" in answer.all) == (quorum == "quorum none")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        policy(""),
        policy("quorum d"),
        policy("quorum a\nquorum b"),
        policy("group g 4 a b c\nquorum g"),
        policy("group g 0 a\nquorum g"),
        policy("group g 1\nquorum g"),
        policy("group g any a a\nquorum g"),
        policy("group g any none\nquorum g"),
        policy("group g any a\ngroup h any a\nquorum h"),
        policy("group a any b\nquorum a"),
        policy("quorum a").replace("\n", "\x0b"),
        policy("quorum a").replace("witness b", "witness a"),
        policy("quorum a").replace("witness b", "witness none"),
        policy(f"witness d {WITNESSES[0].verifier}\nquorum a"),
        policy(f"witness d {SigningKey('us', Algorithm.COSIGNATURE, key(HEADS).private).verifier}\nquorum d"),
        policy(f"log {WITNESSES[0].verifier}\nquorum a"),
        policy("nonsense\nquorum a"),
        policy("quorum a").replace(KEY[-9:], KEY[-9:].swapcase()),
    ],
)
def test_a_policy_that_is_none_is_refused(desk: Desk, wrong: str) -> None:
    answer = by_policy(desk, ledger().receipt(9, None, *WITNESSES), wrong)
    if wrong == "":  # is as if none was given, and nothing is called proven
        assert "Proven" not in answer.said
    else:
        assert (answer.status, answer.all) == (2, "The policy or key that you gave can’t be understood.")


def test_a_wrong_signature_of_one_whom_one_believes_spoils_it(desk: Desk) -> None:
    text = str(ledger().heads.head())
    found = ledger().receipt(9, None, *WITNESSES)
    for wrong in (
        WITNESSES[0].line("another\n", time=1),
        WITNESSES[0].line(text, time=2**62),
        key(HEADS).line("x\n"),
        BROKEN,
    ):
        answer = by_policy(desk, found | {"head": found["head"] + wrong})
        assert answer.status == 1, wrong
        assert "The signature of" in answer.all
        assert answer.proven == set()
    for line in (key("stranger").line("x\n"), BROKEN.replace(WITNESSES[0].name, "stranger")):
        stranger = found | {"head": found["head"] + line}
        assert by_policy(desk, stranger).status == 0, "what strangers sign is nothing to us"


@pytest.mark.parametrize(
    "command", [[str(FILE)], ["-m", "djmixersoft", "ledger", "verify"], ["-m", "verifier.ledger_verify"]]
)
def test_every_way_to_run_it_is_the_same(desk: Desk, command: list[str]) -> None:
    fine, forged = desk.file(one()), desk.file(one() | {"entry": "{}"})
    for arguments, status in ((["--key", KEY, fine], 0), (["--key", KEY, forged], 1), (["--key", KEY, "none"], 2)):
        run = [sys.executable, *command, *arguments]
        done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False, env=PLAIN_ENVIRONMENT)
        assert done.returncode == status, done.stderr
        assert done.stderr == ""
        assert read(done.stdout) == desk.ask(*arguments).said


def test_a_log_in_which_the_heads_are_entries_fools_nobody(desk: Desk) -> None:
    """The same key signs both kinds of log, so their names keep them apart."""
    made, heads = grown(4), Log(HEADS)
    made.log.key = SigningKey(HEADS, Algorithm.ED25519, heads.key.private)
    assert by_policy(desk, made.receipt(1)).status == 2
