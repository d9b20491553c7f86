"""A log's tree in tiles of 256 hashes, as files that never change (C2SP tlog-tiles v0.1.0)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Self

from djmixersoft.ledger.merkle import HASH_SIZE, Nodes, node_hash
from djmixersoft.ledger.notes import BadNote

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
_PATH: Final = re.compile(r"(0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)
_HIGHEST: Final = 63


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The hashes of 256 subtrees side by side, each of ``256**level`` leaves; fewer at the right edge (``width``)."""

    level: int
    index: int
    width: int = WIDTH

    @classmethod
    def parse(cls, path: str) -> Self:
        """Read a path like ``1/x001/234`` or ``0/000.p/17``. Raises BadNote."""
        found = _PATH.fullmatch(path)
        if not found:
            raise BadNote("this is no path of a tile")
        index = int(found[2].replace("x", "").replace("/", ""))
        tile = cls(int(found[1]), index, int(found[3] or WIDTH))
        if tile.path != path or tile.level > _HIGHEST or (found[3] and tile.width >= WIDTH):
            raise BadNote("this is no path of a tile")
        return tile

    @property
    def path(self) -> str:
        """Where it lies below ``tile/``."""
        digits = f"{self.index:d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        *above, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
        part = "" if self.width == WIDTH else f".p/{self.width}"
        return "/".join([str(self.level), *(f"x{one}" for one in above), last + part])


def tiles_of(size: int, *, since: int = 0) -> Iterator[Tile]:
    """Yield the tiles of a tree of ``size`` leaves, without those that the tree of ``since`` leaves had already."""
    level = 0
    while size >> (HEIGHT * level):
        count, before = size >> (HEIGHT * level), since >> (HEIGHT * level)
        for index in range(before // WIDTH, -(-count // WIDTH)):
            tile = Tile(level, index, min(WIDTH, count - index * WIDTH))
            if index * WIDTH + tile.width > before:
                yield tile
        level += 1


def nodes_from(read: Callable[[Tile], bytes], size: int) -> Nodes:
    """Return what reads the nodes of a tree of ``size`` leaves from its tiles, each of which is read once."""
    there: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        tile_level, above = divmod(level, HEIGHT)
        start = index << above
        number = start // WIDTH
        if (tile_level, number) not in there:
            width = min(WIDTH, (size >> (HEIGHT * tile_level)) - number * WIDTH)
            there[tile_level, number] = read(Tile(tile_level, number, width))
        at = (start % WIDTH) * HASH_SIZE
        return _root(there[tile_level, number][at : at + (HASH_SIZE << above)])

    return node


def _root(hashes: bytes) -> bytes:
    """The hash of a subtree whose hashes, a power of two, stand side by side."""
    while len(hashes) > HASH_SIZE:
        pairs = range(0, len(hashes), 2 * HASH_SIZE)
        hashes = b"".join(
            node_hash(hashes[at : at + HASH_SIZE], hashes[at + HASH_SIZE : at + 2 * HASH_SIZE]) for at in pairs
        )
    return hashes
