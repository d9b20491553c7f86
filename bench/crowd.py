"""The people, accounts and items of a benchmark: seeded, set-based, made by the superuser around the row policies.

Skew as in life: a few accounts hold thousands of items and hundreds of members, most hold some dozens and a handful;
most people are in one account, some in several.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import psycopg

PEOPLE = 100_000
ACCOUNTS = 10_000
ITEMS = 1_000_000
SIGNED_IN = 2_000

# The same id for the same number in every run: the data is equal, and so is where it lies in the indexes.
_IDS = """
create function pg_temp.uid(kind text, n bigint) returns uuid language sql immutable as
  $$ select encode(substr(sha256(convert_to(kind || n, 'UTF8')), 1, 16), 'hex')::uuid $$;
"""
_PEOPLE = """
insert into person (id, email, created_at)
select pg_temp.uid('person', n), 'dj' || n || '@example.org', now() - n * interval '1 minute'
  from generate_series(1, %(people)s) n;
insert into person_name (person_id, name)
select pg_temp.uid('person', n), 'DJ ' || n from generate_series(1, %(people)s) n where n %% 3 > 0;
insert into terms_agreement (person_id, version)
select pg_temp.uid('person', n), '2026-11-23' from generate_series(1, %(people)s) n;
insert into account (id, name)
select pg_temp.uid('account', n), 'Crew ' || n from generate_series(1, %(accounts)s) n;
"""
# Everybody is in the account that their number falls to; every fifth is in a second one, every 25th in a third.
_MEMBERS = """
create temp table seat as
select person, place,
       1 + floor(%(accounts)s * power((hashint8(person * 3 + place) + 2147483648.0) / 4294967297.0, 1.5))::bigint
       as account
  from generate_series(1, %(people)s) person, generate_series(0, 2) place
 where place = 0 or (place = 1 and person %% 5 = 0) or (place = 2 and person %% 25 = 0);
insert into membership (account_id, person_id, is_administrator, since)
select pg_temp.uid('account', account), pg_temp.uid('person', person), bool_or(place = 0 and person %% 4 = 0),
       now() - person * interval '1 minute'
  from seat group by account, person;
insert into membership (account_id, person_id, is_administrator, since)
select pg_temp.uid('account', n), pg_temp.uid('person', n), true, now() - n * interval '1 minute'
  from generate_series(1, %(accounts)s) n
on conflict (account_id, person_id) do update set is_administrator = true;
create temp table member_of as
select account_id, person_id, row_number() over (partition by account_id order by person_id) - 1 as place,
       count(*) over (partition by account_id) as size from membership;
create index on member_of (account_id, place);
"""
_ITEMS = """
insert into item (account_id, id, name, size, sha256, media_type, added_by, added_at, blob_id, changed_by, changed_at)
select m.account_id, pg_temp.uid('item', n), 'Track ' || n || '.flac', 1000000 + n,
       sha256(convert_to(n::text, 'UTF8')), 'audio/flac', m.person_id,
       timestamptz '2026-01-01' + n * interval '10 seconds', pg_temp.uid('blob', n), m.person_id,
       timestamptz '2026-01-01' + n * interval '10 seconds'
  from (select n, 1 + floor(%(accounts)s * power((hashint8(n) + 2147483648.0) / 4294967297.0, 3))::bigint as account
          from generate_series(1, %(items)s) n) i
  join lateral (select pg_temp.uid('account', i.account) as id) a on true
  join member_of m on m.account_id = a.id
   and m.place = i.n %% (select size from member_of where account_id = a.id and place = 0);
insert into item_key (account_id, item_id, wrapped) select account_id, id, sha256 || sha256 from item;
"""
_SESSIONS = """
insert into session (token_hash, person_id, device, stays, expires)
select sha256(convert_to('token-' || n || '-' || place, 'UTF8')), pg_temp.uid('person', n), 'Firefox on Linux', true,
       now() + interval '10 years'
  from generate_series(1, %(people)s) n, generate_series(1, 2) place where place = 1 or n %% 4 = 0;
"""


@dataclass(frozen=True)
class Browser:
    """Somebody signed in, with an account that they administer, and an item in it."""

    token: str
    account_id: UUID
    item_id: UUID


def fill(url: str, *, people: int = PEOPLE, accounts: int = ACCOUNTS, items: int = ITEMS) -> None:
    """Fill an empty database; `url` is the superuser's, whose statements no row policy and no trigger sees."""
    sizes = {"people": people, "accounts": accounts, "items": items}
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("set search_path = djms")
        connection.execute("set work_mem = '128MB'")
        connection.execute(_IDS)
        for block in (_PEOPLE, _MEMBERS, _ITEMS, _SESSIONS):
            for statement in block.strip().split(";\n"):
                connection.execute(statement.encode(), sizes, prepare=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum (analyze)")
        connection.execute("checkpoint")


def browsers(url: str, count: int = SIGNED_IN, *, people: int = PEOPLE) -> list[Browser]:
    """People to measure with, the same in each run: some of all, each with an account that they administer."""
    return list(_browsers(url, count, people))


def _browsers(url: str, count: int, people: int) -> Iterator[Browser]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            b"""
            select distinct on (p.n) p.n, i.account_id, i.id
              from (select n, (select id from djms.person where email = 'dj' || n || '@example.org') as id
                      from (select 4 * (1 + (k * 48271::bigint) %% %s) as n from generate_series(1, %s) k) numbers) p
              join djms.membership m on m.person_id = p.id and m.is_administrator
              join lateral (select account_id, id from djms.item where account_id = m.account_id
                             order by id limit 1) i on true
             order by p.n, i.account_id
            """,
            (people // 4, count),
        )
        for number, account_id, item_id in rows:
            yield Browser(f"token-{number}-1", account_id, item_id)


def in_the_largest(url: str) -> Browser:
    """The first person, who administers the account with the most items, and one that is neither first nor last."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            b"with largest as (select account_id, count(*) as size from djms.item group by 1 order by 2 desc limit 1)"
            b" select split_part(substr(p.email, 3), '@', 1), l.account_id,"
            b" (select i.id from djms.item i where i.account_id = l.account_id order by i.id offset l.size / 2 limit 1)"
            b" from largest l join djms.membership m on m.account_id = l.account_id and m.is_administrator"
            b" join djms.person p on p.id = m.person_id order by p.created_at desc limit 1"
        )
        for number, account_id, item_id in rows:
            return Browser(f"token-{number}-1", account_id, item_id)
    message = "there is no account"
    raise RuntimeError(message)


def people_of(connection: psycopg.Connection, tokens: list[str]) -> list[tuple[str, UUID]]:
    """Who holds each token."""
    return connection.execute(
        b"select t.token, s.person_id from unnest(%s::text[]) t (token)"
        b" join djms.session s on s.token_hash = sha256(convert_to(t.token, 'UTF8'))",
        (tokens,),
    ).fetchall()
