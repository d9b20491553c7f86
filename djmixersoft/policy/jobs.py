"""Jobs and their purposes: each has exactly one, and runs in the process of its queue. `policy check` sees to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Marked = TypeVar("Marked", bound=Callable[..., Any])


@dataclass(frozen=True)
class Job:
    """A registered job: the worker that runs it (also the name of its queue), and its purpose."""

    process: str
    purpose: str


_REGISTERED: dict[str, Job] = {}


def job(name: str, *, process: str, purpose: str) -> Callable[[Marked], Marked]:
    """Registers a function as the job of a name, which no other job may have."""

    def register(function: Marked) -> Marked:
        if name in _REGISTERED:
            message = f"two jobs are named {name!r}"
            raise ValueError(message)
        _REGISTERED[name] = Job(process, purpose)
        return function

    return register


def registered_jobs() -> dict[str, Job]:
    """Every job by name. Apps register theirs in their `jobs.py`."""
    return dict(_REGISTERED)
