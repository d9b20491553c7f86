"""A flood of log-ins, in a process of its own so that it does not slow the measuring one: started by `bench login`.

Arguments: port, certificate, people, how many at once. Each of them logs in with the right password, reads the answer
and at once logs in as somebody else; a site that is busy gets no rest. It ends when its standard input does, and prints
how many were answered, by status.
"""

import sys
import threading
from collections import Counter
from pathlib import Path

from bench.running import Browser

PASSWORD = "correct horse battery staple"  # noqa: S105 - of nobody


def main(port: int, certificate: Path, people: int, at_once: int) -> None:
    """Flood until standard input ends."""
    statuses: Counter[int] = Counter()
    over = threading.Event()
    threads = [
        threading.Thread(target=_log_in, args=(Browser(port, certificate), range(n, people, at_once), statuses, over))
        for n in range(at_once)
    ]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()
    print(dict(statuses))


def _log_in(browser: Browser, numbers: range, statuses: Counter[int], over: threading.Event) -> None:
    while not over.is_set():
        for number in numbers:
            if over.is_set():
                break
            try:
                answer = browser.post("/sign-in", {"email": f"dj{number + 1}@example.org", "password": PASSWORD})
                statuses[answer.status] += 1
            except OSError:
                statuses[0] += 1
                browser.close()
    browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
