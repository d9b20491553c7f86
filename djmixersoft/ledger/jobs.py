"""The steward's rounds in the ledger."""

import structlog
from django.conf import settings

from djmixersoft.ledger.services import ask_witnesses, erase_some_ended
from djmixersoft.policy.jobs import job

ERASED_AT_ONCE = 1_000

log = structlog.get_logger()


@job("ledger.forget", process="steward", purpose="retention", every="27 * * * *")
def forget() -> None:
    """Erases what was on record of accounts and people that are gone; the hashes stay."""
    entries = 0
    while erased := erase_some_ended(many=ERASED_AT_ONCE):
        entries += erased
    if entries:
        log.info("what was on record of accounts that are gone was erased", entries=entries)


@job("ledger.cosign", process="steward", purpose="witnessing", every="* * * * *")
def have_cosigned() -> None:
    """Has the witnesses that the operator named cosign the ledger as it stands."""
    asked = ask_witnesses(configured=settings.WITNESSES)
    for refusal in asked.refusals:
        log.error("a witness did not cosign", why=refusal)
