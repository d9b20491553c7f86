"""An installation of its own, run by the command that people run."""

import http.client
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.support import PLAIN_ENVIRONMENT

COMMAND = (sys.executable, "-P", "-m", "djmixersoft")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """A data folder, and `serve` on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.desk_port = free_port(), free_port()
        self.serving: subprocess.Popen[str] | None = None
        self.output: list[str] = []

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments, "--data", str(self.folder)],
            env=PLAIN_ENVIRONMENT | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def serve(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `serve` where it is expected to end by itself."""
        return self.command("serve", *self._ports(), **environment)

    def launch(self, **environment: str) -> subprocess.Popen[str]:
        """Run `serve` without waiting for anything."""
        self.serving = subprocess.Popen(
            [*COMMAND, "serve", "--data", str(self.folder), *self._ports()],
            env=PLAIN_ENVIRONMENT | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self.serving

    def _ports(self) -> tuple[str, ...]:
        return "--site-port", str(self.port), "--desk-port", str(self.desk_port)

    def start(self, **environment: str) -> None:
        """Run `serve`, and wait until it says that it is ready."""
        process = self.launch(**environment)
        self.output = []
        assert process.stdout
        for line in process.stdout:
            self.output.append(line)
            if "is ready: " in line:
                return
        pytest.fail(f"it did not start: {self.output}")

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        process, self.serving = self.serving, None
        assert process
        assert process.stdout
        process.send_signal(number)
        status = process.wait(15)
        process.stdout.close()
        return status

    def page(self, path: str = "/health") -> int:
        """Return the status of a page; the usual one needs the database."""
        context = ssl.create_default_context(cafile=self.folder / "secrets" / "tls" / "cert.pem")
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=10, context=context)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def pids(self, word: str = "") -> list[int]:
        """Return the processes of this installation, the supervisor aside, whose command line holds a word."""
        mine = f"DJMS_DATA={self.folder}".encode()
        found = EmbeddedPostgres(self.folder).process_ids()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if mine in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
        return [pid for pid in found if word.encode() in command_line(pid)]

    def end(self) -> None:
        if self.serving:
            self.stop(signal.SIGTERM)


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return b""
