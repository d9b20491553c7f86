"""A witness that looks at a site by itself hands in what it signed, and says what the site answered to that."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.merkle import leaf_hash
from djmixersoft.ledger.tiles import Tile
from tests.ledger.answering import Answering
from tests.ledger.growing import Log
from tests.ledger.witnesses import COMMAND, ORIGIN, kept
from tests.support import PLAIN_ENVIRONMENT

LOG = Log(ORIGIN, [leaf_hash(at.to_bytes(4)) for at in range(300)])
PATH = "/ledger/cosignatures"


class Shop:
    """What a site shows of a log, and what it answers to what is handed in."""

    size, status, words = 100, 200, b"Taken. Thank you.\n"

    def respond(self, path: str, _body: bytes) -> tuple[int, str, bytes]:
        if path == PATH:
            return self.status, "text/plain", self.words
        if path == "/ledger/checkpoint":
            return 200, "text/plain", LOG.checkpoint(self.size)
        return 200, "application/octet-stream", LOG.tile(Tile.parse(path.removeprefix("/ledger/tile/")))


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def site(shop: Shop) -> Iterator[Answering]:
    with Answering(shop.respond) as answering:
        yield answering


def run(state: Path, *more: str) -> subprocess.CompletedProcess[str]:
    words = [*COMMAND, "--log", str(LOG.key.verifier), "--state", str(state), *more]
    done = subprocess.run(words, capture_output=True, text=True, env=PLAIN_ENVIRONMENT, check=False)
    assert "Traceback" not in done.stderr
    return done


def looked(site: Answering, state: Path) -> subprocess.CompletedProcess[str]:
    return run(state, "--follow", site.url, "--once", "--hand-in")


def handed_in(site: Answering) -> list[bytes]:
    return [one.body for one in site.requests if (one.method, one.path) == ("POST", PATH)]


def test_the_file_as_it_lies_in_the_folder_is_handed_in_and_the_answer_printed(
    site: Answering, shop: Shop, tmp_path: Path
) -> None:
    for size in (100, 100, 280):
        shop.size = size
        done = looked(site, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "handed in: Taken. Thank you.\n" in done.stdout
        [cosigned] = kept(tmp_path)
        assert handed_in(site)[-1] == bytes(cosigned.note)
    assert [Checkpoint.parse(body).head.size for body in handed_in(site)] == [100, 100, 280]
    headers = {name for one in site.requests if one.path == PATH for name in one.headers}
    assert headers == {"Host", "Accept-Encoding", "Content-Type", "Content-Length"}, "nothing is said of oneself"
    assert run(tmp_path, "--follow", site.url, "--once").returncode == 0
    assert len(handed_in(site)) == 3, "not unless it is asked for"


@pytest.mark.parametrize("status", [400, 403, 404, 409, 429, 500, 302])
def test_what_is_not_taken_is_said_with_the_sites_words(
    site: Answering, shop: Shop, tmp_path: Path, status: int
) -> None:
    shop.status, shop.words = status, b"No \x1b[31maccount\x07 \xff" + b"x" * 2_000
    done = looked(site, tmp_path)
    assert done.returncode == 2
    assert "127.0.0.1 didn't take what was cosigned: No  [31maccount" in done.stderr
    assert "\x1b" not in done.stderr
    assert len(done.stderr) < 700
    assert [one.head.size for one in kept(tmp_path)] == [100], "it is signed all the same"
    shop.status, shop.words = status, b""
    assert f"(nothing, with status {status})" in looked(site, tmp_path).stderr


def test_a_site_that_says_its_ledger_is_another_is_a_contradiction(site: Answering, shop: Shop, tmp_path: Path) -> None:
    shop.status, shop.words = 422, b"It isn't the one.\n"
    done = looked(site, tmp_path)
    assert done.returncode == 1
    assert "says of what it showed and this witness signed: It isn't the one." in done.stderr


def test_there_is_nothing_to_hand_in_without_a_site_to_look_at(tmp_path: Path) -> None:
    done = run(tmp_path / "state", "--hand-in")
    assert done.returncode == 2
    assert "--hand-in goes with --follow" in done.stderr
    assert not (tmp_path / "state").exists()
