"""1b, 4d: nothing tells whether somebody else's row is there: no error, no count, no plan."""

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.promises.people import World
from tests.promises.trying import Attack, Attacker

if TYPE_CHECKING:
    from tests.conftest import Cluster

# What a hidden row could be betrayed by: the same statement about something that is there, and about nothing.
FOLDER = "account_id, parent_id, kind, name, added_by, changed_by"
AS_ONE = "'folder', 'x', djms.current_person(), djms.current_person()"
ORACLES = (
    ("p_self_service", "INSERT INTO djms.person_name (person_id, name) VALUES ('{person}', 'x')"),
    (
        "p_self_service",
        "INSERT INTO djms.person_name (person_id, name) VALUES ('{person}', 'x') ON CONFLICT DO NOTHING",
    ),
    ("p_self_service", "INSERT INTO djms.subscription (person_id) VALUES ('{person}')"),
    ("p_self_service", "UPDATE djms.person_name SET person_id = '{person}'"),
    ("p_self_service", "DELETE FROM djms.session WHERE person_id = '{person}'"),
    ("p_self_service", "SELECT count(*) FROM djms.person WHERE id = '{person}' OR email = '{email}'"),
    ("p_teamwork", "SELECT count(*) FROM djms.person WHERE id = '{person}' OR email = '{email}'"),
    ("p_teamwork", "INSERT INTO djms.item_key (account_id, item_id, wrapped) VALUES ('{account}', '{item}', '')"),
    ("p_teamwork", "INSERT INTO djms.item_key (account_id, item_id, wrapped) VALUES ('{mine}', '{item}', '')"),
    (
        "p_teamwork",
        "INSERT INTO djms.account_key (account_id, wrapped) VALUES ('{account}', '') ON CONFLICT DO NOTHING",
    ),
    ("p_teamwork", "UPDATE djms.account SET name = 'x' WHERE id = '{account}'"),
    ("p_teamwork", "UPDATE djms.membership SET is_administrator = true WHERE account_id = '{account}'"),
    ("p_teamwork", "DELETE FROM djms.membership WHERE account_id = '{account}' AND person_id = '{person}'"),
    ("p_teamwork", "DELETE FROM djms.item WHERE id = '{item}'"),
    ("p_teamwork", "SELECT djms.invite('{account}', 'x@example.org')"),
    ("p_teamwork", "SELECT count(*) FROM djms.membership m JOIN djms.item i USING (account_id) WHERE i.id = '{item}'"),
    ("p_teamwork", "EXPLAIN SELECT * FROM djms.item WHERE id = '{item}'"),
    ("p_teamwork", "EXPLAIN SELECT * FROM djms.item WHERE parent_id = '{item}' ORDER BY lower(name)"),
    ("p_teamwork", f"INSERT INTO djms.item ({FOLDER}) VALUES ('{{mine}}', '{{item}}', {AS_ONE})"),
    ("p_teamwork", f"INSERT INTO djms.item ({FOLDER}) VALUES ('{{account}}', '{{item}}', {AS_ONE})"),
    ("p_teamwork", f"INSERT INTO djms.item ({FOLDER}, id) VALUES ('{{mine}}', NULL, {AS_ONE}, '{{item}}')"),
    ("p_teamwork", "UPDATE djms.item SET parent_id = '{item}'"),
    ("p_teamwork", "UPDATE djms.item SET trashed_with = '{item}', parent_id = NULL"),
    ("p_teamwork", "INSERT INTO djms.item_tag (account_id, item_id, tag) VALUES ('{mine}', '{item}', 'x')"),
    ("p_teamwork", "INSERT INTO djms.item_tag (account_id, item_id, tag) VALUES ('{account}', '{item}', 'x')"),
    ("p_teamwork", "INSERT INTO djms.item_term VALUES ('{account}', 1, '{item}', 'x') ON CONFLICT DO NOTHING"),
    (
        "p_teamwork",
        (
            "INSERT INTO djms.blob (account_id, id, item_id, sealed_size, sealed_sha256)"
            " VALUES ('{mine}', '{blob}', '{own}', 1, '')"
        ),
    ),
    (
        "p_teamwork",
        (
            "INSERT INTO djms.blob (account_id, id, item_id, sealed_size, sealed_sha256)"
            " VALUES ('{account}', '{blob}', '{item}', 1, '') ON CONFLICT (id) DO NOTHING"
        ),
    ),
    (
        "p_teamwork",
        (
            "INSERT INTO djms.upload (account_id, id, name, size, wrapped, added_by, expires)"
            " SELECT '{mine}', '{upload}', 'x', 1, '', djms.current_person(), now()"
        ),
    ),
    (
        "p_teamwork",
        (
            "INSERT INTO djms.share (account_id, item_id, has_password, created_by, expires)"
            " SELECT '{mine}', '{item}', false, djms.current_person(), now()"
        ),
    ),
    (
        "p_teamwork",
        "INSERT INTO djms.share_secret (account_id, share_id, token_hash) VALUES ('{mine}', '{share}', sha256('x'))",
    ),
    (
        "p_teamwork",
        "INSERT INTO djms.share_secret (account_id, share_id, token_hash) VALUES ('{account}', '{share}', sha256('x'))",
    ),
    ("p_teamwork", "DELETE FROM djms.upload WHERE id = '{upload}'"),
    ("p_teamwork", "UPDATE djms.share SET revoked_at = now() WHERE id = '{share}'"),
    ("p_self_service", "DELETE FROM djms.api_token WHERE person_id = '{person}'"),
    ("p_self_service", "SELECT djms.make_api_token('guess', sha256('x'), 'x', true, '{account}', 9)"),
    ("p_sharing", "SELECT djms.linked('{item}')"),
    ("p_sharing", "SELECT djms.note_share_use('{item}', 'looked')"),
    ("p_sharing", "SELECT count(*) FROM djms.item WHERE account_id = '{account}' OR id = '{item}'"),
    ("p_sharing", "SELECT * FROM djms.look_at_share('{share}', false)"),
    ("p_sharing", "SELECT djms.open_share('{share}', 'guess', 'x')"),
    ("p_teamwork", "EXPLAIN SELECT * FROM djms.person WHERE email = '{email}' OR id = '{person}'"),
    ("p_teamwork", "EXPLAIN SELECT * FROM djms.account WHERE id <= '{account}'"),
)


