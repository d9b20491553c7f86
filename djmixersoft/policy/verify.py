"""`promises verify`: runs every probe on the live system, and writes down what it found for the privacy page."""

from collections.abc import Iterable
from dataclasses import dataclass

import psycopg
import structlog
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from djmixersoft.policy.fetching import Unseen
from djmixersoft.policy.models import ProbeResult, Status
from djmixersoft.policy.probing import Finding, LiveSystem, Probe, probes_of, status_of
from djmixersoft.policy.prose import clauses
from djmixersoft.policy.purposes import acting_for

log = structlog.get_logger()


@dataclass(frozen=True)
class Verdict:
    """How one promise stands. `unseen`: a part of it couldn't be looked at, so that nothing new is known of it."""

    promise: str
    status: Status
    evidence: str
    unseen: bool = False


def verify(system: LiveSystem, promises: Iterable[str] | None = None) -> list[Verdict]:
    """Every promise of the policy with what its probes found. One without a probe is not enforced, never kept."""
    autodiscover_modules("probes")
    return [_verdict(promise, system) for promise in (clauses() if promises is None else promises)]


def _verdict(promise: str, system: LiveSystem) -> Verdict:
    findings: list[Finding] = []
    unseen: list[str] = []
    for one in probes_of(promise):
        try:
            findings.append(one(system))
        except Unseen as reason:
            unseen.append(str(reason))
        except psycopg.OperationalError:
            unseen.append("the database does not answer")
        except Exception as error:
            # A probe that fails proves nothing, and must not hide the others.
            log.exception("a probe failed", promise=promise, probe=_name(one))
            failed = f"the probe {_name(one)} failed: {type(error).__name__}"
            findings.append(Finding(kept=False, evidence=failed))
    said = [finding.evidence for finding in findings]
    if unseen:
        # What could not be looked at is not kept; what was found broken stays so.
        broken = any(not finding.kept for finding in findings)
        status = Status.BROKEN if broken else Status.NOT_ENFORCED
        said += [f"could not be looked at: {reason}" for reason in dict.fromkeys(unseen)]
        return Verdict(promise, status, "; ".join(said), unseen=not broken)
    return Verdict(promise, status_of(findings), "; ".join(said) or "no probe: nothing enforces this yet")


def _name(one: Probe) -> str:
    return getattr(one, "__name__", "")


def write_down(verdicts: Iterable[Verdict]) -> None:
    """Keeps the verdicts for the privacy page; where nothing new is known the old one stays, and shows its age."""
    with acting_for("audit"):
        for verdict in verdicts:
            if not verdict.unseen:
                ProbeResult.objects.update_or_create(
                    promise=verdict.promise,
                    defaults={"status": verdict.status.value, "evidence": verdict.evidence, "at": timezone.now()},
                )


def write_log(verdicts: list[Verdict]) -> None:
    """A line for each promise that is broken or couldn't be looked at, and one for them all."""
    for verdict in verdicts:
        if verdict.status is Status.BROKEN:
            log.error("a promise is broken", promise=verdict.promise, evidence=verdict.evidence)
        elif verdict.unseen:
            log.warning("a promise could not be looked at", promise=verdict.promise, evidence=verdict.evidence)
    number = {status.name.lower(): sum(one.status is status for one in verdicts) for status in Status}
    log.info("the promises were checked", **number, unseen=sum(one.unseen for one in verdicts))
