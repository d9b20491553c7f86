"""An access to an item that is over, in every table of the lockbox: opened with a notice, read, acknowledged."""

from uuid import UUID

import psycopg

from tests.lockbox.desk import hire

ROWS = """
INSERT INTO djms.access_setting (account_id) VALUES (%(account)s);
INSERT INTO djms.access_request
       (account_id, id, staff_id, staff_role, pseudonym, items, reason, words, hours, expires, state)
VALUES (%(account)s, %(item)s, %(staff)s, 'support', %(name)s, ARRAY[%(item)s::uuid], 'asked', 'Asked.', 1, now(),
        'opened');
INSERT INTO djms.access_grant
       (account_id, id, request_id, basis, staff_id, staff_role, pseudonym, items, starts, ends, digest)
VALUES (%(account)s, %(item)s, %(item)s, 'after-notice', %(staff)s, 'support', %(name)s, 1, now(), now(), '');
INSERT INTO djms.access_grant_item (account_id, grant_id, item_id, staff_id)
VALUES (%(account)s, %(item)s, %(item)s, %(staff)s);
INSERT INTO djms.access_notice (account_id, grant_id, sent_at, acknowledged_at, acknowledged_by)
VALUES (%(account)s, %(item)s, now(), now(), %(chief)s);
INSERT INTO djms.reading (account_id, id, grant_id, item_id, staff_id, ends, closed_at)
VALUES (%(account)s, %(item)s, %(item)s, %(item)s, %(staff)s, now(), now());
INSERT INTO djms.reading_use (account_id, reading_id, what, staff_id)
VALUES (%(account)s, %(item)s, 'shown', %(staff)s)
"""


def look_inside(superuser: psycopg.Connection, account: UUID, item: UUID, chief: UUID) -> None:
    """Leave such an access to an item; `chief`: the Administrator who acknowledged it."""
    agent = hire(superuser)
    ids = {"account": account, "item": item, "chief": chief, "staff": agent.id, "name": agent.pseudonym}
    for statement in ROWS.split(";"):
        superuser.execute(statement.encode(), ids)
