"""From the times of `bench enforcement` to its figures."""

from collections.abc import Iterator

from bench.figures import NO_GOAL, Figure, geometric_mean, median, percentile

ENFORCED = "enforced"
BY_HAND = "by_hand"
ACCEPTED = 1.05

Timings = dict[str, dict[str, list[float]]]
"""Seconds, by page and way; a round's are at the same place of each list whose way took part in all rounds."""


def level_figures(level: str, timings: Timings) -> Iterator[Figure]:
    """Each page's medians, and the level's ratios against every other way."""
    for page, ways in timings.items():
        words = " · ".join(f"{way} {median(times) * 1000:.2f} ms" for way, times in ways.items())
        paired = [ours / theirs for ours, theirs in zip(ways[ENFORCED], ways[BY_HAND], strict=True)]
        spread = (percentile(paired, 0.05), percentile(paired, 0.95))
        ratio = median(ways[ENFORCED]) / median(ways[BY_HAND])
        yield Figure(f"enforcement_{level}_{page}_ratio_p50", ratio, "ratio", NO_GOAL, len(paired), spread, words)
    for against in [way for way in next(iter(timings.values())) if way != ENFORCED]:
        yield _combined(timings, f"enforcement_{level}_ratio_p50_to_{against}", 0.5, against)
    yield _combined(timings, f"enforcement_{level}_ratio_p99", 0.99, BY_HAND)


def verdicts(levels: dict[str, Timings]) -> Iterator[Figure]:
    """The figures with goals: of the levels, the worse counts."""

    def worst(name: str, share: float, against: str, goal: str) -> Figure:
        found = [_combined(timings, name, share, against, goal) for timings in levels.values()]
        return max(found, key=lambda figure: figure.value)

    middle = worst("enforcement_ratio_p50", 0.5, BY_HAND, "<= 1.00")
    accepted = f"{ACCEPTED} is accepted: {'yes' if middle.value <= ACCEPTED else 'no'}"
    yield Figure(**{**vars(middle), "words": accepted})
    yield worst("enforcement_ratio_p99", 0.99, BY_HAND, "<= 1.2")
    yield worst("enforcement_overhead_ratio_p50", 0.5, "bare", NO_GOAL)
    yield from (_noise(f"enforcement_{level}_noise_p99", timings) for level, timings in levels.items())


def _combined(timings: Timings, name: str, share: float, against: str, goal: str = NO_GOAL) -> Figure:
    """The geometric mean of the pages' ratios; the spread goes from the best page's to the worst page's."""
    values = [percentile(ways[ENFORCED], share) / percentile(ways[against], share) for ways in timings.values()]
    runs = sum(len(ways[against]) for ways in timings.values())
    return Figure(name, geometric_mean(values), "ratio", goal, runs, (min(values), max(values)))


def _noise(name: str, timings: Timings) -> Figure:
    """One way against itself, odd rounds against even ones: what a ratio is off by for no reason."""
    halves = [(ways[BY_HAND][1::2], ways[BY_HAND][::2]) for ways in timings.values()]
    values = [percentile(odd, 0.99) / percentile(even, 0.99) for odd, even in halves]
    runs = sum(len(odd) for odd, _ in halves)
    return Figure(name, geometric_mean(values), "ratio", NO_GOAL, runs, (min(values), max(values)))
