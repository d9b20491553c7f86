"""Doing things at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Do things at the same moment, each with a connection of its own; their answers."""
    barrier, answers = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run(number: int, task: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            answers[number] = task()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number, task)) for number, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
