"""How a log grows by a batch: its new head, its new edge, and the nodes from which proofs will be made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from djmixersoft.ledger.checkpoints import Head
from djmixersoft.ledger.merkle import HASH_SIZE, complete_subtrees, grown, root_of
from djmixersoft.ledger.tiles import HEIGHT


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a log is sealed. `edge`: the hashes of its complete subtrees, side by side from left to right."""

    origin: str
    size: int = 0
    edge: bytes = b""

    @property
    def head(self) -> Head:
        """Its head; that of a log whose edge doesn't fit its size is of a root that no tree has."""
        return Head(self.origin, self.size, root_of(self.subtrees))

    @property
    def subtrees(self) -> list[bytes]:
        """The hashes of its complete subtrees."""
        return [self.edge[at : at + HASH_SIZE] for at in range(0, len(self.edge), HASH_SIZE)]


@dataclass(frozen=True, slots=True)
class Growth:
    """A log before and after a batch. `nodes`: level of tiles, index and hash of each 256-fold subtree now complete."""

    before: Standing
    after: Standing
    nodes: tuple[tuple[int, int, bytes], ...]


def grow(standing: Standing, leaves: Sequence[bytes]) -> Growth:
    """Append leaves' hashes. Raises ValueError where the standing's edge doesn't fit its size."""
    edge, size = standing.subtrees, standing.size + len(leaves)
    made = dict(zip(complete_subtrees(standing.size), edge, strict=True))
    nodes: list[tuple[int, int, bytes]] = []
    for level, first, added in grown(edge, standing.size, leaves):
        if level and level % HEIGHT == 0:
            nodes += ((level // HEIGHT, first + at, one) for at, one in enumerate(added))
        made.update(_last(level, first, added, size))
    new_edge = b"".join(made[place] for place in complete_subtrees(size))
    return Growth(standing, Standing(standing.origin, size, new_edge), tuple(nodes))


def _last(level: int, first: int, added: list[bytes], size: int) -> Iterator[tuple[tuple[int, int], bytes]]:
    """The one node of a level that can be a complete subtree of the grown tree."""
    index = (size >> level) - 1
    if index >= first:
        yield (level, index), added[index - first]
