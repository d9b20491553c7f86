"""What was changed, and what is odd, the verifier refuses with a sentence, and never with a traceback."""

import json
import random

import pytest

from djmixersoft.ledger.notes import to_base64
from tests.ledger.sealing import PEOPLE, WITNESSES, as_text, entry, grown
from tests.ledger.verifying import KEY, Desk, altered, by_policy, desk, ledger, one, policy_file
from tests.support import IS_LONG

__all__ = ["desk"]
MUTATIONS = 10_000 if IS_LONG else 1_500


def receipts_and_exports(chance: random.Random) -> tuple[bytes, bytes]:
    """A file, and another of the same kind and log."""
    size = chance.choice([one for one in ledger().places if 30 < one < 70])
    if chance.random() < 0.7:
        one, other = (ledger().receipt(chance.randrange(size), size, *WITNESSES) for _ in range(2))
        return as_text(one), as_text(other)
    return as_text(ledger().export(size, *WITNESSES)), as_text(ledger().export(302, *WITNESSES))


def test_nothing_altered_is_accepted_as_saying_something_else(desk: Desk) -> None:
    """A forgery is what is found fine, and of which something is called proven that the original doesn't prove.

    So to change white space, names of people or a line of a signer whom nobody asked for is none; nor is it to leave
    out a cosignature that the quorum does without: that proves less.
    """
    chance, refused, rules = random.Random(5), 0, policy_file(desk)
    for _ in range(MUTATIONS):
        data, other = receipts_and_exports(chance)
        changed = altered(data, other, chance)
        answer = desk.ask("--policy", rules, desk.file(changed))
        assert set(answer.said) <= {"Proven", "Not proven", "Wrong", "Could not be checked"}
        if answer.status:
            refused += 1
            assert answer.said.get("Wrong") or answer.said["Could not be checked"], "each refusal has its sentence"
        else:
            assert answer.proven <= desk.ask("--policy", rules, desk.file(data)).proven, (data, changed)
    assert refused > 0.8 * MUTATIONS, "most changes are of something"


def odd_receipts() -> dict[str, tuple[bytes, int]]:
    text, found = as_text(one()), one()
    leaf = {"leaf": ledger().rows[43]["leaf"]}
    salt, changed = found["salt"], found["entry"].replace("administrator", "program")
    nobodys = ledger().receipt(17, None, *WITNESSES)
    mine = json.dumps(found["entry"]).encode()
    return {
        "a field twice": (text.replace(b'"entry"', b'"entry": ' + mine + b', "entry"', 1), 2),
        "a field more": (as_text(found | {"by": "us"}), 1),
        "a field less": (as_text({name: value for name, value in found.items() if name != "salt"}), 1),
        "another format": (text.replace(b"receipt/v1", b"receipt/v2"), 2),
        "other words": (as_text(found | {"entry": changed}), 1),
        "other words, its leaf": (as_text(found | leaf | {"entry": changed}), 1),
        "its leaf": (as_text(found | leaf), 0),
        "words that nothing vouches for": (as_text(nobodys | {"entry": found["entry"], "salt": salt}), 1),
        "a salt without words": (as_text(nobodys | {"salt": salt}), 1),
        "no leaf": (as_text(nobodys | {"leaf": None}), 1),
        "a number for a leaf": (as_text(nobodys | {"leaf": 1}), 1),
        "odd Base64": (as_text(found | {"salt": salt[:-2] + chr(ord(salt[-2]) + 1) + "="}), 1),
        "a line end in Base64": (as_text(found | {"salt": salt + "\n"}), 1),
        "a shorter salt": (as_text(found | {"salt": to_base64(bytes(31))}), 1),
        "true for words": (as_text(found | {"entry": True}), 1),
        "half a character": (as_text(found).replace(b'"salt": "', b'"salt": "\\ud800'), 1),
        "half a character in the words": (as_text(found | {"entry": "x"}).replace(b'"x"', b'"\\ud800"'), 1),
        "line ends of Windows": (text.replace(b"\n", b"\r\n"), 0),
        "line ends of Windows inside": (as_text(found | {"proof": found["proof"].replace("\n", "\r\n")}), 2),
        "deep nesting": (b"[" * 200_000, 2),
        "deep nesting in a field": (text.replace(mine, b'{"a":' * 100_000 + b"1" + b"}" * 100_000), 2),
        "a long number": (text.replace(mine, b"9" * 10_000), 2),
        "no number": (text.replace(mine, b"NaN"), 2),
        "a fraction": (text.replace(mine, b"1.5"), 2),
        "not UTF-8": (text.replace(b"member", b"\xff"), 2),
        "UTF-16": (text.decode().encode("utf-16"), 2),
        "a mark before it": (b"\xef\xbb\xbf" + text, 2),
        "a list": (b"[1]", 2),
        "nothing": (b"", 2),
        "a string": (b'"djmixersoft-receipt/v1"', 2),
        "a text": (b"From: us\n\nIt is true.\n", 2),
        "a proof of the other level": (as_text(found | {"proof": found["head"]}), 2),
        "the heads of the other level": (as_text(found | {"head": found["proof"]}), 1),
        "a very long text": (text + b" " * (1 << 21) + b"x", 2),
    }


