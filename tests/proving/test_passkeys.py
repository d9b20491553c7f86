"""Passkeys, by an authenticator of our own making: what is right is taken, and whatever differs in one thing is not."""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import replace

import pytest

from djmixersoft.proving import passkeys
from djmixersoft.proving.passkeys import PasskeyRefused
from tests.proving.ring import CHALLENGE, PARTY, Key, b64

KEY = Key()
WRONG: dict[str, Callable[[Key], Key]] = {
    "another challenge": lambda key: replace(key, challenge=secrets.token_bytes(32)),
    "another port": lambda key: replace(key, origin="https://desk.example"),
    "another site": lambda key: replace(key, origin="https://desk.example.evil.example:8444"),
    "a subdomain": lambda key: replace(key, origin="https://evil.desk.example:8444"),
    "without encryption": lambda key: replace(key, origin="http://desk.example:8444"),
    "made for another": lambda key: replace(key, host="example"),
    "nobody there": lambda key: replace(key, flags=0),
    "in another's frame": lambda key: replace(key, framed=True),
    "the other ceremony": lambda key: replace(key, kind="webauthn.other"),
}


def made(key: Key) -> passkeys.Registered:
    return passkeys.registered(PARTY, challenge=CHALLENGE, answer=key.make())


def shown(key: Key, *, answer: str = "") -> passkeys.Answered:
    keys = {KEY.credential_id: made(KEY).public_key}
    return passkeys.answered(PARTY, challenge=CHALLENGE, answer=answer or key.answer(), keys=keys)


def test_a_passkey_is_made_and_answers_and_its_count_is_told() -> None:
    assert (made(KEY).credential_id, made(KEY).count) == (KEY.credential_id, 7)
    assert shown(replace(KEY, count=8)) == passkeys.Answered(KEY.credential_id, 8)


@pytest.mark.parametrize("how", WRONG)
def test_what_differs_in_one_thing_is_refused(how: str) -> None:
    wrong = WRONG[how](KEY)
    with pytest.raises(PasskeyRefused):
        made(wrong)
    with pytest.raises(PasskeyRefused):
        shown(wrong)


def test_another_key_and_another_id_are_refused() -> None:
    for wrong in (replace(Key(), credential_id=KEY.credential_id), replace(KEY, credential_id=b"unknown")):
        with pytest.raises(PasskeyRefused):
            shown(wrong)


def test_what_was_signed_is_not_what_was_changed_after() -> None:
    said = json.loads(KEY.answer())
    data = bytearray(base64.urlsafe_b64decode(said["response"]["authenticatorData"] + "=="))
    data[-1] += 1  # the count
    said["response"]["authenticatorData"] = b64(bytes(data))
    with pytest.raises(PasskeyRefused):
        shown(KEY, answer=json.dumps(said))


@pytest.mark.parametrize(
    "garbage", ["", "{}", "[]", "null", "1", '{"response":{}}', '{"rawId":7,"response":7}', "{" * 5000, "x" * 20_000]
)
def test_garbage_is_refused_and_nothing_else_happens(garbage: str) -> None:
    with pytest.raises(PasskeyRefused):
        passkeys.registered(PARTY, challenge=CHALLENGE, answer=garbage)
    with pytest.raises(PasskeyRefused):
        passkeys.answered(PARTY, challenge=CHALLENGE, answer=garbage, keys={})


def test_every_cut_of_a_right_answer_is_refused() -> None:
    for answer, check in ((KEY.make(), made), (KEY.answer(), shown)):
        said = json.loads(answer)
        for name, value in said["response"].items():
            for length in range(0, len(value), 7):
                cut = json.dumps(said | {"response": said["response"] | {name: value[:length]}})
                with pytest.raises(PasskeyRefused):
                    _checked(check, cut)


def _checked(check: Callable[..., object], answer: str) -> None:
    if check is made:
        passkeys.registered(PARTY, challenge=CHALLENGE, answer=answer)
    else:
        shown(KEY, answer=answer)


def test_what_a_browser_is_asked_names_our_host_the_challenge_and_what_is_there() -> None:
    asked = json.loads(passkeys.request_options(PARTY, challenge=CHALLENGE, known=[b"one", b"two"]))
    assert (asked["rpId"], asked["challenge"]) == ("desk.example", b64(CHALLENGE))
    assert [one["id"] for one in asked["allowCredentials"]] == [b64(b"one"), b64(b"two")]
    user = (bytes(16), "agent@staff.example")
    making = json.loads(passkeys.creation_options(PARTY, challenge=CHALLENGE, user=user, known=[b"one"]))
    assert making["rp"]["id"] == "desk.example"
    assert [one["id"] for one in making["excludeCredentials"]] == [b64(b"one")]
    assert making.get("attestation", "none") == "none", "which make of key it is, is nobody's business"
