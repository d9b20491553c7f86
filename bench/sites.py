"""An installation for `bench content`: PostgreSQL, and the site's process once for each keeper of files, side by side.

No supervisor, no workers, no probes: what is measured is the site's process alone.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.running import Browser, free_port
from djmixersoft.operations import database
from djmixersoft.operations.addresses import process_environment, public_address
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.postgres import EmbeddedPostgres
from djmixersoft.operations.refusal import Refusal
from djmixersoft.operations.tls import certificate

STOP_SECONDS = 10.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Installation:
    """A data folder, with its PostgreSQL running."""

    data: DataFolder
    server: EmbeddedPostgres

    @property
    def superuser(self) -> str:
        """The address of the database for PostgreSQL's superuser, who fills it."""
        return self.server.url("postgres")

    @property
    def certificate(self) -> Path:
        """The certificate that the first site made for itself."""
        return self.data.secrets / "tls" / "cert.pem"


class Served:
    """The site's process with one keeper of files."""

    def __init__(self, installation: Installation, keeper: str) -> None:
        """Start it."""
        self.keeper, self.port, self._installation = keeper, free_port(), installation
        environment = plain_environment()
        own = process_environment(
            environment,
            "site",
            installation.server.url("djms_site"),
            str(installation.data.path),
            public_address(environment, self.port),
        )
        self._log = installation.data.log / f"bench-{keeper}.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-P", "-m", "bench.keepers", keeper, str(self.port)],
                env=own,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def wait(self) -> None:
        """Wait until it answers. Raises Refusal."""
        if not self._process.stdout or self._process.stdout.readline() != b"ready\n":
            raise Refusal(f"The site doesn't start, and says: {self._log.read_text('utf-8', errors='replace')}")

    def browser(self, token: str = "") -> Browser:
        """A new connection to it."""
        return Browser(self.port, self._installation.certificate, token)

    def cpu_seconds(self) -> float:
        """Processor time of the process so far (proc_pid_stat(5), utime and stime)."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:13]) / TICKS

    def forget_peak(self) -> None:
        """Have the next `peak_mb` count from now on (proc(5), clear_refs)."""
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5", "ascii")

    def peak_mb(self) -> float:
        """The most resident memory that it had, in MB of 10**6 bytes."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
        message = "the kernel doesn't tell"
        raise RuntimeError(message)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


@contextmanager
def installed() -> Iterator[Installation]:
    """Within the block an empty installation runs in a temporary folder, which is removed at the end."""
    with TemporaryDirectory(prefix="djms-bench-", ignore_cleanup_errors=True) as folder:
        data = DataFolder(Path(folder).resolve() / "data").open()
        data.make_secrets()
        server = EmbeddedPostgres(data.path)
        with data.lock("command"):
            server.start()
            try:
                database.migrate(data, server, plain_environment(), quiet=True)
                yield Installation(data, server)
            finally:
                server.stop()


@contextmanager
def served(installation: Installation, *keepers: str) -> Iterator[list[Served]]:
    """Within the block there is a site for each keeper."""
    with ExitStack() as stack:
        sites = []
        # Started at once, each would make one for itself.
        certificate(installation.data, public_address({}), {})
        for keeper in keepers:
            sites.append(Served(installation, keeper))
            stack.callback(sites[-1].stop)
        for site in sites:
            site.wait()
        yield sites


def plain_environment() -> Mapping[str, str]:
    """The environment of this process without any setting of ours, and with the way to our modules."""
    names = ("DJMS_", "DATABASE_URL", "MAIL_URL", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    return kept | {"PYTHONPATH": str(database.ROOT)}
