"""The database of an installation, as the command line finds it: served already, started for now, or the operator's."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from djmixersoft.operations.addresses import PROCESSES, operator_urls, process_environment, public_address
from djmixersoft.operations.datafolder import DataFolder, FolderLocked, write_atomically
from djmixersoft.operations.postgres import EmbeddedPostgres
from djmixersoft.operations.refusal import Finding

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds to wait for another command, or for a server that is just starting
# What the database's state follows from: a change in any of these files asks for `migrate` at the next start.
SOURCES = (
    "djmixersoft/*/migrations/*.py",
    "djmixersoft/*/doors/*.sql",
    "djmixersoft/policy/*.py",
    "djmixersoft/operations/bootstrap.py",
    "policy/*.toml",
    "requirements.txt",
)
UNTRIED = ("owner", "auditor")  # the one may do all, the other's address is the process's own
SELF = (sys.executable, "-P", "-m", "djmixersoft")


def fingerprint() -> str:
    """Return a digest of everything that the database's tables, roles and rights are made from."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in ROOT.glob(pattern)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def is_prepared(data: DataFolder) -> bool:
    """Tell whether the last `migrate` on this data folder was made from the present files."""
    record = data.path / "prepared"
    return record.exists() and record.read_text("ascii").strip() == fingerprint()


def record_prepared(data: DataFolder) -> None:
    """Remember that the database is made from the present files."""
    write_atomically(data.path / "prepared", f"{fingerprint()}\n".encode())


def login_urls(data: DataFolder, environment: Mapping[str, str]) -> dict[str, str]:
    """Return each process's database address: the operator's if there are any, else the embedded server's."""
    if urls := operator_urls(environment):
        return urls
    server = EmbeddedPostgres(data.path)
    return {name: server.url(f"djms_{name}") for name in PROCESSES}


def owner_environment(data: DataFolder, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of `migrate` and `policy`: the owner's login, and all others' by name."""
    urls = login_urls(data, environment)
    # Commands send no mail and serve no page, so they do without the addresses for that.
    own = process_environment(environment, "owner", urls["owner"], str(data.path), public_address(environment))
    return own | {f"DATABASE_URL_{name.upper()}": url for name, url in urls.items()}


def auditor_environment(data: DataFolder, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the probes: the auditor's login, and those that it tries; never the owner's."""
    urls = login_urls(data, environment)
    own = process_environment(environment, "auditor", urls["auditor"], str(data.path), public_address(environment))
    return own | {f"DATABASE_URL_{name.upper()}": url for name, url in urls.items() if name not in UNTRIED}


@contextmanager
def reachable(
    data: DataFolder, environment: Mapping[str, str], *, prepare_new: bool = True
) -> Iterator[EmbeddedPostgres | None]:
    """Make sure that the database can be reached within the block; yield the embedded server, if it is that.

    An embedded server that `serve` runs is used as it is; otherwise it is started, and stopped at the end. A new one
    is prepared first.

    Raises:
        Refusal: it can't be.

    """
    if operator_urls(environment):
        yield None
        return
    server = EmbeddedPostgres(data.path)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with data.lock("command"):
                data.make_secrets()
                server.start()
                try:
                    if prepare_new and not (data.path / "prepared").exists():
                        migrate(data, server, environment, quiet=True)
                    yield server
                finally:
                    server.stop()
                return
        except FolderLocked as locked:
            if locked.holder == "serve" and server.is_ready():
                break
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)
    yield server


def migrate(
    data: DataFolder, server: EmbeddedPostgres | None, environment: Mapping[str, str], *, quiet: bool = False
) -> None:
    """Bring logins, tables and the policy's compiled form up to date, in a process of its own.

    It prints a line for each thing that it changes in roles, grants and row policies, unless `quiet`.

    Raises:
        Finding: a migration or the policy was refused; what they said has been printed.

    """
    own = owner_environment(data, environment)
    if server:
        own["DJMS_SUPERUSER_URL"] = server.url("postgres", "postgres")
        own["DJMS_SUPERUSER_INSIDE_URL"] = server.url("postgres")
    done = subprocess.run(
        [*SELF, "migrate", "--here"],
        env=own,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else None,
    )
    if done.returncode:
        raise Finding("The database could not be brought up to date; the lines above say why.")
    record_prepared(data)
