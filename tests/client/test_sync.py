"""push, pull and ls, as a member runs them, against an installation of its own."""

import hashlib
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.operations.installation import COMMAND, Installation
from tests.support import PLAIN_ENVIRONMENT, wait_until

OLDER = b"the first version\n"


class Member:
    """Somebody with an account called Night Shift and a token, at a terminal of theirs."""

    def __init__(self, site: Installation) -> None:
        self.site, self.token = site, f"{uuid4().hex}{uuid4().hex}"
        self.name = f"Night Shift {uuid4().hex[:8]}"
        with psycopg.connect(EmbeddedPostgres(site.folder).url("postgres"), autocommit=True) as superuser:
            superuser.execute("SET search_path = djms")
            row = superuser.execute(
                "INSERT INTO person (email) VALUES (%s) RETURNING id", [f"{uuid4()}@example.org"]
            ).fetchone()
            assert row
            (account,) = superuser.execute(
                "INSERT INTO account (name) VALUES (%s) RETURNING id", [self.name]
            ).fetchone() or ("",)
            superuser.execute(
                "INSERT INTO membership (account_id, person_id, is_administrator) VALUES (%s, %s, true)",
                [account, row[0]],
            )
            superuser.execute(
                "INSERT INTO api_token (token_hash, person_id, name, may_write, expires)"
                " VALUES (sha256(%s::bytea), %s, 'sync', true, now() + interval '1 day')",
                [self.token.encode(), row[0]],
            )

    def run(
        self, *arguments: str | Path, token: str | None = None, site: list[str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        certificate = self.site.folder / "secrets" / "tls" / "cert.pem"
        if site is None:
            site = ["--site", f"https://localhost:{self.site.port}", "--certificate", str(certificate)]
        command, *rest = [str(one) for one in arguments]
        return subprocess.run(
            [*COMMAND, *command.split(), *site, *rest],
            env=PLAIN_ENVIRONMENT | {"DJMS_TOKEN": self.token if token is None else token},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A site that runs."""
    installation = Installation(tmp_path_factory.mktemp("site") / "data")
    installation.start()
    yield installation
    installation.end()


@pytest.fixture
def member(site: Installation) -> Member:
    return Member(site)


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """A folder with files of odd sizes and names."""
    chance, folder = random.Random(20261123), tmp_path / "crate"
    for name, size in {
        "a.ogg": 100_000,
        "deep/er/Öpener — é.ogg": 16_384,
        "deep/empty.txt": 0,
        "deep/one.bin": 1,
        "notes.txt": 16_385,
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(chance.randbytes(size))
    return folder


def hashes(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_a_folder_that_is_pushed_and_pulled_is_the_same(member: Member, crate: Path, tmp_path: Path) -> None:
    pushed = member.run("push", crate, member.name)
    assert (pushed.returncode, pushed.stderr) == (0, "")
    pulled = member.run("pull", member.name, tmp_path / "back")
    assert (pulled.returncode, pulled.stderr) == (0, "")
    assert hashes(tmp_path / "back" / "crate") == hashes(crate)
    assert not list((tmp_path / "back").rglob("*.part"))


def test_pushing_again_sends_only_what_changed_as_a_new_version(member: Member, crate: Path, tmp_path: Path) -> None:
    assert member.run("push", crate, member.name).returncode == 0
    (crate / "notes.txt").write_bytes(OLDER)
    assert member.run("push", crate, member.name).returncode == 0
    listed = member.run("ls", f"{member.name}/crate").stdout.splitlines()
    assert len([line for line in listed if line.endswith("notes.txt")]) == 1
    assert member.run("pull", f"{member.name}/crate", tmp_path / "back").returncode == 0
    assert hashes(tmp_path / "back") == hashes(crate)


def test_ls_lists_accounts_and_folders(member: Member, crate: Path) -> None:
    member.run("push", crate, member.name)
    assert member.name in member.run("ls").stdout
    assert member.run("ls", member.name).stdout.rstrip().endswith("crate/")
    assert "Öpener — é.ogg" in member.run("ls", f"{member.name}/crate/deep/er").stdout


@pytest.mark.parametrize(
    ("arguments", "token", "sentence"),
    [
        (("ls",), "", "DJMS_TOKEN"),
        (("ls",), "nonsense", "token that is good"),
        (("ls", "Elsewhere"), None, "No account is called"),
        (("ls", "{name}/nowhere"), None, "no folder nowhere"),
    ],
)
def test_what_can_not_be_done_is_said(
    member: Member, arguments: tuple[str, ...], token: str | None, sentence: str
) -> None:
    done = member.run(*(one.replace("{name}", member.name) for one in arguments), token=token)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_the_record_is_exported_whole_and_verified_offline(member: Member, tmp_path: Path) -> None:
    file = tmp_path / "record.jsonl"
    wait_until("sealed", lambda: member.run("ledger export", member.name, file).returncode == 0)
    assert list(tmp_path.iterdir()) == [file]
    verified = member.run("ledger verify", file, site=[])
    assert (verified.returncode, verified.stderr) == (0, "")
    assert "All 2 entries" in verified.stdout
    before = file.read_bytes()
    done = member.run("ledger export", "Elsewhere", file)
    assert (done.returncode, done.stderr) == (2, "No account is called Elsewhere.\n")
    assert file.read_bytes() == before


def test_a_file_that_can_not_be_read_is_named_and_the_rest_is_sent(member: Member, crate: Path) -> None:
    done = member.run("push", crate / "missing.ogg", crate / "a.ogg", member.name)
    assert done.returncode == 1
    assert "missing.ogg" in done.stderr
    assert "a.ogg" in member.run("ls", member.name).stdout


def test_a_site_that_is_not_trusted_gets_no_token(member: Member) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "djmixersoft", "ls", "--site", f"https://localhost:{member.site.port}"],
        env=PLAIN_ENVIRONMENT | {"DJMS_TOKEN": member.token},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "certificate" in done.stderr
