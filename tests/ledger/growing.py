"""A log in memory, as tests need one: it grows, and tells its nodes, its tiles, its head, and proofs."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from djmixersoft.ledger.checkpoints import Head
from djmixersoft.ledger.merkle import complete_subtrees, consistency_proof, grown, inclusion_proof, root_of
from djmixersoft.ledger.notes import Algorithm, SigningKey
from djmixersoft.ledger.receipts import Receipt
from djmixersoft.ledger.tiles import HEIGHT, WIDTH, Tile


def key(name: str, algorithm: Algorithm = Algorithm.ED25519) -> SigningKey:
    """A key that is always the same for a name."""
    return SigningKey(name, algorithm, Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b".")[:32]))


class Log:
    """Leaves' hashes, and all that follows from them."""

    def __init__(self, origin: str, leaves: Sequence[bytes] = ()) -> None:
        self.key, self.size, self.nodes = key(origin), 0, dict[tuple[int, int], bytes]()
        self.append(leaves)

    def append(self, leaves: Sequence[bytes]) -> None:
        edge = [self.node(*place) for place in complete_subtrees(self.size)]
        for level, index, added in grown(edge, self.size, leaves):
            self.nodes |= {(level, index + at): one for at, one in enumerate(added)}
        self.size += len(leaves)

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def tile(self, tile: Tile) -> bytes:
        start = tile.index * WIDTH
        return b"".join(self.node(tile.level * HEIGHT, at) for at in range(start, start + tile.width))

    def head(self, size: int | None = None) -> Head:
        size = self.size if size is None else size
        return Head(self.key.name, size, root_of(self.node(*place) for place in complete_subtrees(size)))

    def checkpoint(self, size: int | None = None) -> bytes:
        return self.head(size).signed(self.key)

    def receipt(self, index: int, size: int | None = None, *cosigners: SigningKey, extra: bytes = b"") -> Receipt:
        size = self.size if size is None else size
        text = str(self.head(size))
        lines = "".join(one.line(text, time=1_700_000_000) for one in cosigners).encode()
        return Receipt(index, tuple(inclusion_proof(index, size, self.node)), self.checkpoint(size) + lines, extra)

    def consistency(self, old: int, new: int) -> list[bytes]:
        return consistency_proof(old, new, self.node)
