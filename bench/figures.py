"""What a benchmark finds: figures, each with its goal, and the statistics they are made of."""

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

NO_GOAL = "none"


@dataclass(frozen=True)
class Figure:
    """One number. `goal`: "<= 1.2", ">= 1.0", "0.95..1.05" or "none"; `runs`: how many measurements are behind it.

    `spread`: the least and the greatest of what `value` is made of; each figure in docs/benchmarks.md says of what.
    """

    id: str
    value: float
    unit: str
    goal: str
    runs: int
    spread: tuple[float, float]
    words: str = ""

    @property
    def met(self) -> bool:
        """Whether the goal is reached; a figure without one only informs."""
        if self.goal == NO_GOAL:
            return True
        if most := re.fullmatch(r"<= ([\d.]+)", self.goal):
            return self.value <= float(most[1])
        if fewest := re.fullmatch(r">= ([\d.]+)", self.goal):
            return self.value >= float(fewest[1])
        least, _, greatest = self.goal.partition("..")
        return float(least) <= self.value <= float(greatest)

    def json(self) -> str:
        """One line for programs."""
        return json.dumps(
            {
                "figure": self.id,
                "value": round(self.value, 4),
                "unit": self.unit,
                "goal": self.goal,
                "met": self.met,
                "runs": self.runs,
                "spread": [round(end, 4) for end in self.spread],
            }
        )

    def line(self) -> str:
        """One line for people."""
        verdict = "" if self.goal == NO_GOAL else f"goal {'met' if self.met else 'NOT MET'} ({self.goal})"
        low, high = self.spread
        return (
            f"{self.id:<42} {self.value:>9.3f} {self.unit:<6} {verdict:<26} "
            f"[{low:.3f} … {high:.3f}] {self.runs} runs{'; ' + self.words if self.words else ''}"
        )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, interpolated between neighbours."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(values: Sequence[float]) -> float:
    """The 50th percentile."""
    return percentile(values, 0.5)


def geometric_mean(values: Sequence[float]) -> float:
    """The mean of ratios: that of 0.5 and 2 is 1."""
    return math.exp(sum(math.log(value) for value in values) / len(values))


def timing(name: str, values: Sequence[float], *, words: str = "") -> list[Figure]:
    """Median and 95th percentile, in milliseconds, of times in seconds."""
    spread = (min(values) * 1000, max(values) * 1000)
    shown: list[tuple[str, Callable[[], float]]] = [
        ("p50", lambda: median(values)),
        ("p95", lambda: percentile(values, 0.95)),
    ]
    return [
        Figure(f"{name}_{suffix}_ms", find() * 1000, "ms", NO_GOAL, len(values), spread, words)
        for suffix, find in shown
    ]
