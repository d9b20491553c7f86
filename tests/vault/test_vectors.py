"""Project Wycheproof's vectors of C2SP chunked encryption, for the library and for ours."""

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from djmixersoft.vault.cobblestone import Altered
from djmixersoft.vault.keys import Key
from tests.vault.sealing import read_all, reader, unseal

FILE = Path(__file__).parents[3] / "shared" / "vectors" / "wycheproof" / "c2sp_chunked_encryption_aes_256_gcm_test.json"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="Wycheproof's vectors (../shared/vectors) are not here.")


def vectors(*results: str) -> list[Any]:
    """Return the vectors with one of these results, each under a name that says what it is."""
    if not FILE.exists():
        return []
    groups = json.loads(FILE.read_text())["testGroups"]
    return [
        pytest.param(test, id=f"{test['tcId']} {test['comment']}")
        for group in groups
        for test in group["tests"]
        if test["result"] in results
    ]


def message(test: dict[str, Any]) -> tuple[bytes, bytes, bytes]:
    """Return key, context and ciphertext."""
    return bytes.fromhex(test["key"]), bytes.fromhex(test["ctx"]), zlib.decompress(bytes.fromhex(test["ct"]))


def test_the_file_has_no_results_that_go_untested() -> None:
    """35 vectors, valid or invalid."""
    assert len(vectors("valid", "invalid")) == len(vectors("valid", "invalid", "acceptable")) == 35


@pytest.mark.parametrize("test", vectors("valid"))
def test_a_valid_vector_is_read_by_both(test: dict[str, Any]) -> None:
    """Whole, and its last byte by itself."""
    key, bound_to, ciphertext = message(test)
    plaintext = read_all(ciphertext, key=Key(key), bound_to=bound_to)
    assert len(plaintext) == test["msgLength"]
    assert hashlib.sha512(plaintext).hexdigest() == test["msgSha512"]
    assert unseal(ciphertext, key=Key(key), bound_to=bound_to) == plaintext
    opened = reader(ciphertext, key=Key(key), bound_to=bound_to)
    end = max(opened.size - 1, 0)
    assert b"".join(opened.read_range(end, opened.size)) == plaintext[end:]


@pytest.mark.parametrize("test", vectors("invalid"))
def test_an_invalid_vector_is_refused(test: dict[str, Any]) -> None:
    """On opening already, except where the vector says that its last chunk is sound; a key of a wrong size at once."""
    key, bound_to, ciphertext = message(test)
    if "InvalidKeySize" in test["flags"]:
        with pytest.raises(ValueError, match="32 bytes"):
            Key(key)
    elif "ValidFinalChunk" in test["flags"]:
        opened = reader(ciphertext, key=Key(key), bound_to=bound_to)
        with pytest.raises(Altered):
            opened.verify(0, opened.size)
    else:
        with pytest.raises(Altered):
            reader(ciphertext, key=Key(key), bound_to=bound_to)
