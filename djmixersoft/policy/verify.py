"""`promises verify`: runs every probe on the live system, and writes down what it found for the privacy page."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from djmixersoft.policy.models import ProbeResult, Status
from djmixersoft.policy.probes import Finding, LiveSystem, NotRunning, probes_of, status_of
from djmixersoft.policy.prose import clauses
from djmixersoft.policy.purposes import acting_for


@dataclass(frozen=True)
class Verdict:
    """How one promise stands."""

    promise: str
    status: Status
    evidence: str


def verify(system: LiveSystem) -> list[Verdict]:
    """Every promise of the policy with what its probes found. One without a probe is not enforced, never kept."""
    autodiscover_modules("probes")
    return [_verdict(promise, system) for promise in clauses()]


def _verdict(promise: str, system: LiveSystem) -> Verdict:
    findings, unseen = [], []
    for one in probes_of(promise):
        try:
            findings.append(one(system))
        except NotRunning as reason:
            unseen.append(str(reason))
        except Exception as error:  # noqa: BLE001 - a probe that fails proves nothing, and must not hide the others
            findings.append(Finding(kept=False, evidence=f"the probe {one.__name__} failed: {type(error).__name__}"))
    if unseen:
        # What could not be looked at is not kept; what was found broken stays so.
        broken = any(not finding.kept for finding in findings)
        status = Status.BROKEN if broken else Status.NOT_ENFORCED
        return Verdict(
            promise, status, "; ".join([*(finding.evidence for finding in findings), *dict.fromkeys(unseen)])
        )
    evidence = "; ".join(finding.evidence for finding in findings) or "no probe: nothing enforces this yet"
    return Verdict(promise, status_of(findings), evidence)


def write_down(verdicts: list[Verdict]) -> None:
    """Keeps the verdicts for the privacy page."""
    with acting_for("audit"):
        for verdict in verdicts:
            ProbeResult.objects.update_or_create(
                promise=verdict.promise,
                defaults={"status": verdict.status.value, "evidence": verdict.evidence, "at": timezone.now()},
            )
