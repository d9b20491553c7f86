"""A real `./run` on a data folder of its own, its processes, and a browser's side of it: https on this machine only."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from djmixersoft.operations.database import ROOT
from djmixersoft.operations.postgres import EmbeddedPostgres
from djmixersoft.operations.refusal import Refusal

PATIENCE = 120.0  # seconds; the first start makes the database
RUN = ROOT / "run"
TICKS = os.sysconf("SC_CLK_TCK")
SITE_COOKIE, DESK_COOKIE = "__Host-session", "__Host-desk"
Headers = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What came back: status, seconds from sending to the last byte, seconds the server asks to wait.

    `first_byte`: seconds from sending to the first byte of the body; `location`: where it leads.
    """

    status: int
    seconds: float
    retry_after: float = 0.0
    first_byte: float = 0.0
    location: str = ""


class Browser:
    """One connection that stays open, as a browser's does."""

    def __init__(self, port: int, certificate: Path, token: str = "", cookie: str = SITE_COOKIE) -> None:
        self.port = port
        context = ssl.create_default_context(cafile=certificate)
        self.connection = http.client.HTTPSConnection("localhost", port, timeout=30, context=context)
        self.cookie = {"Cookie": f"{cookie}={token}"} if token else {}

    def get(self, path: str, headers: Headers | None = None) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None, headers or {})

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form, with the headers that make it our own page's."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"https://localhost:{self.port}",
            "Sec-Fetch-Site": "same-origin",
        }
        return self._ask("POST", path, urlencode(fields), headers)

    def _ask(self, method: str, path: str, body: str | None, headers: Headers) -> Answer:
        began = time.perf_counter()
        try:
            self.connection.request(method, path, body, {**headers, **self.cookie})
            response = self.connection.getresponse()
            response.read(1)
        except (http.client.RemoteDisconnected, ConnectionResetError, ssl.SSLEOFError):
            # The server may end a connection that was idle; a browser opens the next one without a word.
            self.connection.close()
            self.connection.request(method, path, body, {**headers, **self.cookie})
            response = self.connection.getresponse()
            response.read(1)
        first_byte = time.perf_counter() - began
        response.read()
        seconds = time.perf_counter() - began
        wait, location = float(response.getheader("Retry-After") or 0), response.getheader("Location") or ""
        return Answer(response.status, seconds, wait, first_byte, location)

    def close(self) -> None:
        """End the connection."""
        self.connection.close()


class Running:
    """`./run` on a folder; `start()` and `stop()` as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.desk_port = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def certificate(self) -> Path:
        """The certificate that the site made for itself."""
        return self.folder / "secrets" / "tls" / "cert.pem"

    def superuser(self) -> str:
        """The address of the database for PostgreSQL's superuser, who fills it."""
        return EmbeddedPostgres(self.folder).url("postgres")

    def browser(self, token: str = "") -> Browser:
        """A new connection to the site."""
        return Browser(self.port, self.certificate, token)

    def at_the_desk(self, token: str = "") -> Browser:
        """A new connection to the desk."""
        return Browser(self.desk_port, self.certificate, token, DESK_COOKIE)

    def start(self, mail_url: str = "") -> float:
        """Run `./run`; return the seconds from its exec to the last byte of its first page over https.

        `mail_url`: where it sends mail; by default into its local mailbox.

        Raises:
            Refusal: it doesn't start.

        """
        names = ("DJMS_", "DATABASE_URL", "MAIL_URL", "DJANGO_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(names)}
        if mail_url:
            environment["MAIL_URL"] = mail_url
        command = [str(RUN), "serve", "--data", str(self.folder), "--site-port", str(self.port)]
        command += ["--desk-port", str(self.desk_port)]
        began = time.monotonic()
        said = self.folder.with_name("said")
        with said.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        while time.monotonic() - began < PATIENCE:
            if self.process.poll() is not None:
                break
            with suppress(OSError, http.client.HTTPException):
                browser = self.browser()
                try:
                    if browser.get("/").status == http.client.OK:
                        return time.monotonic() - began
                finally:
                    browser.close()
            time.sleep(0.01)
        reason = said.read_text("utf-8", errors="replace").strip()
        raise Refusal(f"./run doesn't start, and says: {reason}")

    def stop(self) -> None:
        """End it, as Ctrl-C does."""
        process, self.process = self.process, None
        if process:
            process.send_signal(signal.SIGINT)
            process.wait(30)

    def process_ids(self) -> list[int]:
        """`./run` and everything that it started, directly or not."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError):
                children.setdefault(int(_stat(entry)[1]), []).append(int(entry.name))
        found = [self.process.pid] if self.process else []
        for pid in found:
            found += children.get(pid, [])
        return found

    def wait_for_probes(self) -> None:
        """Wait until the probes are done that `./run` begins with, and repeats once a day. Raises RuntimeError."""
        ends = time.monotonic() + PATIENCE
        while any(b"promises" in _command(pid) for pid in self.process_ids()):
            if time.monotonic() > ends:
                message = "the probes don't end"
                raise RuntimeError(message)
            time.sleep(0.2)

    def cpu_seconds(self) -> float:
        """Processor time of all of them so far, that of ended ones included."""
        total = 0
        for pid in self.process_ids():
            with suppress(OSError):
                # utime, stime, cutime, cstime (proc_pid_stat(5), fields 14 to 17)
                total += sum(int(field) for field in _stat(Path(f"/proc/{pid}"))[11:15])
        return total / TICKS

    def memory_mib(self, kind: str) -> float:
        """Resident memory of all of them in MiB: `Rss` counts shared pages for each, `Pss` shares them out."""
        total = 0
        for pid in self.process_ids():
            with suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:"))
        return total / 1024


@contextmanager
def running() -> Iterator[Running]:
    """An installation in a temporary folder, not started yet; stopped at the end."""
    with TemporaryDirectory(prefix="djms-bench-", ignore_cleanup_errors=True) as folder:
        site = Running(Path(folder).resolve() / "data")
        try:
            yield site
        finally:
            site.stop()


def _stat(process: Path) -> list[str]:
    """The fields of proc_pid_stat(5) after the name, which may hold blanks: first the state and the parent."""
    return (process / "stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()


def _command(pid: int) -> list[bytes]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return []


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