@pytest.mark.parametrize("name", odd_receipts())
def test_what_is_odd_gets_a_sentence_and_never_a_traceback(desk: Desk, name: str) -> None:
    data, status = odd_receipts()[name]
    answer = by_policy(desk, data)
    assert answer.status == status, answer
    assert answer.all


def test_an_entry_with_odd_words_is_shown_so_that_it_can_steer_nothing(desk: Desk) -> None:
    made = grown(2).record(entry(2, note="\x1b[2J\u202egone\n"))
    shown = by_policy(desk, made.receipt(2, None, *WITNESSES)).all
    assert "\\u{1b}[2J\\u{202e}gone\\u{a}" in shown
    assert shown.isprintable()
    for odd in ('{"action":"x","action":"y"}', '["x"]', '{"a":true}', '{"a":{"b":1}}', '{"a":1.5}', "no JSON", "{", ""):
        made = grown(2).record(odd)
        answer = by_policy(desk, made.receipt(2, None, *WITNESSES))
        assert (answer.status, answer.proven) == (1, set()), odd


def odd_exports() -> dict[str, tuple[bytes, str]]:
    rows = ledger().export(302, *WITNESSES)
    (first, *entries), lines = rows, as_text(rows).splitlines(keepends=True)
    return {
        "one less": (b"".join(lines[:-1]), "The end is missing: 301 entries"),
        "one less inside": (b"".join(lines[:50] + lines[51:]), "The end is missing"),
        "one more": (b"".join([*lines, lines[-1]]), "some were changed, moved, left out or added"),
        "an empty line": (b"".join([*lines, b"\n"]), "some were changed"),
        "one instead": (b"".join([*lines[:9], lines[20], *lines[10:]]), "some were changed"),
        "two in the other order": (b"".join([*lines[:9], lines[10], lines[9], *lines[11:]]), "some were changed"),
        "half a line": (b"".join(lines)[:-9], "Line 303 isn’t an entry"),
        "a line twice in one": (as_text([first, entries[0] | {"erased": True}, *entries[1:]]), "Line 2 isn’t"),
        "erased by a number": (as_text([*rows[:18], rows[18] | {"erased": 1}, *rows[19:]]), "Line 19 isn’t"),
        "erased, it says": (as_text([*rows[:18], rows[18] | {"erased": False}, *rows[19:]]), "Line 19 isn’t"),
        "no words": (as_text([first, entries[0] | {"entry": None}, *entries[1:]]), "Line 2 isn’t"),
        "a long line": (b"".join([lines[0], b'{"entry":"' + b"x" * (1 << 21)]), "Line 2 isn’t"),
        "deep nesting": (b"".join([lines[0], b"[" * 200_000 + b"\n"]), "Line 2 isn’t"),
        "another log’s": (
            as_text([first | {"checkpoint": grown(3, 2).export()[0]["checkpoint"]}, *entries]),
            "some were",
        ),
        "a size that isn’t": (lines[0].replace(b"\\n302\\n", b"\\n301\\n") + b"".join(lines[1:]), "some were changed"),
        "a size beyond all": (lines[0].replace(b"\\n302\\n", b"\\n9999999999999999999\\n"), "The end is missing: 0"),
    }


@pytest.mark.parametrize("name", odd_exports())
def test_an_export_that_was_changed_is_refused_with_a_reason(desk: Desk, name: str) -> None:
    data, reason = odd_exports()[name]
    answer = by_policy(desk, data)
    assert answer.status == 1
    assert reason in answer.all
    assert answer.proven == set()


def test_line_ends_of_windows_and_other_names_of_people_change_nothing(desk: Desk) -> None:
    rows = ledger().export(302, *WITNESSES)
    fine = by_policy(desk, rows)
    assert by_policy(desk, as_text(rows).replace(b"\n", b"\r\n")) == fine
    assert by_policy(desk, [rows[0] | {"people": dict.fromkeys(PEOPLE, "Forged")}, *rows[1:]]) == fine


def test_what_can_not_be_read_or_compared_ends_with_2(desk: Desk) -> None:
    found = desk.file(one())
    assert desk.ask("--key", KEY, str(desk.folder / "nowhere")).status == 2
    assert desk.ask("--key", KEY, str(desk.folder)).status == 2
    assert desk.ask("--policy", str(desk.folder / "nowhere"), found).status == 2
    assert desk.ask("--key", "nonsense", found).status == 2
    assert desk.ask("--key", KEY, "--policy", policy_file(desk), found).status == 2
    assert desk.ask().status == 2
    assert desk.ask("--key", KEY, "/dev/zero").status == 2
    assert "--policy" in desk.ask("--help").all
