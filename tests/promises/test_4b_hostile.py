"""4b: the desk's login, signed in, with all its purposes and one item unlocked, gets at nothing else by any SQL.

5,000 statements with DJMS_LONG=1, some hundred otherwise.
"""

import random
import re
from typing import TYPE_CHECKING

from djmixersoft.policy.loading import load
from tests.lockbox.desk import ROLE, Desk
from tests.lockbox.opening import granted, seen_by
from tests.promises.mixing import attacks, mix
from tests.promises.trying import IS_LONG, Attack, Attacker

if TYPE_CHECKING:
    from uuid import UUID

    from tests.conftest import Cluster
    from tests.promises.people import World

HALF, MOSTLY = 0.5, 0.75
ITEM = re.compile(r"\bFROM djms\.item\b")
READABLE = "FROM (SELECT account_id, id, kind, name, size, sha256, media_type, blob_id FROM djms.item)"
"""Of an item the desk may read these columns only, so that most statements would be refused before they see a row."""
COUNT = 5_000 if IS_LONG else 800


def test_by_no_statement_does_the_desk_see_more_than_what_is_unlocked(cluster: "Cluster", world: "World") -> None:
    desk = Desk(cluster.url("djms_desk"))
    with granted(cluster, world) as access, world.superuser() as superuser:
        item = access.items[0]
        outcome, reading = desk.unlock(access.agent, access.account, access.grant, item)
        assert (outcome, desk.note(access.agent, reading)) == ("unlocked", "noted")
        names: dict[UUID, str] = dict(superuser.execute("SELECT id, name FROM djms.item").fetchall())
        keys = superuser.execute(
            "SELECT encode(wrapped, 'hex') FROM djms.item_key WHERE item_id <> %s"
            " UNION ALL SELECT encode(wrapped, 'hex') FROM djms.account_key WHERE account_id <> %s",
            [item, access.account],
        ).fetchall()
        hidden = {f"the name of {one}": name.encode() for one, name in names.items() if one != item}
        hidden |= {f"key {number}": key.encode() for number, (key,) in enumerate(keys)}
        mixed = mix(world, load(), "desk", 41)
        mixed.within_reach = [*["item"] * 5, "item_key", "account_key", "reading", "access_grant", "access_grant_item"]
        tried = [
            Attack(
                ITEM.sub(READABLE, one.sql) if chance < HALF else one.sql,
                role=ROLE["support"] if chance < MOSTLY else one.role,
                token=access.agent.token,
                named=str(reading),
                begin=one.begin,
                settings=() if chance < HALF else one.settings,
                kept=False,
            )
            for one, chance in zip(
                attacks(mixed, COUNT, tokens=[access.agent.token], kept=False),
                iter(random.Random(41).random, 2),
                strict=False,
            )
        ]
        with Attacker(desk.url) as attacker:
            tally = attacker.run_all(tried, hidden, [names[item].encode()])
        assert tally.ran == COUNT
        assert tally.breaches == []
        assert tally.seen[names[item].encode()] > COUNT / 200, "what is unlocked must show, or nothing was tried"
        assert seen_by(desk, access, reading) == "1"
        assert seen_by(desk, access, "") == "42501"
