"""Only a puzzle of ours, solved, in time, is an answer; anything else is refused, and breaks nothing."""

import base64
import json
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import altcha
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from djmixersoft.contact import puzzle
from tests.contact.asking import sent, solved
from tests.site.browsing import Browser, text_of

KEY, OTHER = b"k" * 32, b"o" * 32


def answer_to(made: str) -> str:
    challenge = altcha.Challenge.from_dict(json.loads(made))
    solution = altcha.solve_challenge(challenge)
    assert solution
    return altcha.Payload(challenge, solution).to_base64()


def changed(answer: str, change: Callable[[dict[str, Any]], object]) -> str:
    payload = json.loads(base64.b64decode(answer))
    change(payload)
    return base64.b64encode(json.dumps(payload).encode()).decode()


@pytest.fixture(scope="module")
def right() -> str:
    """The answer to one puzzle."""
    return answer_to(puzzle.make(KEY))


def test_a_right_answer_is_taken_and_told_by_its_puzzle(right: str) -> None:
    assert len(puzzle.check(right, KEY)) == 32
    assert puzzle.check(right, KEY) == puzzle.check(right, KEY)
    spaced = base64.b64encode(json.dumps(json.loads(base64.b64decode(right)), indent=3).encode()).decode()
    assert puzzle.check(spaced, KEY) == puzzle.check(right, KEY), "the same puzzle, written otherwise"
    assert puzzle.check(answer_to(puzzle.make(KEY)), KEY) != puzzle.check(right, KEY)


def test_another_solution_of_the_same_puzzle_is_told_as_the_same(right: str) -> None:
    challenge = altcha.Payload.from_base64(right).challenge
    first = altcha.Payload.from_base64(right).solution.counter
    other = altcha.solve_challenge(challenge, counter_start=first + 1)
    assert other
    assert puzzle.check(altcha.Payload(challenge, other).to_base64(), KEY) == puzzle.check(right, KEY)


FORGERIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another counter": lambda one: one["solution"].update(counter=one["solution"]["counter"] + 1),
    "a counter that is no number": lambda one: one["solution"].update(counter="1"),
    "another key": lambda one: one["solution"].update(derivedKey="00" * 32),
    "an easier puzzle": lambda one: one["challenge"]["parameters"].update(keyPrefix=""),
    "a cheaper puzzle": lambda one: one["challenge"]["parameters"].update(cost=1),
    "a dearer puzzle": lambda one: one["challenge"]["parameters"].update(cost=10**12),
    "a later end": lambda one: one["challenge"]["parameters"].update(expiresAt=int(time.time()) + 10**6),
    "no end": lambda one: one["challenge"]["parameters"].pop("expiresAt"),
    "another algorithm": lambda one: one["challenge"]["parameters"].update(algorithm="SHA-256"),
    "no signature": lambda one: one["challenge"].pop("signature"),
    "an empty signature": lambda one: one["challenge"].update(signature=""),
    "the signature in capitals": lambda one: one["challenge"].update(signature=one["challenge"]["signature"].upper()),
    "a signature of another kind": lambda one: one["challenge"].update(signature=[1]),
    "no solution": lambda one: one.pop("solution"),
    "nothing": lambda one: one.clear(),
}


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_answer_is_refused(right: str, how: str) -> None:
    assert puzzle.check(right, KEY)
    with pytest.raises(puzzle.Wrong) as raised:
        puzzle.check(changed(right, FORGERIES[how]), KEY)
    assert not raised.value.expired


def test_a_puzzle_that_somebody_else_signed_is_refused(right: str) -> None:
    with pytest.raises(puzzle.Wrong):
        puzzle.check(right, OTHER)


def test_an_answer_that_comes_too_late_is_refused(right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.time() + puzzle.LIFETIME.total_seconds() + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(puzzle.Wrong) as raised:
        puzzle.check(right, KEY)
    assert raised.value.expired


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
@settings(max_examples=200, deadline=None)
def test_no_answer_breaks_anything(value: object) -> None:
    parameters = {"algorithm": "PBKDF2/SHA-256", "nonce": value, "salt": "00", "cost": value, "keyPrefix": value}
    for shape in (
        value,
        {"challenge": value, "solution": value},
        {"challenge": {"parameters": value, "signature": value}, "solution": {"counter": value, "derivedKey": value}},
        {"challenge": {"parameters": parameters, "signature": "0"}, "solution": {"counter": 1, "derivedKey": value}},
    ):
        with pytest.raises(puzzle.Wrong):
            puzzle.check(base64.b64encode(json.dumps(shape).encode()).decode(), KEY)


@given(st.text(max_size=5000))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_anything(text: str) -> None:
    with pytest.raises(puzzle.Wrong):
        puzzle.check(text, KEY)


def test_deep_nesting_breaks_nothing() -> None:
    for deep in ("[" * 2900, '{"challenge":' * 200):
        with pytest.raises(puzzle.Wrong):
            puzzle.check(base64.b64encode(deep.encode()).decode(), KEY)


def test_at_the_page_a_wrong_answer_gets_a_sentence_with_the_words_kept(visitor: Browser) -> None:
    right = solved(visitor.get("/contact").text)
    for answer in (changed(right, FORGERIES["another counter"]), "nonsense", "é", "x" * 5000):
        refused = sent(visitor, "merle@example.org", "Is it kept?", answer=answer)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "Please press Send again." in text_of(refused)
        assert "Is it kept?" in refused.text
        assert answer not in refused.text, "the page has a new puzzle, not the old answer"
    assert sent(visitor, "merle@example.org", answer=right).status_code == HTTPStatus.OK
