"""What the pages read of our own checks."""

from djmixersoft.policy.models import ProbeResult


def probe_results() -> dict[str, ProbeResult]:
    """The last finding on each promise, by its id, for the purpose `visiting`."""
    return {result.promise: result for result in ProbeResult.objects.all()}
