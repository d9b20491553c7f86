"""The ledger as anybody sees it: a page in plain words, and what verifiers and witnesses take, without a cookie."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.growing import Standing, grow
from djmixersoft.ledger.notes import Algorithm, SigningKey, VerifierKey
from djmixersoft.ledger.policies import Policy
from djmixersoft.ledger.tiles import Tile, tiles_of
from tests.site.browsing import Browser, Person, text_of
from tests.site.recording import Seal, Superuser, heads_say

WITNESS = SigningKey("witness.example/booth", Algorithm.COSIGNATURE, Ed25519PrivateKey.from_private_bytes(b"w" * 32))
ADDRESSES = ("/ledger", "/ledger/checkpoint", "/ledger/policy", "/ledger/tile/0/000.p/1")


@pytest.fixture
def sealed(superuser: Superuser, seal: Seal, visitor: Browser) -> Checkpoint:
    """The heads log with more heads than one tile holds, and the checkpoint that the site gives of it."""
    if not superuser.execute("SELECT FROM djms.ledger_heads WHERE size > 256").fetchone():
        logs = [uuid4() for _ in range(256)]
        named = "SELECT djms.record('administrator:account:renamed', log, null, '{}') FROM unnest(%s) log"
        superuser.execute(named, [logs])
    seal()
    return Checkpoint.parse(visitor.get("/ledger/checkpoint").content)


@pytest.fixture
def key(sealed: Checkpoint, visitor: Browser) -> VerifierKey:  # noqa: ARG001 - there must be one
    """The ledger's key, as the policy file tells it."""
    return VerifierKey.parse(visitor.get("/ledger/policy").text.splitlines()[0].removeprefix("log "))


@pytest.fixture
def nothing_sealed(superuser: Superuser) -> Iterator[None]:
    """No sealer was ever at work: what there is of its work is put aside for a while."""
    rows = superuser.execute("DELETE FROM djms.ledger_heads RETURNING *").fetchall()
    yield
    for row in rows:
        superuser.execute(f"INSERT INTO djms.ledger_heads VALUES ({', '.join(['%s'] * len(row))})", row)


@pytest.fixture
def cosigned(sealed: Checkpoint, superuser: Superuser) -> Iterator[VerifierKey]:
    """A witness has signed the checkpoint."""
    line = WITNESS.line(sealed.note.text, time=1_900_000_000)
    superuser.execute(
        "INSERT INTO djms.ledger_cosignature (witness, size, checkpoint, line)"
        " SELECT %s, size, checkpoint, %s FROM djms.ledger_heads",
        [str(WITNESS.verifier), line],
    )
    yield WITNESS.verifier
    superuser.execute("DELETE FROM djms.ledger_cosignature")


def test_the_page_says_how_the_ledger_stands(sealed: Checkpoint, key: VerifierKey, visitor: Browser) -> None:
    page = text_of(visitor.get("/ledger"))
    assert f"Size {sealed.head.size} heads of logs" in page
    assert f"Public key {key}" in page
    assert " ".join(sealed.note.text.split()) in page
    assert "Nothing is wrong that we know of" in page
    assert re.search(r"Last sealed \d\d? \w{3} \d{4}, \d\d:\d\d UTC", page)
    assert "No witness is asked by this site, and none has signed this ledger." in page


@pytest.mark.usefixtures("sealed")
def test_the_page_says_what_a_ledger_cannot_prove(visitor: Browser) -> None:
    page = text_of(visitor.get("/ledger")).partition("What it can’t prove")[2]
    for words in ("everything was put on record", "same was shown to everybody", "200 milliseconds", "Who a person is"):
        assert words in page


@pytest.mark.usefixtures("sealed")
def test_the_page_says_that_something_is_wrong(visitor: Browser, superuser: Superuser) -> None:
    with heads_say(superuser, trouble="forked"):
        stopped = text_of(visitor.get("/ledger"))
    with heads_say(superuser, damage=3):
        damaged = text_of(visitor.get("/ledger"))
    well = text_of(visitor.get("/ledger"))
    assert ["Nothing is sealed at present." in page for page in (stopped, damaged, well)] == [True, False, False]
    assert ["isn’t as it was sealed" in page for page in (stopped, damaged, well)] == [False, True, False]
    assert ["Nothing is wrong that we know of" in page for page in (stopped, damaged, well)] == [False, False, True]


