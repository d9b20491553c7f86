"""The process of the site, or of the desk: Granian and the application in one, so that ending it ends all of it.

Granian's usual server keeps a parent process that only watches a child; the supervisor does that here. Its server of
threads is the same Rust worker, started in this process.
"""

import http.client
import os
import signal
import socket
import ssl
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from djmixersoft.operations.addresses import LOOPBACK, PublicAddress, desk_address, public_address
from djmixersoft.operations.datafolder import DataFolder, write_atomically
from djmixersoft.operations.logs import line, log_uncaught
from djmixersoft.operations.refusal import Refusal
from djmixersoft.operations.tls import certificate

# More than log-ins may wait for their turn (people/passwords.py) and bodies and files for the other side (site/pace.py)
# together, so that pages always find one.
THREADS = 160
STOP_SECONDS = 3
FIRST_PAGE_SECONDS = 30.0


@dataclass(frozen=True)
class Serving:
    """What is served here: under which address it is known, on which interface and port it listens.

    `note`: where its address is written down in the data folder's `run`, for those who ask it. `tls`: the folder of the
    certificate that it makes for itself.
    """

    address: PublicAddress
    listen: str
    port: int
    note: str
    tls: str = "tls"


def of_site(port: int) -> Serving:
    """The site: DJMS_LISTEN is its interface; else it is this machine alone, unless the site has a public name."""
    address = public_address(os.environ, port)
    everywhere = "0.0.0.0"  # noqa: S104 - a public site
    listen = os.environ.get("DJMS_LISTEN") or (LOOPBACK[1] if address.is_local else everywhere)
    return Serving(address, listen, port, "address")


def of_desk(port: int) -> Serving:
    """The desk: DJMS_DESK_LISTEN is its interface; else it is this machine alone, whatever its name."""
    listen = os.environ.get("DJMS_DESK_LISTEN") or LOOPBACK[1]
    address = desk_address(os.environ, port)
    # Known by the site's name, it has the site's certificate.
    tls = "tls" if address.host == public_address(os.environ).host else "tls-desk"
    return Serving(address, listen, port, "desk-address", tls)


def run(served: Serving, *, wait: bool) -> int:
    """Serve until told to stop; with `wait`, import first, and listen when a line comes on standard input."""
    log_uncaught()
    data = DataFolder(Path(os.environ["DJMS_DATA"])) if os.environ.get("DJMS_DATA") else None
    if not data:
        raise Refusal("DJMS_DATA is not set; this process needs the absolute path of its data folder.")
    files = certificate(data, served.address, os.environ, name=served.tls)
    from djmixersoft.wsgi import application

    if wait and not sys.stdin.readline():
        return 0
    server = _server(served.listen, served.port, files)
    threading.Thread(target=_announce, args=(served, data), daemon=True).start()
    server.serve(target_loader=lambda: application, wrap_loader=False)
    return 0


def _server(listen: str, port: int, files: tuple[Path, Path]) -> Any:  # noqa: ANN401 - granian has no types
    from granian._granian import ListenerSpec
    from granian.constants import HTTPModes, Interfaces, SSLProtocols
    from granian.server.mt import MTServer

    class OneProcess(MTServer):
        """Granian's server of threads; it asks for a Python without GIL only because more workers need one."""

        def _check_gil(self) -> None:
            pass

        def _init_shared_socket(self) -> None:
            listening: Any = ListenerSpec(self.bind_addr, self.bind_port, self.backlog).build()
            self._shd, self._sfd, self._ssp = listening, listening.get_fd(), None
            notice_the_vanished(listening.get_fd())

    return OneProcess(
        "djmixersoft.wsgi:application",
        address=listen,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=256,
        # Granian 2.8.7 reads on for ever, at full speed, in a body whose HTTP/2 stream was cut (src/wsgi/types.rs,
        # fill_buffer takes each error for an empty piece): whoever breaks off an upload would cost us a core. And its
        # headers may name again by one byte what came once (RFC 7541): 600 kB of them took a gigabyte of memory.
        http=HTTPModes.http1,
        websockets=False,
        ssl_cert=files[0],
        ssl_key=files[1],
        ssl_protocol_min=SSLProtocols.tls13,
        log_enabled=False,
        log_access=False,
        workers_kill_timeout=STOP_SECONDS,
    )


def notice_the_vanished(listening: int) -> None:
    """Have connections end whose other side went away without a word, as telephones do; each holds a thread till then.

    What is set on a listening socket goes for all that it accepts (tcp(7)). Such a connection ends within a minute.
    """
    with socket.socket(fileno=os.dup(listening)) as every:
        every.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        every.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
        every.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
        every.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)


def _announce(served: Serving, data: DataFolder) -> None:
    """Ask until an answer comes that needs the database, and tell the supervisor; if none comes, end the process."""
    context = ssl.create_default_context()
    # It asks this very process, whose certificate may be for any name.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    host = served.listen.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - compares only
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    answer = "none"
    while time.monotonic() < deadline:
        connection = http.client.HTTPSConnection(host, served.port, timeout=10, context=context)
        try:
            connection.request("GET", "/health", headers={"Host": served.address.host})
            status = connection.getresponse().status
            answer = str(status)
            if status < http.client.INTERNAL_SERVER_ERROR:
                # Where the probes of `promises verify` find it; a full disk is no reason not to serve.
                with suppress(OSError):
                    write_atomically(data.path / "run" / served.note, f"{served.address.origin}\n".encode())
                sys.stdout.write("ready\n")
                sys.stdout.flush()
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    sys.stderr.write(line("critical", event="the first page never came", answer=answer) + "\n")
    os.kill(os.getpid(), signal.SIGTERM)
