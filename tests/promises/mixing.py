"""Hostile calls of every door, and the mixing of all attacks; see hostile.py."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from uuid import UUID

from djmixersoft.policy.rules import Rules
from tests.promises.hostile import CATALOGS, READS, SETTINGS, WRITES
from tests.promises.people import World
from tests.promises.trying import Attack

CALLS, OWN_ROLES, OWN_TABLES, READ_ONLY = 0.25, 0.75, 0.5, 0.5  # shares of all attacks
FAMILIES = (READS, WRITES, CATALOGS, READS, WRITES)
DOORS = "SELECT p.proname, oidvectortypes(p.proargtypes) FROM pg_proc p WHERE pronamespace = 'djms'::regnamespace"


@dataclass
class Mix:
    """What the templates' fields become: seeded choices among names, ids and values, of Carol and account B mostly.

    `roles`: those that the login may take; `within_reach`: the tables of which these may do something with some rows.
    """

    chance: random.Random
    world: World
    rules: Rules
    columns: dict[str, list[str]]
    doors: list[tuple[str, str]]
    roles: list[str]
    within_reach: list[str]

    def fill(self, template: str) -> str:
        """Put a choice into each field of a template."""
        table = self.table()
        return template.format(
            table=table,
            table2=self.table(),
            column=self.chance.choice(self.columns[table]),
            role=self.role(),
            login=self.chance.choice(["djms_site", "djms_mailer", "djms_steward", "djms_owner", "postgres"]),
            word=self.chance.choice(["k", "kook", "q", "zz", "wom"]),
            number=self.chance.randrange(1, 30),
            id=self.id(),
            account=self.chance.choice([self.world.b.id, self.world.b.id, UUID(int=self.chance.getrandbits(128))]),
            person=self.chance.choice([self.world.carol.id, self.world.stranger.id]),
            forged=self.forged(),
        )

    def table(self) -> str:
        near = self.within_reach and self.chance.random() < OWN_TABLES
        return self.chance.choice(self.within_reach if near else self.rules.tables())

    def role(self) -> str:
        return self.chance.choice(
            [
                *(purpose.role for purpose in self.rules.purposes.values()),
                *("djms_door", "djms_owner", "postgres", "pg_read_all_data", "pg_monitor", "none"),
            ]
        )

    def id(self) -> UUID:
        b, crate = self.world.b, self.world.b.crate
        ids = [b.id, *b.items, b.invitation_id, crate.upload, crate.shared.id, crate.locked.id]
        return self.chance.choice([*ids, self.world.carol.id, self.world.stranger.id])

    def forged(self) -> str:
        """A token that is nobody's: empty, made up, a hash instead of a token, SQL, an id."""
        carol = self.world.carol
        made_up = f"{self.chance.getrandbits(256):064x}"
        return self.chance.choice(["", made_up, carol.token_hash.hex(), "x'' OR true", str(carol.id), carol.email, "%"])

    def argument(self, kind: str) -> str:
        """Something that a door with an argument of this type would rather not get."""
        b, carol = self.world.b, self.world.carol
        if kind == "uuid":
            values = [f"'{b.id}'::uuid", f"'{carol.id}'::uuid", "gen_random_uuid()"]
        elif kind == "bytea":
            values = [
                "sha256('x')",
                "''::bytea",
                f"'\\x{carol.token_hash.hex()}'::bytea",
                "convert_to(repeat('x', 9999), 'UTF8')",
            ]
        elif kind in {"integer", "bigint"}:
            values = ["0", "-1", "2147483647", "1"]
        elif kind == "boolean":
            values = ["true", "false"]
        elif kind == "interval":
            values = ["'-1 year'::interval", "'0'::interval", "'9999 years'::interval"]
        elif kind == "text":
            values = [
                f"'{carol.email}'",
                f"'{self.forged()}'",
                "'%'",
                "''",
                "repeat('x', 100000)",
                "'password'",
                "'email'",
            ]
            values += [f"'{b.crate.shared.id}'", "'looked'", "'altered'"]
            values += [f"'{b.invitation_id}'", "chr(1)||'''--'", "current_setting('djms.token', true)"]
        else:
            return f"NULL::{kind}" if kind else ""
        return self.chance.choice([*values, f"NULL::{kind}"])

    def call(self) -> str:
        """A call of some door, or of a library's function, in one of the places where a call can stand."""
        name, kinds = self.chance.choice(self.doors)
        arguments = ", ".join(self.argument(kind.strip()) for kind in kinds.split(",")) if kinds else ""
        call = f"djms.{name}({arguments})"
        return self.chance.choice(
            [
                f"SELECT * FROM {call} t",
                f"SELECT {call}",
                f"SELECT t::text FROM {call} t",
                f"CALL {call}",
                f"SELECT * FROM djms.{self.table()} WHERE {call}::text IS NOT NULL",
                f"EXPLAIN (ANALYZE, VERBOSE) SELECT {call}",
                f"DO $x$ BEGIN PERFORM {call}; EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', SQLERRM; END $x$",
            ]
        )


def mix(world: World, rules: Rules, process: str, seed: int) -> Mix:
    """Make the mix for a world and a process's login, of the tables and doors that the database has."""
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT c.relname, array_agg(a.attname::text ORDER BY attnum) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped"
            " WHERE c.relnamespace = 'djms'::regnamespace AND relkind = 'r' GROUP BY 1"
        ).fetchall()
        doors = superuser.execute(DOORS + " ORDER BY 1, 2").fetchall()
    purposes = {purpose.name: purpose.role for purpose in rules.purposes.values() if process in purpose.process}
    tables = sorted({table for use in rules.uses if use.purpose in purposes for table in use.tables})
    return Mix(random.Random(seed), world, rules, dict(rows), doors, list(purposes.values()), tables)


def attacks(mixed: Mix, count: int, *, tokens: Sequence[str], kept: bool, bearer: str = "") -> Iterator[Attack]:
    """`count` attacks, each with some token of `tokens`, mostly as a role that the login may take.

    `bearer`: a program's token that is shown as well; then half of the transactions begin as read only.

    Calls of doors are never kept: to try passwords and ask for mails is anybody's right, and counted. Nor is what is
    done to the queue of jobs, which is the workers' to change.
    """
    chance = mixed.chance
    templates = cycle([template for family in FAMILIES for template in chance.sample(family, len(family))])
    for _ in range(count):
        is_call = chance.random() < CALLS
        sql = mixed.call() if is_call else mixed.fill(next(templates))
        settings = tuple(mixed.fill(one) for one in chance.choices(SETTINGS, k=chance.choice([0, 0, 1, 1, 2])))
        role = (
            chance.choice(mixed.roles)
            if mixed.roles and chance.random() < OWN_ROLES
            else mixed.role().replace("none", "")
        )
        queue = any("p_queue" in part for part in (role, sql, *settings))
        yield Attack(
            sql=sql,
            role=role,
            token=chance.choice(tokens),
            bearer=bearer,
            begin="BEGIN READ ONLY" if bearer and chance.random() < READ_ONLY else "BEGIN",
            named=chance.choice(["", "", str(mixed.id()), "%", "not-a-uuid"]),
            settings=settings,
            kept=kept and not is_call and not queue,
        )