def test_the_page_says_who_witnessed_and_the_checkpoint_carries_it(
    sealed: Checkpoint, key: VerifierKey, cosigned: VerifierKey, visitor: Browser
) -> None:
    page = text_of(visitor.get("/ledger"))
    assert f"{cosigned.name} : {sealed.head.size} heads" in page
    assert f"{cosigned}" in page
    found = Checkpoint.parse(visitor.get("/ledger/checkpoint").content)
    assert found.note.signers([key, cosigned]) == {key: None, cosigned: 1_900_000_000}


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which whoever runs the site has named a witness."""
    path = tmp_path / "witnesses"
    path.write_text(f"witness booth {WITNESS.verifier} https://witness.example\nquorum booth\n")
    monkeypatch.setattr(settings, "WITNESSES", path)
    return path


@pytest.mark.usefixtures("named")
def test_the_policy_file_asks_for_the_witnesses_that_the_site_has_named(sealed: Checkpoint, visitor: Browser) -> None:
    policy = Policy.parse(visitor.get("/ledger/policy").content)
    assert not policy.satisfied(sealed).is_reached
    page = text_of(visitor.get("/ledger"))
    assert f"{WITNESS.name} : has signed nothing yet" in page
    assert "It asks for the signatures of “booth”." in page


@pytest.mark.usefixtures("named", "cosigned")
def test_what_a_named_witness_signed_is_enough_for_the_policy_file(visitor: Browser) -> None:
    found = Checkpoint.parse(visitor.get("/ledger/checkpoint").content)
    assert Policy.parse(visitor.get("/ledger/policy").content).satisfied(found).is_reached
    assert text_of(visitor.get("/ledger")).count(WITNESS.name) == 2 + 1, "once named, with its key and its signature"


@pytest.mark.usefixtures("cosigned")
def test_a_witness_file_that_is_broken_hides_nothing_else(named: Path, visitor: Browser) -> None:
    named.write_text("witness booth\n")
    answer = visitor.get("/ledger/policy")
    assert (answer.status_code, answer.text.partition(" is broken")[0]) == (404, "The file that names our witnesses")
    assert f"{WITNESS.name} :" in text_of(visitor.get("/ledger"))


@pytest.mark.usefixtures("cosigned")
def test_a_cosignature_of_an_earlier_checkpoint_is_not_put_under_a_later_one(
    sealed: Checkpoint, key: VerifierKey, visitor: Browser, owner: Person, seal: Seal
) -> None:
    owner.post(f"{owner.crate}/rename", {"name": "Day Shift"})
    seal()
    found = Checkpoint.parse(visitor.get("/ledger/checkpoint").content)
    assert found.head.size > sealed.head.size
    assert set(found.note.signers([key, WITNESS.verifier])) == {key}
    assert f"{WITNESS.name} : {sealed.head.size} heads" in text_of(visitor.get("/ledger")), "what it signed last stays"


def test_the_checkpoint_is_signed_by_the_key_of_the_policy_file(
    sealed: Checkpoint, key: VerifierKey, visitor: Browser
) -> None:
    assert sealed.is_signed_by(key)
    for path in ("/ledger/checkpoint", "/ledger/policy"):
        answer = visitor.get(path)
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer["Cache-Control"] == "no-cache"
    policy = Policy.parse(visitor.get("/ledger/policy").content)
    assert ([log.key for log in policy.logs], policy.quorum) == ([key], "none")
    assert policy.satisfied(sealed).log == key


def test_the_tree_of_the_checkpoint_can_be_made_of_the_tiles(sealed: Checkpoint, visitor: Browser) -> None:
    size, leaves = sealed.head.size, b""
    for tile in tiles_of(size):
        answer = visitor.get(f"/ledger/tile/{tile.path}")
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Cache-Control"] == "public, max-age=3600"
        assert "Vary" not in answer
        assert len(answer.content) == tile.width * 32
        leaves += answer.content if tile.level == 0 else b""
    assert size > 256, "there is a full tile, and one of the level above"
    grown = grow(Standing("x"), [leaves[at : at + 32] for at in range(0, len(leaves), 32)])
    assert grown.after.head.root == sealed.head.root
    above = visitor.get("/ledger/tile/1/000.p/1").content
    assert (1, 0, above) == grown.nodes[0]


@pytest.mark.usefixtures("sealed")
def test_every_partial_tile_stays_where_it_was(visitor: Browser) -> None:
    full = visitor.get("/ledger/tile/0/000").content
    for width in (1, 2, 255):
        assert visitor.get(f"/ledger/tile/0/000.p/{width}").content == full[: width * 32]


@pytest.mark.parametrize(
    "path",
    [
        *("", "x", "0", "0/0", "00/000", "0/000.p/0", "0/000.p/256", "0/000.p/01", "64/000", "0/x000/000", "-1/000"),
        *("entries/000", "0/000/", "0/../000", "0/000.p/1/", "0/" + "x999/" * 1700 + "999", "0/" + 3 * "\u0660"),
    ],
)
@pytest.mark.usefixtures("sealed")
def test_what_is_no_address_of_a_tile_gets_a_sentence(visitor: Browser, path: str) -> None:
    answer = visitor.get(f"/ledger/tile/{path}")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    if path:
        assert answer.text.startswith("This is no address of a tile")


@pytest.mark.usefixtures("sealed")
def test_a_tile_that_is_not_there_yet_gets_a_sentence_that_nobody_keeps(visitor: Browser, sealed: Checkpoint) -> None:
    last = Tile(0, sealed.head.size // 256, sealed.head.size % 256 + 1)
    huge = "0/" + "x999/" * 20 + "999"
    for path in (last.path, Tile(0, 10**6).path, "63/000", huge):
        answer = visitor.get(f"/ledger/tile/{path}")
        assert (answer.status_code, answer.text) == (HTTPStatus.NOT_FOUND, "The heads log hasn’t grown this far.\n")
        assert answer["Cache-Control"] == "no-cache"


@pytest.mark.usefixtures("nothing_sealed")
def test_before_anything_was_sealed_that_is_said(visitor: Browser) -> None:
    assert "Nothing was sealed yet." in text_of(visitor.get("/ledger"))
    for path in ("/ledger/checkpoint", "/ledger/policy"):
        answer = visitor.get(path)
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert answer.text == "Nothing was sealed yet. Please come back in a moment.\n"


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.usefixtures("sealed")
def test_anybody_gets_it_without_a_cookie_by_get_and_head(visitor: Browser, owner: Person, path: str) -> None:
    for answer in (visitor.get(path), owner.get(path)):
        assert answer.status_code == HTTPStatus.OK
        assert not answer.cookies
    head = visitor.head(path)
    assert (head.status_code, head.content) == (HTTPStatus.OK, b"")
    assert visitor.post(path).status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("path", ADDRESSES[1:])
@pytest.mark.usefixtures("sealed")
def test_who_has_it_already_is_told_so(visitor: Browser, path: str) -> None:
    etag = visitor.get(path)["ETag"]
    again = visitor.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (HTTPStatus.NOT_MODIFIED, b"", etag)
    other = visitor.get(path, headers={"If-None-Match": '"other"'})
    assert other.status_code == HTTPStatus.OK


@pytest.mark.parametrize("path", ADDRESSES)
def test_nothing_in_it_tells_whose_it_is(
    owner: Person, seal: Seal, visitor: Browser, superuser: Superuser, path: str
) -> None:
    seal()
    ids = superuser.execute(
        "SELECT l.origin, l.account_id::text, m.person_id::text, a.name FROM djms.ledger_log l"
        " JOIN djms.membership m ON m.account_id = l.account_id JOIN djms.account a ON a.id = l.account_id"
        " WHERE l.account_id = %s",
        [owner.account_id],
    ).fetchone()
    assert ids
    body = visitor.get(path).content
    assert not [told for told in (*ids, owner.email) if told.encode() in body]


def test_it_is_found_from_every_page(visitor: Browser, owner: Person) -> None:
    for page in (visitor.get("/"), visitor.get("/privacy"), owner.get(owner.crate), visitor.get("/no-such-page")):
        assert '<a href="/ledger"' in page.text
