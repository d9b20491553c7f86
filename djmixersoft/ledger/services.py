"""What changes the ledger besides recording and sealing: erasing what entries say."""

from djmixersoft.policy.purposes import acting_for, call_door


def erase(*, origin: str, index: int) -> bool:
    """Erase what an entry of a log says, for good; that it was erased goes on record in its place.

    False where the log has no such entry that is sealed, or it says nothing any more.
    """
    with acting_for("retention"):
        return bool(call_door("erase_entry", of_log=origin, at_index=index))


def erase_some_ended(*, many: int) -> int:
    """Erase what is on record of accounts and people that are gone, at most so many entries; return how many."""
    with acting_for("retention"):
        return int(call_door("erase_ended_logs", most=many))
