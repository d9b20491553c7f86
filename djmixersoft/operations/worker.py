"""A worker's process: takes the jobs of its queue, one at a time, and runs each for its purpose.

Its connections to the queue have the purpose `queue` from their start; a job's own purpose is taken in the job's
transaction, on Django's connection.
"""

import asyncio
import inspect
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog

from djmixersoft.operations.refusal import Refusal

if TYPE_CHECKING:
    from procrastinate import App, JobContext
    from procrastinate.worker import Worker

    from djmixersoft.policy.jobs import Job

STOP_SECONDS = 1.5
CONCURRENCY = {"steward": 8}
PATIENCE = 3.0  # seconds to wait for a database connection; without one the worker ends, and is started again
QUEUE_OPTIONS = "-c role=p_queue -c search_path=djms -c statement_timeout=15s -c lock_timeout=5s"

log = structlog.get_logger()


def run(name: str) -> int:
    """Work as "mailer" or "steward" until told to stop; return 0 for that, 1 for anything else.

    Raises:
        Refusal: DATABASE_URL is not set.

    """
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise Refusal(f"DATABASE_URL is not set; the {name} needs the address of its own login.")
    status = asyncio.run(_work(make_queue(name, url), name))
    # A job that still waits for a mail server must not keep the process from ending; it will be done again.
    _end_soon(status)
    return status


async def _work(queue: "App", name: str) -> int:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    stopping = False

    def stop() -> None:
        nonlocal stopping
        stopping = True
        _end_soon(0)
        if task:
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        async with queue.open_async():
            log.info("worker started", worker=name)
            await queue.run_worker_async(
                queues=[name],
                name=name,
                # Jobs that block wait for each other in one thread. What ends access to Content doesn't wait for those.
                concurrency=CONCURRENCY.get(name, 1),
                delete_jobs="successful",
                shutdown_graceful_timeout=STOP_SECONDS / 2,
                install_signal_handlers=False,
                worker_middleware=[_logged],
            )
    except asyncio.CancelledError:
        if not stopping:
            raise
    except Exception as error:
        # Whatever it is, the supervisor starts a new worker.
        log.error("worker gave up", worker=name, exc_info=error)  # noqa: TRY400 - structlog takes the error itself
    log.info("worker ended", worker=name, asked=stopping)
    return 0 if stopping else 1


def _end_soon(status: int) -> None:
    timer = threading.Timer(STOP_SECONDS, os._exit, [status])
    timer.daemon = True
    timer.start()


def make_queue(name: str, url: str) -> "App":
    """Return the queue with the jobs that this process takes, and no others: those have no purpose."""
    from django.utils.module_loading import autodiscover_modules
    from procrastinate import App, RetryStrategy

    from djmixersoft.operations.hearing import Hearing
    from djmixersoft.policy.jobs import registered_jobs

    connector = Hearing(
        conninfo=url,
        kwargs={"options": QUEUE_OPTIONS, "application_name": f"djms-{name}-queue", "connect_timeout": 5},
        min_size=1,
        max_size=2,
        num_workers=1,
        timeout=PATIENCE,
        reconnect_timeout=PATIENCE,
    )
    queue = App(connector=connector)
    autodiscover_modules("jobs")
    for job in registered_jobs().values():
        if job.process == name:
            retry = RetryStrategy(max_attempts=job.tries - 1, exponential_wait=4) if job.tries > 1 else False
            task = queue.task(name=job.name, queue=name, retry=retry, pass_context=True)(_function(job))
            if job.every:
                queue.periodic(cron=job.every)(task)
    return queue


def _function(job: "Job") -> Callable[..., Any]:
    """Wrap a job's function as the queue calls it: with its context, and a periodic one with the time it was due."""
    if inspect.iscoroutinefunction(job.function):

        async def run_async(context: "JobContext", timestamp: int = 0, **ids: str) -> None:  # noqa: ARG001 - see above
            await job.function(context.app, **ids)

        return run_async

    def run_in_thread(_context: "JobContext", timestamp: int = 0, **ids: str) -> None:  # noqa: ARG001 - see above
        from django.db import connection

        try:
            job.function(**ids)
        finally:
            # The next job may come in another thread, or after hours.
            connection.close()

    return run_in_thread


async def _logged(call_next: Callable[[], Awaitable[Any]], context: "JobContext", _worker: "Worker") -> None:
    """Run a job and log how it went, by ids alone."""
    from djmixersoft.policy.jobs import registered_jobs

    began = time.monotonic()
    fields = {"job": context.job.task_name, "id": context.job.id, "attempt": context.job.attempts + 1}
    try:
        # KeyError for one that is none of ours: without a purpose it isn't run.
        known = registered_jobs()[context.job.task_name]
        await call_next()
    except Exception as error:
        log.warning("job failed", **fields, exc_info=error)
        raise
    if not known.every:
        log.info("job done", **fields, seconds=round(time.monotonic() - began, 3))
