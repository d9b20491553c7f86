"""Jobs: work that a process takes from its queue, each with the one purpose for which it is done.

A job's arguments name rows by their ids, and hold nothing else (rules.toml, purpose `queue`). `policy check` holds
every registered job against the rules, and a worker runs no other. Jobs may run twice: a worker that was killed leaves
its job to be done again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from djmixersoft.policy.purposes import purpose as marked

if TYPE_CHECKING:
    from procrastinate import App

Function = TypeVar("Function", bound=Callable[..., Any])

KEPT_HOURS = 30 * 24  # of jobs that failed for good, so that their reasons can be looked into
MOST_TRIES = 10

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """A kind of job: which process takes it from its queue, and for which purpose.

    `function`: called with ids as keywords; an async one gets the queue (a procrastinate `App`) first, and must not
    block. `every`: when it is due by itself, in cron's words and UTC. `tries`: how often it is tried before it counts
    as failed; the n-th pause is 4 to the power of n seconds, so 9 tries take a day.
    """

    name: str
    process: str
    purpose: str
    function: Callable[..., Any]
    every: str | None
    tries: int


_registered: dict[str, Job] = {}


def job(
    name: str, *, process: str, purpose: str, every: str | None = None, tries: int = 1
) -> Callable[[Function], Function]:
    """Registers a function of an app's jobs.py as a kind of job, and marks it with its purpose. See `Job`."""

    def register(function: Function) -> Function:
        if name in _registered:
            message = f"there are two jobs {name!r}; a job has exactly one purpose"
            raise ValueError(message)
        _registered[name] = Job(name, process, purpose, function, every, tries)
        return marked(purpose)(function)

    return register


def registered_jobs() -> dict[str, Job]:
    """Every kind of job by its name, of those jobs.py that were imported (Django's `autodiscover_modules("jobs")`)."""
    return dict(_registered)


@job("queue.rescue", process="steward", purpose="queue", every="* * * * *")
async def rescue(queue: "App") -> None:
    """Gives back to their queues the jobs of workers that were killed: no sign of life for 30 seconds."""
    from procrastinate.jobs import Status  # noqa: PLC0415 - the site registers jobs too, and runs none

    for stalled in await queue.job_manager.get_stalled_jobs():
        if stalled.attempts < MOST_TRIES:
            await queue.job_manager.retry_job(stalled)
        else:
            await queue.job_manager.finish_job(stalled, Status.FAILED, delete_job=False)
        log.warning("a worker left its job", job=stalled.task_name, id=stalled.id, attempts=stalled.attempts)


@job("queue.forget", process="steward", purpose="queue", every="17 * * * *")
async def forget(queue: "App") -> None:
    """Deletes jobs that failed or were called off long ago. Those that were done are deleted at once."""
    await queue.job_manager.delete_old_jobs(
        KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
