"""The line between a browser and the site: it counts what goes up, and can be held up and cut. TLS passes untouched."""

import socket
import threading
from contextlib import suppress

PIECE = 16_384  # bytes
LITTLE = 65_536  # bytes that the line itself holds; the rest waits in the browser


class Line:
    """Listens on a port of its own. Where nothing is said, all passes."""

    def __init__(self, to_port: int) -> None:
        self._to_port, self._left = to_port, -1
        self._changed = threading.Condition()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
        self.port = int(self._listener.getsockname()[1])
        self.up = 0
        """Bytes that went to the site."""
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def rule(self) -> str:
        """The argument by which Chromium takes this line to the site."""
        return f"--host-resolver-rules=MAP localhost:{self._to_port} 127.0.0.1:{self.port}"

    def hold_after(self, count: int) -> None:
        """Let so many more bytes up, then none."""
        with self._changed:
            self._left = count

    def release(self) -> None:
        with self._changed:
            self._left = -1
            self._changed.notify_all()

    def wait_until_held(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._left == 0, 15), "the browser sent less than that"

    def cut(self) -> None:
        """Cut all that is connected now; what connects from now on passes."""
        with self._changed:
            cut, self._sockets = self._sockets, []
            self._left = -1
            self._changed.notify_all()
        for one in cut:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                browser, _address = self._listener.accept()
                try:
                    site = socket.create_connection(("127.0.0.1", self._to_port))
                except OSError:
                    browser.close()  # the site is down, and so is the line
                    continue
                with self._changed:
                    self._sockets += [browser, site]
                for source, sink in ((browser, site), (site, browser)):
                    threading.Thread(target=self._pump, args=(source, sink, source is browser), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, is_up: bool) -> None:  # noqa: FBT001 - a thread's
        with suppress(OSError):
            while piece := source.recv(self._allowance() if is_up else PIECE):
                sink.sendall(piece)
                if is_up:
                    self._passed(len(piece))
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _allowance(self) -> int:
        with self._changed:
            self._changed.wait_for(lambda: self._left != 0)
            return PIECE if self._left < 0 else min(PIECE, self._left)

    def _passed(self, count: int) -> None:
        with self._changed:
            self.up += count
            if self._left > 0:
                self._left = max(0, self._left - count)
                self._changed.notify_all()
