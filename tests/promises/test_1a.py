"""1a: what is linked to somebody is personal information, wherever it is kept."""

from typing import TYPE_CHECKING

import pytest

from djmixersoft.policy.catalog import linked_tables, locked_tables
from djmixersoft.policy.check import linked_at_fault
from djmixersoft.policy.loading import load
from djmixersoft.policy.rules import PERSONAL_CATEGORIES

if TYPE_CHECKING:
    from tests.promises.acting import Acting

RULES = load()


def test_every_table_that_leads_to_somebody_is_in_a_category_whose_rows_are_locked(undone: "Acting") -> None:
    linked = linked_tables(undone.connection)
    assert {RULES.category_of(table) for table in linked} <= set(PERSONAL_CATEGORIES)
    assert linked <= locked_tables(undone.connection)
    assert {"person", "account", "session", "invitation", "item_key", "mail_message"} <= linked, "it finds them"
    assert not linked & set(RULES.categories["operational"].tables)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE djms.probe_result ADD person_id uuid",
        "ALTER TABLE djms.probe_result ADD account_id uuid",
        "ALTER TABLE djms.probe_result ADD email text",
        "ALTER TABLE djms.probe_result ADD by uuid REFERENCES djms.person",
        "ALTER TABLE djms.probe_result ADD item uuid, ADD of uuid, ADD FOREIGN KEY (of, item) REFERENCES djms.item_key",
    ],
)
def test_what_leads_to_somebody_by_whatever_way_is_named_by_the_check(undone: "Acting", change: str) -> None:
    assert list(linked_at_fault(undone.connection, RULES)) == []
    undone.changed(change)
    (fault,) = linked_at_fault(undone.connection, RULES)
    assert fault == "table 'probe_result' leads to people, and its category 'operational' has no row policies"
