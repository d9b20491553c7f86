"""1f: what is entered into documents and files is Content, whether or not it identifies anyone."""

from typing import TYPE_CHECKING

from djmixersoft.policy.loading import load
from tests.promises.acting import acting
from tests.promises.people import A, B

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

CONTENT = load().categories["content"].tables


def test_what_a_file_is_named_is_content_and_under_its_rules(cluster: "Cluster", world: "World") -> None:
    rules = load()
    assert {"item", "item_key", "account_key", "item_tag", "item_comment", "item_data", "share"} <= set(CONTENT)
    uses = [use for use in rules.uses if use.category == "content"]
    assert {use.purpose for use in uses} == {"teamwork", "sharing", "support", "legal-process"}
    ours = [use for use in uses if rules.purposes[use.purpose].staff]
    assert {(use.rows, use.may) for use in ours} <= {("unlocked", ("read",)), ("opened", ("read",))}, "clause 4"
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token) as alice:
        names = {name for (name,) in alice.rows("SELECT name FROM djms.item")}
    assert len(names) == len(world.a.items)
    assert all(A in name and B not in name for name in names)


def test_every_content_table_has_its_rows_forced_under_policies(world: "World") -> None:
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'djms'::regnamespace AND relname = ANY(%s)",
            [list(CONTENT)],
        ).fetchall()
    assert sorted(rows) == sorted((table, True, True) for table in CONTENT)


def test_even_the_tables_owner_reads_no_content(cluster: "Cluster", world: "World") -> None:
    with acting(cluster.url("djms_owner"), token=world.alice.token) as owner:
        for table in CONTENT:
            assert owner.rows(f"SELECT * FROM djms.{table}") == []
            assert owner.changed(f"DELETE FROM djms.{table}") == 0


def test_no_purpose_but_a_crews_own_work_and_its_links_reaches_content(cluster: "Cluster", world: "World") -> None:
    with acting(cluster.url("djms_site"), token=world.alice.token) as site:
        assert site.refusal("SET LOCAL ROLE p_sharing") == ""
        for table in CONTENT:
            assert site.refusal(f"SELECT account_id FROM djms.{table}") == "42501"
            assert site.refusal(f"DELETE FROM djms.{table}") == "42501"
        for role in ("none", "p_visiting", "p_sign_in", "p_self_service"):
            assert site.refusal(f"SET LOCAL ROLE {role}") == ""
            for table in CONTENT:
                assert site.refusal(f"SELECT * FROM djms.{table}") == "42501"
                assert site.refusal(f"DELETE FROM djms.{table}") == "42501"
