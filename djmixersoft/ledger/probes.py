"""Probes of the ledger: that nobody changes what is on record, and that it is sealed as everybody is told."""

from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.notes import NotSigned, VerifierKey
from djmixersoft.policy.fetching import Unseen
from djmixersoft.policy.probing import Attempts, Finding, LiveSystem, in_each_role, probe

TREES = ("ledger_leaf", "ledger_node", "ledger_heads_leaf", "ledger_heads_node")


@probe("6a")
def nobody_changes_what_is_on_record(system: LiveSystem) -> Finding:
    """No login in any role changes or removes an entry or a hash, or puts anything on record by itself."""
    attempts = Attempts()
    for login in system.logins():
        with in_each_role(system, login) as callers:
            for caller in callers:
                attempts.expect_nothing(caller, "changing entries", "UPDATE djms.ledger_entry SET entry = entry")
                attempts.expect_nothing(caller, "removing entries", "DELETE FROM djms.ledger_entry")
                record = "SELECT djms.record('person:email:changed', null, gen_random_uuid(), '{}')"
                attempts.expect_nothing(caller, "recording", record)
                for table in TREES:
                    attempts.expect_nothing(caller, f"changing {table}", f"UPDATE djms.{table} SET hash = hash")
                    attempts.expect_nothing(caller, f"removing from {table}", f"DELETE FROM djms.{table}")
    return attempts.finding("to change what is on record, by each login in each role")


@probe("6a")
def what_is_on_record_is_sealed(system: LiveSystem) -> Finding:
    """The head over all logs is signed by the key that everybody is told, and the sealer goes on."""
    with system.connect("site") as site, site.transaction(force_rollback=True):
        site.execute("SELECT set_config('role', 'p_visiting', true)")
        row = site.execute(
            "SELECT key, size, checkpoint, trouble, damage, checked_at::text FROM djms.ledger_heads"
        ).fetchone()
    if row is None:
        raise Unseen("nothing is sealed yet")
    key, size, checkpoint, trouble, damage, checked_at = row
    stated = Checkpoint.parse(checkpoint)
    try:
        signed = stated.is_signed_by(VerifierKey.parse(key)) and stated.head.size == size
    except NotSigned:
        signed = False
    said = f"{size:,} heads of logs under one that is {'signed' if signed else 'not signed as it must be'}"
    said += "; the sealer goes on" if not trouble else f"; the sealer refuses to go on ({trouble})"
    if checked_at:
        said += f"; last read again {checked_at[:16]} UTC, {damage:,} things not as they were sealed"
    return Finding(signed and not trouble and not damage, said)
