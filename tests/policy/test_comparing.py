"""A login that owns nothing sees by itself where the running database is not what the rules say."""

from typing import TYPE_CHECKING

import pytest

from djmixersoft.policy.catalog import read
from djmixersoft.policy.check import catalog_faults, tables_at_fault
from djmixersoft.policy.comparing import compare
from djmixersoft.policy.loading import load
from tests.policy.test_drift import NAMED, REPAIRED

if TYPE_CHECKING:
    import psycopg

    from tests.policy.conftest import Bent


def auditor(bent: "Bent") -> "psycopg.Connection":
    """Become the login that runs the probes."""
    bent.connection.execute("RESET SESSION AUTHORIZATION")
    bent.connection.execute("SET LOCAL SESSION AUTHORIZATION djms_auditor")
    return bent.connection


def test_a_database_that_is_as_the_rules_say_differs_in_nothing(bent: "Bent") -> None:
    found = compare(auditor(bent), load())
    assert found.differing == []
    kinds = {"role", "member", "row security", "statistics", "trigger", "grant", "row policy", "door"}
    assert set(found.compared) == kinds
    bent.bend("SELECT 1")
    facts = [fact for fact in read(bent.owner()) if fact.kind not in {"policy", "door"}]
    exact = sum(found.compared[kind] for kind in kinds - {"row policy", "door"})
    assert exact == len(facts), "nothing is left out"


@pytest.mark.parametrize("drift", [*REPAIRED, *NAMED])
def test_whatever_bends_it_is_seen(bent: "Bent", drift: str) -> None:
    bent.bend(drift)
    rules, one = load(), auditor(bent)
    assert [*tables_at_fault(one, rules), *compare(one, rules).differing, *catalog_faults(one, rules)]


@pytest.mark.parametrize(
    "predicate",
    [
        "true",
        "account_id = ANY ((SELECT djms.administered_accounts())::uuid[])",
        "account_id = ANY ((SELECT djms.my_accounts())::uuid[]) OR size > 0",
        "NOT account_id = ANY ((SELECT djms.my_accounts())::uuid[])",
        "added_by = (SELECT djms.current_person())",
    ],
)
def test_another_condition_is_seen(bent: "Bent", predicate: str) -> None:
    bent.bend(f'ALTER POLICY "teamwork read account" ON djms.item USING ({predicate})')
    differing = compare(auditor(bent), load()).differing
    assert differing == ["row policy 'teamwork read account' on item is not as the rules say"]
