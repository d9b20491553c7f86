"""The policy file of verifiers: what it says is what is asked for, and what it can't say is refused by its line."""

import random
from contextlib import suppress

import pytest

from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.merkle import leaf_hash
from djmixersoft.ledger.notes import Algorithm, NotSigned
from djmixersoft.ledger.policies import BadPolicy, Policy
from tests.ledger.growing import Log, key

LOG = Log("log.example/heads", [leaf_hash(b"one")])
OTHER_LOG = Log("log.example/other", [leaf_hash(b"two")])
WITNESSES = {name: key(f"witness.example/{name}", Algorithm.COSIGNATURE) for name in ("X1", "X2", "X3", "Y1", "Y2")}
VKEYS = {name: str(one.verifier) for name, one in WITNESSES.items()}
TIME = 1_700_000_000

TWO_GROUPS = f"""# Two of ours, and one of theirs.
log {LOG.key.verifier} https://studio.example/ledger

witness X1 {VKEYS["X1"]} https://x1.example/
\twitness  X2\t{VKEYS["X2"]}
witness X3 {VKEYS["X3"]}
group X 2 X1 X2 X3
witness Y1 {VKEYS["Y1"]}
witness Y2 {VKEYS["Y2"]}
group Y any Y1 Y2
group both all X Y
quorum both
"""


def cosigned(*names: str, log: Log = LOG) -> Checkpoint:
    text = str(log.head())
    return Checkpoint.parse(
        log.checkpoint() + "".join(WITNESSES[name].line(text, time=TIME) for name in names).encode()
    )


@pytest.mark.parametrize(
    ("names", "is_reached"),
    [
        ((), False),
        (("X1", "X2", "X3"), False),
        (("X1", "Y1", "Y2"), False),
        (("X1", "X3", "Y2"), True),
        (("X1", "X2", "X3", "Y1", "Y2"), True),
    ],
)
def test_it_counts_the_witnesses_group_by_group(names: tuple[str, ...], *, is_reached: bool) -> None:
    verdict = Policy.parse(TWO_GROUPS.encode()).satisfied(cosigned(*names))
    assert verdict.log == LOG.key.verifier
    assert verdict.witnesses == dict.fromkeys(names, TIME)
    assert verdict.is_reached is is_reached


def test_a_witness_that_signs_twice_counts_once() -> None:
    assert not Policy.parse(TWO_GROUPS.encode()).satisfied(cosigned("X1", "X1", "Y1")).is_reached


def test_it_knows_where_logs_and_witnesses_are() -> None:
    policy = Policy.parse(TWO_GROUPS.encode())
    assert [log.url for log in policy.logs] == ["https://studio.example/ledger"]
    assert [one.url for one in policy.witnesses.values()] == ["https://x1.example/", "", "", "", ""]


def test_a_single_witness_or_none_can_be_the_quorum() -> None:
    start = f"log {LOG.key.verifier}\nwitness X1 {VKEYS['X1']}\n"
    assert Policy.parse(f"{start}quorum none\n".encode()).satisfied(cosigned()).is_reached
    alone = Policy.parse(f"{start}quorum X1\n".encode())
    assert alone.satisfied(cosigned("X1")).is_reached
    assert not alone.satisfied(cosigned("X2")).is_reached


def test_a_log_that_is_not_in_it_has_not_signed_whatever_the_witnesses_say() -> None:
    verdict = Policy.parse(TWO_GROUPS.encode()).satisfied(cosigned("X1", "X2", "Y1", log=OTHER_LOG))
    assert verdict.log is None
    assert verdict.is_reached


def test_a_wrong_line_of_a_witness_that_counts_spoils_the_checkpoint() -> None:
    wrong = LOG.checkpoint() + WITNESSES["X1"].line("another text\n", time=TIME).encode()
    with pytest.raises(NotSigned, match=r"witness\.example/X1 is wrong"):
        Policy.parse(TWO_GROUPS.encode()).satisfied(Checkpoint.parse(wrong))


