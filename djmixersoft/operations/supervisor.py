"""`./run`: starts PostgreSQL, checks the policy, serves site and desk, runs workers and probes; restarts what ends.

Everything that it starts ends with it, however it ends: children ask the kernel for a signal when their parent dies.
It imports neither Django nor psycopg, because it idles for months.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NoReturn

from djmixersoft.operations import database
from djmixersoft.operations.addresses import (
    LOOPBACK,
    PublicAddress,
    desk_address,
    mail_url,
    operator_urls,
    process_environment,
    public_address,
)
from djmixersoft.operations.children import Child, Recurring, now
from djmixersoft.operations.datafolder import DataFolder, write_atomically
from djmixersoft.operations.logs import LogFile, line
from djmixersoft.operations.postgres import EmbeddedPostgres
from djmixersoft.operations.refusal import Finding, Refusal
from djmixersoft.operations.tls import operator_certificate

WORKERS = ("mailer", "steward")
READY_SECONDS = 60.0
STOP_SECONDS = 4.0
WORKERS_YIELD = 5  # by nice: a page is waited for, a mail or a seal not to the millisecond
FIRST_LEDGER_CHECK_SECONDS = 600.0
FIRST_AUDIT_SECONDS = 3.0  # after everything is started, so that the first pages don't wait for it


class Supervisor:
    """All processes of one installation on this machine."""

    def __init__(self, data: DataFolder, address: PublicAddress, port: int, desk_port: int) -> None:
        """Describe what to start; `run()` starts it."""
        self.data, self.address, self.desk = data, address, desk_address(os.environ, desk_port)
        os.environ["DJMS_DESK_URL"] = self.desk.origin
        # For `staff add`, which may come before the desk is up.
        write_atomically(data.path / "run" / "desk-address", f"{self.desk.origin}\n".encode())
        self.log = LogFile(data.log / "supervisor.log")
        own = bool(operator_urls(os.environ))
        self.server = None if own else EmbeddedPostgres(data.path)
        urls = database.login_urls(data, os.environ)
        self.site = self._child("site", urls, "site", "--site-port", str(port))
        self.workers = [self._child("desk", urls, "desk", "--desk-port", str(desk_port))]
        self.workers += [self._child(name, urls, "worker", name) for name in WORKERS]
        self.workers.append(self._child("sealer", urls, "sealer"))
        self.auditor = Recurring(
            "auditor",
            [*database.SELF, "promises", "verify", "--log"],
            database.auditor_environment(data, os.environ),
            self.data.log / "auditor.log",
            first=FIRST_AUDIT_SECONDS,
        )
        self.ledger_check = Recurring(
            "ledger check",
            [*database.SELF, "ledger", "fsck", "--log", "--data", str(self.data.path)],
            process_environment(os.environ, "sealer", urls["sealer"], str(self.data.path), self.address),
            self.data.log / "ledger-check.log",
            first=FIRST_LEDGER_CHECK_SECONDS,
        )
        self.ended: SimpleQueue[Child] = SimpleQueue()

    def _child(self, name: str, urls: dict[str, str], *arguments: str) -> Child:
        environment = process_environment(os.environ, name, urls[name], str(self.data.path), self.address)
        yields = 0 if name in {"site", "desk"} else WORKERS_YIELD
        return Child(name, [*database.SELF, *arguments], environment, self.data.log / f"{name}.log", yields=yields)

    def run(self) -> NoReturn:
        """Start everything, and keep it running until a signal comes."""
        if self.server:
            self.server.start()
            if self.server.notice:
                say(self.server.notice)
        # It imports while the policy is checked, and listens when that is done.
        self.site.start(self.ended, hold=True)
        if not database.is_prepared(self.data):
            say("Preparing the database (at the first start, and after an update)…")
            database.migrate(self.data, self.server, os.environ, quiet=True)
        self._check_policy()
        self.site.release()
        if not self.site.wait_for_line():
            raise Finding(f"The site doesn't start; {self.site.log} says why.")
        self._say_ready()
        for worker in self.workers:
            worker.start(self.ended)
        self.auditor.plan_first()
        self.ledger_check.plan_first()
        while True:
            self._tend()

    def _check_policy(self) -> None:
        command = [*database.SELF, "policy", "check"]
        environment = database.owner_environment(self.data, os.environ)
        done = subprocess.run(
            command, env=environment, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            say((done.stdout + done.stderr).rstrip())
            raise Finding("The database or the code differs from the policy, so the site isn't served.")

    def _say_ready(self) -> None:
        say(f"DJMixerSoft is ready: {self.address.origin}")
        say(f"Its desk, for the company's own people: {self.desk.origin} (./run staff add lets somebody in)")
        if not os.environ.get("MAIL_URL"):
            say(f"Its mail is in a local mailbox: {self.address.origin}/mailbox/{self.data.secret('mailbox.key')}/")

    def _tend(self) -> None:
        """Wait for a process to end or to be due, and see to it."""
        if self.server and not self.server.is_running():
            self.log.write(line("error", event="PostgreSQL ended, and is started again"))
            try:
                self.server.start()
            except Refusal as refusal:
                self.log.write(line("error", event=str(refusal)))
        for child in (self.site, *self.workers, self.auditor, self.ledger_check):
            if child.due is not None and child.due <= now():
                child.start(self.ended)
        try:
            child = self.ended.get(timeout=1.0)
        except Empty:
            return
        if said := child.plan_restart():
            self.log.write(said)

    def stop(self) -> None:
        """Stop everything, what depends on PostgreSQL first."""
        children = [self.ledger_check, self.auditor, *reversed(self.workers), self.site]
        for child in children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in children:
            if child.process:
                try:
                    child.process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    child.signal(signal.SIGKILL)
                    child.process.wait()
        if self.server:
            self.server.stop(patience=3.0)
        self.log.close()


def serve(folder: Path, port: int, desk_port: int) -> int:
    """Run everything until Ctrl-C or SIGTERM.

    Raises:
        Refusal: it can't be started (a port in use, a wrong setting, a folder that isn't ours).
        Finding: the policy check forbids it.

    """
    address = public_address(os.environ, port)
    desk_address(os.environ, desk_port)
    mail_url(os.environ, address)
    operator_certificate(os.environ)
    _check_witnesses(os.environ.get("DJMS_WITNESSES", ""))
    data = DataFolder(folder).open()
    # SIGINT too, because a shell's background jobs are started with it ignored; a SIGHUP that nohup ignores stays so.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    with data.lock("serve"):
        _refuse_port_in_use(port, "--site-port", os.environ.get("DJMS_LISTEN"))
        _refuse_port_in_use(desk_port, "--desk-port", os.environ.get("DJMS_DESK_LISTEN"))
        data.make_secrets()
        supervisor = Supervisor(data, address, port, desk_port)
        try:
            supervisor.run()
        except KeyboardInterrupt:
            say("Stopping…")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            supervisor.stop()
    return 0


def say(text: str) -> None:
    """Tell the person at the terminal, if there still is one."""
    with suppress(BrokenPipeError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def _check_witnesses(path: str) -> None:
    """Find a file of witnesses that can't be understood before anything starts."""
    from djmixersoft.ledger.policies import BadPolicy
    from djmixersoft.ledger.witnesses import witness_lines

    try:
        witness_lines(Path(path) if path else None)
    except BadPolicy as wrong:
        raise Refusal(f"DJMS_WITNESSES: {wrong}") from None


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _refuse_port_in_use(port: int, option: str, interface: str | None, patience: float = 3.0) -> None:
    """Find a port in use before anything starts; a site that was just killed may hold it a moment longer."""
    deadline = time.monotonic() + patience
    listen = interface or LOOPBACK[1]
    while True:
        try:
            with socket.socket(socket.AF_INET6 if ":" in listen else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((listen, port))
        except PermissionError:
            raise Refusal(f"Port {port} needs more rights than yours; choose one above 1023 with {option}.") from None
        except OSError as error:
            if time.monotonic() > deadline:
                reason = f"Port {port} can't be used ({error.strerror})"
                raise Refusal(f"{reason}; stop what uses it, or choose another with {option}.") from None
            time.sleep(0.1)
        else:
            return
