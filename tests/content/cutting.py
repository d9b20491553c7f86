"""A proxy between a client and the site that cuts, delays and halves."""

import random
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from tests.content.running import PIECE

MUTE_AFTER = 4_000  # bytes: the handshake and a first answer


class Proxy:
    """Passes connections on to the site, and does something to each: delays, cuts, halves, by its random source.

    `cut`: both sides see the end; `half`: only the site does, the client waits; `hole`: only the client does, and the
    site is never told; `mute`: the request arrives, and its answer doesn't.
    """

    def __init__(self, port: int, seed: int, *, longest: int, fates: Sequence[str]) -> None:
        self._target, self._random, self._longest, self._fates = port, random.Random(seed), longest, fates
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.is_over = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.is_over.set()
        # Wakes the thread that waits for a connection.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listening.accept()
            except OSError:
                return
            fate = self._random.choice(self._fates)
            after, pause = self._random.randrange(1_000, self._longest), self._random.choice([0, 0, 0.001, 0.01])
            threading.Thread(target=self._pass_on, args=(client, fate, after, pause), daemon=True).start()

    def _pass_on(self, client: socket.socket, fate: str, after: int, pause: float) -> None:
        with suppress(OSError), client, socket.create_connection(("127.0.0.1", self._target)) as site:
            threading.Thread(target=_answer, args=(site, client, fate), daemon=True).start()
            passed = 0
            while data := client.recv(PIECE):
                passed += len(data)
                if passed > after and fate in {"cut", "half", "hole"}:
                    site.sendall(data[: len(data) // 2])
                    if fate == "hole":
                        client.shutdown(socket.SHUT_RDWR)
                        self.is_over.wait()
                    if fate == "half":
                        site.shutdown(socket.SHUT_WR)
                        while client.recv(PIECE):
                            pass
                    break
                time.sleep(pause)
                site.sendall(data)
            site.shutdown(socket.SHUT_RDWR)


def _answer(site: socket.socket, client: socket.socket, fate: str) -> None:
    """Pass on what the site answers."""
    passed = 0
    with suppress(OSError):
        while data := site.recv(PIECE):
            passed += len(data)
            if fate == "mute" and passed > MUTE_AFTER:
                break
            client.sendall(data)
        client.shutdown(socket.SHUT_RDWR)
