"""Codes that an app shows: the RFC's own vectors through the library, and ours around them."""

import base64
import hmac
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from djmixersoft.proving import totp
from djmixersoft.vault.keys import Key

KEY = Key(bytes(range(32)))
# RFC 6238, appendix B (SHA-1): seconds since 1970, and the last six of the eight digits.
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 20000000000: "353130"}


@pytest.mark.parametrize(("at", "code"), VECTORS.items())
def test_the_library_makes_the_codes_of_the_rfc(at: int, code: str) -> None:
    assert TOTP(b"12345678901234567890", 6, SHA1(), 30).generate(at).decode() == code  # noqa: S303 - RFC 6238


def test_a_code_is_that_of_its_step_and_of_no_step_further_off() -> None:
    now = 1_800_000_015
    present = now // 30
    for step in range(present - 5, present + 6):
        found = totp.step_of(totp.code_at(step, KEY).decode(), KEY, now=now)
        assert found == (step if abs(step - present) <= 1 else None)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\x00" * 6])
def test_what_is_no_code_is_none_of_any_step(typed: str) -> None:
    assert totp.step_of(typed, KEY, now=1_800_000_000) is None


def test_another_key_shows_other_codes() -> None:
    assert totp.code_at(1, KEY) != totp.code_at(1, Key(bytes(32)))


def test_what_the_app_reads_is_the_secret_by_which_it_shows_our_codes() -> None:
    uri = urlsplit(totp.setup_uri(KEY, account="ä b@staff.example", issuer="The desk"))
    (secret,) = parse_qs(uri.query)["secret"]
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/The%20desk:%C3%A4%20b%40staff.example")
    assert secret == totp.setup_key(KEY).replace(" ", "")
    theirs = TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(60)  # noqa: S303 - RFC 6238
    assert theirs == totp.code_at(2, KEY)
    assert base64.b32decode(secret) != hmac.digest(KEY.reveal(), b"djmixersoft/proving/sign/v1", "sha256")[:20]
