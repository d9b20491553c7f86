"""How a worker hears of new jobs: by PostgreSQL's NOTIFY, which every login may send, with whatever words it likes."""

import json
from collections.abc import Iterable
from contextlib import suppress

from procrastinate import PsycopgConnector
from procrastinate.connector import Notify


class Hearing(PsycopgConnector):
    """Hears that there is a new job, and nothing else: not what is no notification, nor that a job is to be aborted."""

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Listen as the library does, which ends with the first word that it doesn't understand."""

        async def heard(*, channel: str, payload: str) -> None:
            if _is_new_job(payload):
                await on_notification(channel=channel, payload=payload)

        await super().listen_notify(heard, channels)


def _is_new_job(payload: str) -> bool:
    with suppress(ValueError, RecursionError):
        told = json.loads(payload)
        return isinstance(told, dict) and told.get("type") == "job_inserted" and isinstance(told.get("job_id"), int)
    return False
