"""Probes of what personal information is, and of its uses: what the rules allow, and nothing else."""

from collections.abc import Iterator

from djmixersoft.policy import catalog
from djmixersoft.policy.check import catalog_faults, linked_at_fault, tables_at_fault
from djmixersoft.policy.comparing import compare
from djmixersoft.policy.compile import DOOR_ROLE
from djmixersoft.policy.probing import Attempts, Finding, LiveSystem, beyond, in_each_role, probe
from djmixersoft.policy.rules import Rules


@probe("1a")
def what_is_linked_to_people_is_locked(system: LiveSystem) -> Finding:
    """Every table that leads to a person or an account is in a category whose rows are locked."""
    with system.connect("auditor") as auditor:
        linked = catalog.linked_tables(auditor)
        faults = [*tables_at_fault(auditor, system.rules), *linked_at_fault(auditor, system.rules)]
        locked = catalog.locked_tables(auditor)
    open_ones = sorted(linked - locked)
    faults += [f"table {table} is not under forced row security" for table in open_ones]
    if faults:
        return Finding(kept=False, evidence=f"{len(faults)} tables at fault, the first: {faults[0]}")
    others = len(system.rules.tables()) - len(linked)
    return Finding(
        kept=True,
        evidence=f"{len(linked)} tables lead to a person or an account, by a key or by the name of a column, and all "
        f"are in a category under forced row security; the other {others} lead to nobody",
    )


@probe("1b")
def what_no_use_allows_is_refused(system: LiveSystem) -> Finding:
    """Each login, in each role there is and with nobody signed in, tries every table of linked information."""
    attempts = Attempts()
    tables = [table for table in system.rules.tables() if system.rules.category_of(table) != "operational"]
    logins = system.logins()
    for login in logins:
        with in_each_role(system, login) as callers:
            for other in (*system.logins(without=[login]), "owner"):
                attempts.expect_nothing(callers[0], "becoming another login", f"SET LOCAL ROLE djms_{other}")
            attempts.expect_nothing(callers[0], "becoming the doors' owner", f"SET LOCAL ROLE {DOOR_ROLE}")
            for caller in callers:
                for table in tables:
                    for what, statement in _statements(system.rules, caller.role, table):
                        attempts.expect_nothing(caller, f"{what} {table}", statement)
    rows = system.holding_rows(tables)
    return attempts.finding(
        f"on {len(tables)} tables ({rows} of them with rows), with nobody signed in, in each role, by the logins of "
        + ", ".join(logins)
    )


def _statements(rules: Rules, role: str, table: str) -> Iterator[tuple[str, str]]:
    """What to try on a table: reading, changing and removing any row that the rules don't give this role anyway."""
    where = beyond(rules, role, table)
    columns = {column for use in rules.uses if table in use.tables and "change" in use.may for column in use.columns}
    yield "reading from", f"SELECT 1 FROM djms.{table} WHERE {where} LIMIT 1"
    yield "removing from", f"DELETE FROM djms.{table} WHERE {where}"
    for column in sorted(columns):
        yield f"changing {column} of", f"UPDATE djms.{table} SET {column} = {column} WHERE {where}"


@probe("1b")
def the_database_is_what_the_rules_compile_to(system: LiveSystem) -> Finding:
    """Roles, grants, row policies, triggers and doors of the running database, against the rules, one by one."""
    with system.connect("auditor") as auditor:
        found = compare(auditor, system.rules)
        faults = [*found.differing, *catalog_faults(auditor, system.rules)]
    if faults:
        return Finding(kept=False, evidence=f"the database differs in {len(faults)} points, the first: {faults[0]}")
    many = ", ".join(f"{number} {kind}" for kind, number in sorted(_in_words(found.compared).items()))
    return Finding(kept=True, evidence=f"compared with the rules, and none differs: {many}")


def _in_words(compared: dict[str, int]) -> dict[str, int]:
    words = {
        "grant": "grants",
        "row policy": "row policies",
        "row security": "tables under forced row security",
        "door": "doors",
        "trigger": "triggers",
        "role": "roles",
        "member": "memberships of logins in roles",
        "statistics": "columns without samples",
    }
    return {words[kind]: number for kind, number in compared.items()}
