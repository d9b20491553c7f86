"""Keys: wrapped for one place, and shown nowhere."""

import copy
import pickle
import stat
import traceback
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djmixersoft.vault import keys
from djmixersoft.vault.keys import FileRootKey, Key, KeyRefused, RootKeyFault, RootKeyUnusable
from tests.vault.sealing import ACCOUNT, ITEM

OTHER = UUID(int=3)


@pytest.fixture
def root(tmp_path: Path) -> FileRootKey:
    """A root key of its own."""
    keys.create_root_key(tmp_path / "root.key")
    return FileRootKey(tmp_path / "root.key")


def test_an_item_key_comes_back_through_all_three_tiers(root: FileRootKey) -> None:
    """Root, account, item; also from the memoryview that a database driver may return."""
    account_key, item_key = Key.generate(), Key.generate()
    wrapped_account = keys.wrap_account_key(root, account_key, account_id=ACCOUNT)
    wrapped_item = keys.wrap_item_key(account_key, item_key, account_id=ACCOUNT, item_id=ITEM)
    opened = keys.unwrap_account_key(root, memoryview(wrapped_account), account_id=ACCOUNT)
    assert opened == account_key
    assert keys.unwrap_item_key(opened, memoryview(wrapped_item), account_id=ACCOUNT, item_id=ITEM) == item_key


def test_an_account_key_opens_for_no_other_account(root: FileRootKey) -> None:
    """A copied row is worth nothing."""
    wrapped = keys.wrap_account_key(root, Key.generate(), account_id=ACCOUNT)
    with pytest.raises(KeyRefused):
        keys.unwrap_account_key(root, wrapped, account_id=OTHER)


def test_an_account_key_opens_under_no_other_root(root: FileRootKey, tmp_path: Path) -> None:
    """A stolen back-up without its root key is worth nothing."""
    keys.create_root_key(tmp_path / "other.key")
    wrapped = keys.wrap_account_key(root, Key.generate(), account_id=ACCOUNT)
    with pytest.raises(KeyRefused):
        keys.unwrap_account_key(FileRootKey(tmp_path / "other.key"), wrapped, account_id=ACCOUNT)


@pytest.mark.parametrize(("account", "item"), [(OTHER, ITEM), (ACCOUNT, OTHER), (ITEM, ACCOUNT)])
def test_an_item_key_opens_for_no_other_item(account: UUID, item: UUID) -> None:
    """Nor for another account's."""
    account_key = Key.generate()
    wrapped = keys.wrap_item_key(account_key, Key.generate(), account_id=ACCOUNT, item_id=ITEM)
    with pytest.raises(KeyRefused):
        keys.unwrap_item_key(account_key, wrapped, account_id=account, item_id=item)


def test_an_account_key_is_not_taken_for_an_item_key(root: FileRootKey) -> None:
    """The tier is bound too: here both are wrapped by the same key and name the same ids."""
    wrapped = keys.wrap_account_key(root, Key.generate(), account_id=ACCOUNT)
    with pytest.raises(KeyRefused):
        root.unwrap(wrapped, keys.context(ACCOUNT, ITEM, ITEM))


@given(st.integers(0, 61 * 8 - 1))
def test_no_flipped_bit_of_a_wrapped_key_goes_unnoticed(bit: int) -> None:
    """Version, nonce, ciphertext, tag."""
    account_key = Key(bytes(32))
    wrapped = bytearray(keys.wrap_item_key(account_key, Key.generate(), account_id=ACCOUNT, item_id=ITEM))
    wrapped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(KeyRefused):
        keys.unwrap_item_key(account_key, bytes(wrapped), account_id=ACCOUNT, item_id=ITEM)


@pytest.mark.parametrize("wrapped", [b"", b"\x01", b"\x01" * 60, b"\x01" * 62, b"\x02" * 61])
def test_what_is_no_wrapped_key_is_refused(wrapped: bytes) -> None:
    """With the same answer."""
    with pytest.raises(KeyRefused):
        keys.unwrap_item_key(Key(bytes(32)), wrapped, account_id=ACCOUNT, item_id=ITEM)


def test_contexts_of_different_items_differ() -> None:
    """All of 1,000 pairs."""
    ids = [uuid4() for _ in range(10)]
    assert len({keys.context(a, b, c) for a in ids for b in ids for c in ids}) == 10**3


def test_a_key_shows_itself_nowhere() -> None:
    """Neither as text, nor in a traceback with its locals, nor in a pickle or a copy."""
    key = Key(b"canary" * 5 + b"!!")
    shown = [repr(key), str(key), f"{key}", f"{key!r:>40}", repr({"key": [key]})]
    try:
        keys.unwrap_item_key(key, b"\x01" * 61, account_id=ACCOUNT, item_id=ITEM)
    except KeyRefused as error:
        shown += traceback.TracebackException.from_exception(error, capture_locals=True).format()
    assert len(shown) > 6
    assert not any("canary" in text or b"canary".hex() in text for text in shown)
    for escape in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="never pickled"):
            escape(key)
    with pytest.raises(TypeError):
        hash(key)


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_key_has_32_bytes(size: int) -> None:
    """And a wrong one is not repeated in the message."""
    with pytest.raises(ValueError, match=r"^a key has 32 bytes$"):
        Key(b"k" * size)


def test_the_root_key_is_written_for_its_owner_alone_and_never_replaced(tmp_path: Path) -> None:
    """It would be the end of everything that was encrypted under the former."""
    path = tmp_path / "root.key"
    keys.create_root_key(path)
    written = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(bytes.fromhex(written)) == 32
    with pytest.raises(FileExistsError):
        keys.create_root_key(path)
    assert path.read_text() == written


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "zz" * 32, "ab" * 32 + "\nmore", "é" * 64])
def test_a_malformed_root_key_is_refused_without_repeating_it(tmp_path: Path, text: str) -> None:
    """The error names the file and what is wrong."""
    path = tmp_path / "root.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(RootKeyUnusable) as refusal:
        FileRootKey(path)
    assert refusal.value.fault is RootKeyFault.MALFORMED
    assert not text or text not in str(refusal.value)


def test_a_missing_root_key_is_named(tmp_path: Path) -> None:
    """With its path."""
    with pytest.raises(RootKeyUnusable, match=r"isn't there.*root\.key"):
        FileRootKey(tmp_path / "root.key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_root_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """Before it is used."""
    keys.create_root_key(tmp_path / "root.key")
    (tmp_path / "root.key").chmod(mode)
    with pytest.raises(RootKeyUnusable, match="0600"):
        FileRootKey(tmp_path / "root.key")