def blob_of(world: World) -> object:
    with world.superuser() as superuser:
        return next(iter(superuser.execute("SELECT id FROM djms.blob WHERE account_id = %s", [world.b.id])))[0]


@pytest.mark.parametrize(("role", "template"), ORACLES)
def test_a_statement_about_somebody_elses_row_ends_like_one_about_no_row(
    cluster: "Cluster", world: World, role: str, template: str
) -> None:
    there: dict[str, object] = {
        "person": world.carol.id,
        "email": world.carol.email,
        "account": world.b.id,
        "item": world.b.crate.folder,
        "blob": blob_of(world),
        "upload": world.b.crate.upload,
        "share": world.b.crate.shared.id,
    }
    not_there: dict[str, object] = {name: uuid4() for name in there} | {"email": f"x{world.carol.email[1:]}"}
    token = world.a.crate.shared.secret if role == "p_sharing" else world.alice.token
    with Attacker(cluster.url("djms_site")) as attacker:
        ends = []
        for guess in (there, not_there):
            sql = template.format(mine=world.a.id, own=world.a.items[0], **guess)
            outcome = attacker.run(Attack(sql, role=role, token=token, kept=False))
            text = outcome.text().decode()
            for value in guess.values():
                text = text.replace(str(value), "…")
            ends.append((outcome.state, outcome.rows, text))
    assert ends[0] == ends[1]


def test_the_planners_estimates_give_no_hidden_value_away(world: World) -> None:
    with world.superuser() as database, database.transaction(force_rollback=True):
        database.execute(
            "INSERT INTO djms.person (email) SELECT 'p' || i || '@many.example' FROM generate_series(1, 3000) i"
        )
        database.execute(
            "INSERT INTO djms.person_name SELECT id, 'Most Common' FROM djms.person WHERE email ~ 'many' LIMIT 900"
        )
        database.execute("SET LOCAL session_replication_role = replica")
        database.execute(
            "INSERT INTO djms.item (account_id, kind, name, added_by, changed_by)"
            " SELECT %(b)s, 'folder', 'p' || i || '@' || i, %(carol)s, %(carol)s FROM generate_series(1, 3000) i",
            {"b": world.b.id, "carol": world.carol.id},
        )
        database.execute("ANALYZE djms.person, djms.person_name, djms.item")
        database.execute("SET LOCAL SESSION AUTHORIZATION djms_site")
        database.execute(
            "SELECT set_config('role', 'p_teamwork', true), set_config('djms.token', %s, true)", [world.alice.token]
        )
        for table, column, values in (
            ("person", "email", ("p1@", "p2@", "p29@", "p5@", "zzzz")),
            ("person_name", "name", ("Most Common", "Most Rare")),
            ("item", "name", ("p1@", "p2@", "p29@", "p5@", "zzzz")),
            ("item", "lower(name)", ("p1@", "p2@", "p29@", "p5@", "zzzz")),
        ):
            for operator in ("<", ">=", "="):
                plans = set()
                for value in values:
                    plan = database.execute(
                        f"EXPLAIN SELECT * FROM djms.{table} WHERE {column} {operator} '{value}'".encode()
                    )
                    plans.add("\n".join(line for (line,) in plan).replace(value, "…"))
                assert len(plans) == 1, f"{column} {operator} … is estimated by hidden values"
