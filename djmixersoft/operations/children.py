"""The processes that the supervisor starts, watches, and starts again: those that stay, and one that comes each day."""

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from djmixersoft.operations.confinement import tied_to_us
from djmixersoft.operations.logs import line, pump

if TYPE_CHECKING:
    from queue import SimpleQueue

LONGEST_PAUSE = 30.0
HEALTHY_SECONDS = 60.0
DAY_SECONDS = 86_400.0
RETRY_SECONDS = 60.0


def now() -> float:
    """Return seconds since some moment in the past; they go on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Child:
    """One process of ours: started, watched, and started again after a pause that grows while it keeps failing."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path, *, yields: int) -> None:
        """Describe the process; `start()` starts it. `yields`: its nice value, 0 for what people wait for."""
        self.name = name
        self.command = ["nice", "-n", str(yields), *command] if yields else command
        self.environment = environment
        self.log = log
        self.due: float | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self._pause = 0.25
        self._began = 0.0

    def start(self, ended: "SimpleQueue[Child]", *, hold: bool = False) -> None:
        """Start the process; with `hold` it waits for `release()`."""
        self.due, self._began = None, now()
        self.process = subprocess.Popen(
            tied_to_us([*self.command, *(["--wait"] if hold else [])], "KILL"),
            env=self.environment,
            stdin=subprocess.PIPE if hold else subprocess.DEVNULL,
            stdout=subprocess.PIPE if hold else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            process_group=0,
        )
        pump(self.process, self.log)
        threading.Thread(target=self._watch, args=(self.process, ended), daemon=True).start()

    def _watch(self, process: subprocess.Popen[bytes], ended: "SimpleQueue[Child]") -> None:
        process.wait()
        ended.put(self)

    def release(self) -> None:
        """Let a held process go on."""
        if self.process and self.process.stdin:
            # A broken pipe means that it has ended, which `wait_for_line` tells.
            with suppress(BrokenPipeError):
                self.process.stdin.write(b"go\n")
                self.process.stdin.close()

    def wait_for_line(self) -> bool:
        """Wait for the process's first line of output; False if it ends without."""
        return bool(self.process and self.process.stdout and self.process.stdout.readline())

    def plan_restart(self) -> str | None:
        """Set `due`; return a line for the log."""
        if now() - self._began > HEALTHY_SECONDS:
            self._pause = 0.25
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self.due = now() + self._pause
        return self._said("a process ended, and will be started again", self._pause)

    def _said(self, event: str, pause: float) -> str:
        status = self.process.returncode if self.process else None
        return line("error", event=event, process=self.name, status=status, pause=pause)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and all that it started."""
        if self.process and self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


class Recurring(Child):
    """A process that does its work and ends, once a day; until it could do it, again after a pause that grows.

    It gives way to everything else that wants the processor. `first`: seconds before it starts for the first time.
    """

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path, *, first: float) -> None:
        """Describe the process; it is due `first` seconds from `plan_first()`."""
        super().__init__(name, command, environment, log, yields=10)
        self._first = first
        self._pause = RETRY_SECONDS / 2

    def plan_first(self) -> None:
        """Set `due` for the first time."""
        self.due = now() + self._first

    def plan_restart(self) -> str | None:
        """Set `due`: in a day after exit status 0 or 1 (done, and whatever it found is in its own log)."""
        if self.process and self.process.returncode in (0, 1):
            self._pause = RETRY_SECONDS / 2
            self.due = now() + DAY_SECONDS
            return None
        self._pause = min(self._pause * 2, DAY_SECONDS / 24)
        self.due = now() + self._pause
        return self._said("a process could not do its work, and will be started again", self._pause)
