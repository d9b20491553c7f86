"""An access to an item that is over, in every table of the lockbox: opened with a notice, read, acknowledged."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import psycopg

from tests.lockbox.desk import hire

# Somebody demanded that, once as one may tell, and once as nobody may be told yet.
DEMANDED = """
INSERT INTO djms.legal_process
       (account_id, id, kind, authority, reference, obliges, telling, silent_until, silent_since, known_from,
        recorded_by, recorder, confirmed_by, confirmer, confirmed_at)
VALUES (%(account)s, %(process)s, 'warrant', 'A court', '7', 'Hand it over.', 'after', %(until)s, %(since)s,
        coalesce(%(until)s, now()), %(staff)s, %(name)s, gen_random_uuid(), 'Another', now());
INSERT INTO djms.legal_item (account_id, process_id, item_id) VALUES (%(account)s, %(process)s, %(item)s);
INSERT INTO djms.legal_silence (account_id, process_id, until, words, asked_by, asker)
VALUES (%(account)s, %(process)s, now() + interval '90 days', 'A court says so.', %(staff)s, %(name)s);
INSERT INTO djms.legal_document (account_id, process_id, name, size, sha256, sealed, wrapped)
VALUES (%(account)s, %(process)s, 'order.pdf', 1, '', '', '');
INSERT INTO djms.access_request
       (account_id, id, staff_id, staff_role, pseudonym, process_id, items, reason, words, hours, expires, state,
        forget_from)
VALUES (%(account)s, %(process)s, %(staff)s, 'legal', %(name)s, %(process)s, ARRAY[%(item)s::uuid], 'legal',
        'Demanded.', 1, now(), 'opened', null);
INSERT INTO djms.access_grant
       (account_id, id, request_id, basis, staff_id, staff_role, pseudonym, items, starts, ends, digest)
VALUES (%(account)s, %(process)s, %(process)s, 'legal', %(staff)s, 'legal', %(name)s, 1, now(), now(), '');
INSERT INTO djms.access_grant_item (account_id, grant_id, item_id, staff_id)
VALUES (%(account)s, %(process)s, %(item)s, %(staff)s);
INSERT INTO djms.access_notice (account_id, grant_id, not_before, sent_at, acknowledged_at, acknowledged_by)
VALUES (%(account)s, %(process)s, coalesce(%(until)s, now()), %(sent)s, %(sent)s, %(seen)s);
INSERT INTO djms.reading (account_id, id, grant_id, item_id, staff_id, ends, closed_at)
VALUES (%(account)s, %(process)s, %(process)s, %(item)s, %(staff)s, now(), now());
INSERT INTO djms.reading_use (account_id, reading_id, what, staff_id)
VALUES (%(account)s, %(process)s, 'disclosed', %(staff)s);
INSERT INTO djms.legal_export (account_id, process_id, grant_id, staff_id)
VALUES (%(account)s, %(process)s, %(process)s, %(staff)s)
"""
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
VALUES (%(account)s, %(item)s, 'shown', %(staff)s);
INSERT INTO djms.approval_key (account_id, id, credential_id, public_key, spki, name, sealed, verifier, added_by,
                               admitted_at, ends_at)
VALUES (%(account)s, %(item)s, uuid_send(%(item)s), '', '', 'an old key', '', sha256(uuid_send(%(item)s)), %(chief)s,
        now(), now());
INSERT INTO djms.approval_statement (account_id, digest, about, person_id, statement, expires)
VALUES (%(account)s, '\\x00', 'after-notice', %(chief)s, '', 'infinity');
INSERT INTO djms.parting_notice (person_id, account_name, staff_role, pseudonym, items, began, ends, sent_at)
VALUES (%(chief)s, 'One that is gone', 'support', %(name)s, 1, now(), now(), now())
"""


def look_inside(superuser: psycopg.Connection, account: UUID, item: UUID, chief: UUID) -> None:
    """Leave such an access to an item; `chief`: the Administrator who acknowledged it."""
    agent = hire(superuser)
    ids = {"account": account, "item": item, "chief": chief, "staff": agent.id, "name": agent.pseudonym}
    for statement in ROWS.split(";"):
        superuser.execute(statement.encode(), ids)
    now = datetime.now(UTC)
    for until in (None, now + timedelta(days=30)):
        told = {"sent": None if until else now, "seen": None if until else chief, "since": now if until else None}
        for statement in DEMANDED.split(";"):
            given = {**ids, **told, "process": uuid5(item, str(until is None)), "until": until}
            superuser.execute(statement.encode(), given)
