"""1b: the queue that the mailer and the steward share takes ids and numbers: no words about people, from either.

(Whoever holds a login can spell things in made-up ids. SECURITY.md says so.)
"""

import json
from typing import TYPE_CHECKING

import pytest
from django.utils.module_loading import autodiscover_modules
from psycopg.types.json import Jsonb

from djmixersoft.policy.jobs import registered_jobs
from djmixersoft.policy.loading import load
from tests.promises.acting import Acting, acting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster

QUEUE = next(use for use in load().uses if use.purpose == "queue")
ID = "0b8f7d1e-7a9c-4a53-9b0e-2f6d1c3e4a5b"
SOMEBODY = "alice@quetzal.example"
HELD_BACK = "23514"  # a check constraint's
ADD = "INSERT INTO djms.procrastinate_jobs (queue_name, task_name, args) VALUES ('mailer', 'mail.send', %s)"
DEFER = (
    "SELECT djms.procrastinate_defer_jobs_v1(ARRAY[ROW('mailer', 'mail.send', 0, NULL, NULL, %s, NULL)"
    "::djms.procrastinate_job_to_defer_v1])"
)
CHANGE = "UPDATE djms.procrastinate_jobs SET args = %s"
FITTING: tuple[object, ...] = (
    {},
    {"message": ID},
    {"timestamp": 1_795_000_000},
    {"account": ID, "item": ID},
    {"message": ID, "part": 0},
)
SMUGGLED: tuple[object, ...] = (
    {"message": SOMEBODY},
    {"message": f"{ID} {SOMEBODY}"},
    {"message": f"{ID}\n{SOMEBODY}"},
    {"message": ID.upper()},
    {"message": {"to": SOMEBODY}},
    {"message": [ID, SOMEBODY]},
    {"message": [ID]},
    {"message": None},
    {"message": True},
    {"message": ""},
    {SOMEBODY: ID},
    {"Alice": 1},
    {"": 1},
    {"message": ID, "recipient": SOMEBODY},
    {"message": 0.8465736},
    {"message": -1},
    {"message": 10**12},
    {"message": 10**300},
    {f"id_{letter}": ID for letter in "abcdef"},
    [SOMEBODY],
    [{"message": ID}],
    SOMEBODY,
    7,
    None,
)


@pytest.fixture(params=("mailer", "steward"))
def worker(cluster: "Cluster", request: pytest.FixtureRequest) -> "Iterator[Acting]":
    """Act as somebody who has got hold of a worker's login, with a job in the queue."""
    with acting(cluster.url(f"djms_{request.param}"), "p_queue") as worker:
        assert worker.changed(ADD, Jsonb({"message": ID})) == 1
        yield worker


@pytest.mark.parametrize("arguments", FITTING, ids=json.dumps)
def test_ids_and_numbers_fit(worker: Acting, arguments: object) -> None:
    for statement in (ADD, DEFER, CHANGE):
        assert worker.refusal(statement, Jsonb(arguments)) == ""


@pytest.mark.parametrize("arguments", SMUGGLED, ids=lambda one: json.dumps(one)[:60])
def test_nothing_else_fits(worker: Acting, arguments: object) -> None:
    for statement in (ADD, DEFER, CHANGE):
        assert worker.refusal(statement, Jsonb(arguments)) == HELD_BACK


def test_no_other_column_of_the_queue_takes_words_either(worker: Acting) -> None:
    columns = worker.rows(
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = 'djms'::regnamespace AND c.relname = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped"
        " AND a.atttypid = ANY ('{text,varchar,bpchar,bytea,json,jsonb,xml,name}'::regtype[])",
        list(QUEUE.tables),
    )
    assert len(columns) == 7
    worker.changed(
        "INSERT INTO djms.procrastinate_periodic_defers (task_name, defer_timestamp) VALUES ('mail.rescue', 1)"
    )
    for table, column in columns:
        value = "to_jsonb(%s::text)" if column == "args" else "%s"
        for words in (SOMEBODY, "alice", "Alice Quetzal", f"mail.send {SOMEBODY}", f"mail.send\n{SOMEBODY}"):
            if (column, words) == ("queue_name", "alice"):
                continue  # no more than any other short word
            assert worker.refusal(f"UPDATE djms.{table} SET {column} = {value}", words) == HELD_BACK, (table, column)


def test_every_kind_of_job_has_a_name_that_fits(worker: Acting) -> None:
    autodiscover_modules("jobs")
    assert len(registered_jobs()) > 4
    for name, job in registered_jobs().items():
        sql = "INSERT INTO djms.procrastinate_jobs (queue_name, task_name) VALUES (%s, %s)"
        assert worker.refusal(sql, job.process, name) == ""