def test_names_are_bytes_and_only_spaces_and_tabs_are_space() -> None:
    # A Kelvin sign isn't a K, and a no-break space, a line separator or a byte that is no UTF-8 are part of a name.
    names = [b"K", "\N{KELVIN SIGN}".encode(), "a\N{NO-BREAK SPACE}b\N{LINE SEPARATOR}\x85".encode(), b"\xff", b"\xfe"]
    lines = [b"witness %s %s" % (name, one.encode()) for name, one in zip(names, VKEYS.values(), strict=True)]
    found = Policy.parse(b"\n".join([*lines, b"group all all " + b" ".join(names), b"quorum all", b""]))
    assert len(found.witnesses) == 5
    assert found.satisfied(cosigned(*WITNESSES)).is_reached
    assert not found.satisfied(cosigned("X1", "X2", "X3", "Y1")).is_reached


def test_as_many_logs_witnesses_and_groups_as_the_standard_asks_for() -> None:
    logs = [f"log {key(f'log.example/{at}').verifier}" for at in range(32)]
    witnesses = [f"witness w{at} {key(f'w.example/{at}', Algorithm.COSIGNATURE).verifier}" for at in range(32)]
    groups = ["group g0 any w0", *(f"group g{at} all g{at - 1} w{at}" for at in range(1, 32))]
    found = Policy.parse("\n".join([*logs, *witnesses, *groups, "quorum g31", ""]).encode())
    assert (len(found.logs), len(found.witnesses), len(found.groups)) == (32, 32, 32)


START = f"log {LOG.key.verifier}\nwitness X1 {VKEYS['X1']}\nwitness X2 {VKEYS['X2']}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Line 1, the last: nothing says which witnesses"),
        (START, "Line 3, the last: nothing says which witnesses"),
        (START + "quorum X1", "Line 4 has no end"),
        (START + "quorum X1\nquorum X2\n", "Line 5: there is one quorum"),
        (START + "quorum X3\n", "Line 4: no line before this one says who “X3” is"),
        (START + "quorum\n", "Line 4: what comes after “quorum”"),
        (START + "quorum X1 X2\n", "Line 4: what comes after “quorum”"),
        (START + "quorum X1\r\n", "Line 4: a policy has no control characters"),
        (START + "group g all\n", "Line 4: what comes after “group”"),
        (START + "group g 0 X1\n", "Line 4: a group of 1 needs any, all, or a number from 1 to 1"),
        (START + "group g 3 X1 X2\n", "Line 4: a group of 2 needs"),
        (START + "group g 01 X1 X2\n", "Line 4: a group of 2 needs"),
        (START + "group g ² X1 X2\n", "Line 4: a group of 2 needs"),
        (START + "group g any X1 none\n", "Line 4: no line before this one says who “none” is"),
        (START + "group g any g\n", "Line 4: no line before this one says who “g” is"),
        (START + "group g any X1 X1\n", "Line 4: “X1” is a member already"),
        (START + "group g any X1\ngroup h any X1\n", "Line 5: “X1” is a member already"),
        (START + "group X1 any X2\n", "Line 4: the name “X1” is taken"),
        (START + f"witness none {VKEYS['X3']}\n", "Line 4: the name “none” is taken"),
        (START + f"witness X3 {VKEYS['X1']}\n", "Line 4: another witness has this key"),
        (START + f"log {LOG.key.verifier}\n", "Line 4: another log has this key"),
        (START + f"log {VKEYS['X3']}\n", "Line 4: the key isn't a log's"),
        (START + f"witness X3 {LOG.key.verifier}\n", "Line 4: the key isn't a witness's"),
        (START + "witness X3 key\n", "Line 4: the key isn't one of a kind"),
        (START + f"witness X3 {VKEYS['X3']} a b\n", "Line 4: what comes after “witness”"),
        (START + "Quorum X1\n", "Line 4: “Quorum” is none of"),
        ("# " + "x" * 300_000 + "\n", "The policy is longer than"),
    ],
)
def test_what_is_none_is_refused_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(BadPolicy, match=f"^{sentence}"):
        Policy.parse(text.encode())


def test_a_key_whose_name_is_no_utf_8_is_refused() -> None:
    with pytest.raises(BadPolicy, match=r"^Line 1: the key's name isn't UTF-8"):
        Policy.parse(b"log \xff" + str(LOG.key.verifier).encode() + b"\nquorum none\n")


def test_a_file_that_was_damaged_anywhere_is_refused_or_still_says_who_must_have_cosigned() -> None:
    chance = random.Random(11)
    for _ in range(2_000):
        data = bytearray(TWO_GROUPS.encode())
        data[chance.randrange(len(data))] = chance.randrange(256)
        with suppress(BadPolicy):
            assert Policy.parse(bytes(data)).quorum
