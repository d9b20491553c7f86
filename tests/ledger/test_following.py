"""A witness that looks at a site by itself makes the proof of its tiles, and is loud about what contradicts it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from djmixersoft.ledger.checkpoints import Checkpoint, Head
from djmixersoft.ledger.merkle import leaf_hash, proves_consistency
from djmixersoft.ledger.notes import BadNote
from djmixersoft.ledger.submissions import Submission
from djmixersoft.ledger.tiles import WIDTH, Tile, tiles_of
from tests.ledger.answering import Answering
from tests.ledger.growing import Log
from tests.ledger.witnesses import COMMAND, ORIGIN, Running, kept
from tests.support import PLAIN_ENVIRONMENT, wait_until

LEAVES = [leaf_hash(at.to_bytes(4)) for at in range(70_000)]
LOG = Log(ORIGIN, LEAVES)
FORK = Log(ORIGIN, [*LEAVES[:1_000], *map(leaf_hash, LEAVES[1_000:3_000])])


class Shop:
    """What a site shows below /ledger/. ``shown``: its tiles; ``wrong``: those it shows damaged."""

    def __init__(self) -> None:
        self.log, self.checkpoint = LOG, b""
        self.shown, self.wrong = set[Tile](), set[Tile]()

    def show(self, log: Log, size: int, later: int = 0) -> None:
        """Show a checkpoint, and the tiles; ``later``: the size by which full tiles have replaced others."""
        full = {tile for tile in tiles_of(later) if tile.width == WIDTH}
        self.log, self.checkpoint = log, log.checkpoint(size)
        self.shown = {tile for tile in tiles_of(size) if Tile(tile.level, tile.index) not in full} | full

    def respond(self, path: str, _body: bytes) -> tuple[int, str, bytes]:
        if path == "/ledger/checkpoint":
            return 200, "text/plain", self.checkpoint
        try:
            tile = Tile.parse(path.removeprefix("/ledger/tile/"))
        except BadNote:
            return 404, "text/plain", b"Not found"
        if tile not in self.shown:
            return 404, "text/plain", b"Not found"
        data = self.log.tile(tile)
        return 200, "application/octet-stream", leaf_hash(data[:32]) + data[32:] if tile in self.wrong else data


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def site(shop: Shop) -> Iterator[Answering]:
    with Answering(shop.respond) as answering:
        yield answering


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def words(site: Answering | str, state: Path, *more: str) -> list[str]:
    url = site if isinstance(site, str) else site.url
    return [*COMMAND, "--log", str(LOG.key.verifier), "--state", str(state), "--follow", url, *more]


def looked(site: Answering | str, state: Path, *more: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        words(site, state, "--once", *more), capture_output=True, text=True, env=PLAIN_ENVIRONMENT, check=False
    )
    assert "Traceback" not in done.stderr
    return done


def evidence(state: Path) -> dict[str, bytes]:
    return {path.name.rpartition("-")[2]: path.read_bytes() for path in state.glob("evidence-*")}


def test_it_cosigns_what_has_grown_by_a_proof_of_the_sites_own_tiles(site: Answering, shop: Shop, state: Path) -> None:
    for before, size in ((0, 5), (5, 5), (5, 256), (256, 300), (300, 2_000), (2_000, 66_000), (66_000, 70_000)):
        shop.show(LOG, size)
        done = looked(site, state)
        assert (done.returncode, done.stderr) == (0, "")
        [file] = state.glob("cosigned-*")
        assert f"cosigned {size} entries ({size - before} since the last) of {ORIGIN}: {file}\n" in done.stdout
        assert [one.head for one in kept(state)] == [LOG.head(size)]
    assert {(one.method, one.body) for one in site.requests} == {("GET", b"")}
    assert {name for one in site.requests for name in one.headers} == {"Host", "Accept-Encoding", "Cache-Control"}


def test_it_goes_on_from_what_it_cosigned_as_a_server(site: Answering, shop: Shop, state: Path) -> None:
    with Running(state, LOG) as witness:
        witness.cosigned(LOG, 0, 500)
    shop.show(LOG, 1_500)
    assert looked(site, state).returncode == 0
    shop.show(LOG, 400)
    assert looked(site, state).returncode == 1


def test_a_log_that_was_rolled_back_is_loud_and_both_checkpoints_are_kept(
    site: Answering, shop: Shop, state: Path
) -> None:
    shop.show(LOG, 900)
    assert looked(site, state).returncode == 0
    for size in (899, 0):
        shop.show(LOG, size)
        done = looked(site, state)
        assert done.returncode == 1
        assert f"ROLLED BACK: the log had 900 entries, and now 127.0.0.1 shows {size}, signed." in done.stderr
        found = {path.name.rpartition("-")[2]: path for path in state.glob(f"evidence-*-900-{size}-*")}
        assert Checkpoint.parse(found["kept"].read_bytes()).head == LOG.head(900)
        assert found["shown"].read_bytes() == LOG.checkpoint(size)
    assert [one.head.size for one in kept(state)] == [900]
    shop.show(LOG, 901)
    assert looked(site, state).returncode == 0


@pytest.mark.parametrize(("before", "after"), [(2_000, 2_000), (2_000, 2_600), (1_024, 2_600), (1_001, 1_024)])
def test_a_fork_is_loud_and_what_proves_it_is_kept(
    site: Answering, shop: Shop, state: Path, before: int, after: int
) -> None:
    shop.show(LOG, before)
    assert looked(site, state).returncode == 0
    shop.show(FORK, after)
    done = looked(site, state)
    assert (done.returncode, "FORK: " in done.stderr) == (1, True)
    assert [one.head for one in kept(state)] == [LOG.head(before)]
    files = evidence(state)
    old, new = (Checkpoint.parse(files[name]) for name in ("kept", "shown"))
    assert (old.head, new.head) == (LOG.head(before), FORK.head(after))
    assert old.is_signed_by(LOG.key.verifier)
    assert new.is_signed_by(LOG.key.verifier)
    if after > before:
        proof, root = Submission.parse(files["proof"]).proof, FORK.head(before).root
        assert root != old.head.root
        assert proves_consistency(proof, old=before, new=after, old_root=root, new_root=new.head.root)


def test_a_fork_after_what_was_seen_is_none_for_it(site: Answering, shop: Shop, state: Path) -> None:
    for log, size in ((LOG, 1_000), (FORK, 2_000)):
        shop.show(log, size)
        assert looked(site, state).returncode == 0


def test_tiles_that_are_not_those_of_the_checkpoint_are_no_proof(site: Answering, shop: Shop, state: Path) -> None:
    shop.show(LOG, 1_000)
    assert looked(site, state).returncode == 0
    site.requests.clear()
    shop.show(LOG, 2_000)
    shop.wrong = {Tile(0, 3, 232), Tile(0, 3)}
    done = looked(site, state)
    assert (done.returncode, "shows tiles that aren't those of the checkpoint" in done.stderr) == (1, True)
    assert evidence(state) == {}, "which prove nothing, because the log didn't sign them"
    shop.wrong.clear()
    assert looked(site, state).returncode == 0


def test_a_full_tile_does_for_one_that_was_not_full(site: Answering, shop: Shop, state: Path) -> None:
    shop.show(LOG, 300)
    assert looked(site, state).returncode == 0
    # The log has grown between the checkpoint and the tiles, and no longer shows the old ends.
    shop.show(LOG, 400, later=600)
    assert looked(site, state).returncode == 0
    assert [one.head.size for one in kept(state)] == [400]
    assert [one.path for one in site.requests if "/001" in one.path] == [
        "/ledger/tile/0/001.p/144",
        "/ledger/tile/0/001",
    ]


def test_what_can_not_be_checked_is_not_cosigned(site: Answering, shop: Shop, state: Path) -> None:
    shop.show(LOG, 300)
    assert looked(site, state).returncode == 0
    shop.show(LOG, 600)
    shop.shown.clear()
    done = looked(site, state)
    assert (done.returncode, "127.0.0.1 answers 404 for /ledger/tile/" in done.stderr) == (2, True)
    for shown in (b"", b"<html>", LOG.checkpoint(600)[:-5], b"\xff" * 70_000):
        shop.checkpoint = shown
        done = looked(site, state)
        assert (done.returncode, "127.0.0.1 shows no checkpoint: " in done.stderr) == (2, True)
    assert [one.head.size for one in kept(state)] == [300]


def test_another_log_a_wrong_signature_or_an_impossible_root_is_loud(site: Answering, shop: Shop, state: Path) -> None:
    shop.checkpoint = Log("djmixersoft-heads/ffff", LEAVES[:9]).checkpoint()
    done = looked(site, state)
    assert (done.returncode, "which isn't one of those given" in done.stderr) == (1, True)
    shop.checkpoint = str(LOG.head(5)).encode() + b"\n" + LOG.key.line("x\n").encode()
    done = looked(site, state)
    assert (done.returncode, "isn't as its log signed it" in done.stderr) == (1, True)
    shop.checkpoint = Head(ORIGIN, 0, LEAVES[0]).signed(LOG.key)
    done = looked(site, state)
    assert (done.returncode, "shows what can't be" in done.stderr) == (1, True)
    assert kept(state) == []


def test_a_site_that_is_away_or_none_is_a_sentence(state: Path) -> None:
    for url, sentence in (
        ("http://127.0.0.1:1", "127.0.0.1 can't be reached"),
        ("studio.example", "isn't an address that begins with https://"),
    ):
        done = looked(url, state)
        assert (done.returncode, sentence in done.stderr) == (2, True)


def test_it_looks_again_and_again_until_something_contradicts(site: Answering, shop: Shop, state: Path) -> None:
    process = subprocess.Popen(words(site, state, "--every", "1"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=PLAIN_ENVIRONMENT)  # fmt: skip
    with process:
        try:
            wait_until("it has looked at what is no checkpoint", lambda: len(site.requests) > 0)
            shop.show(LOG, 5)
            wait_until("it has cosigned", lambda: len(kept(state)) == 1)
            shop.show(LOG, 4)
            assert process.wait(15) == 1
        finally:
            process.kill()
        said = process.communicate()[1]
    assert "shows no checkpoint" in said
    assert "ROLLED BACK" in said
