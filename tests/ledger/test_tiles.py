"""Tiles: as many as a tree has, under the names they are asked for, and enough to prove everything by."""

import random

import pytest

from djmixersoft.ledger.merkle import consistency_proof, inclusion_proof, leaf_hash
from djmixersoft.ledger.notes import BadNote
from djmixersoft.ledger.tiles import WIDTH, Tile, nodes_from, tiles_of
from tests.ledger.growing import Log


def test_a_tree_of_70_000_has_the_tiles_that_the_standard_counts() -> None:
    tiles = list(tiles_of(70_000))
    assert [len([one for one in tiles if one.level == level and one.width == WIDTH]) for level in range(3)] == [
        273,
        1,
        0,
    ]
    assert [one for one in tiles if one.width < WIDTH] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


def test_only_what_grew_is_new() -> None:
    for before in (0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 66_000):
        for after in (before, before + 1, before + 255, before + 256, before + 70_000):
            assert set(tiles_of(after, since=before)) == set(tiles_of(after)) - set(tiles_of(before))


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("0/000", Tile(0, 0)),
        ("0/x001/x234/067", Tile(0, 1_234_067)),
        ("1/x001/234.p/17", Tile(1, 1_234, 17)),
        ("63/999.p/255", Tile(63, 999, 255)),
    ],
)
def test_a_tile_has_one_name(path: str, tile: Tile) -> None:
    assert (tile.path, Tile.parse(path)) == (path, tile)


WRONG_PATHS = (
    *("", "0", "0/0", "0/00", "0/0000", "00/000", "64/000", "-1/000", "0/\N{ARABIC-INDIC DIGIT ZERO}00", "0/../000"),
    *("0/x000/001", "0/001/x002", "0/1234", "0/x1/234", "0/000/", "/0/000"),
    *("0/000.p/0", "0/000.p/01", "0/000.p/256", "0/000.p/999"),
)


@pytest.mark.parametrize("path", WRONG_PATHS)
def test_what_is_no_name_of_a_tile_is_refused(path: str) -> None:
    with pytest.raises(BadNote):
        Tile.parse(path)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 70_000])
def test_proofs_made_from_tiles_are_those_made_from_the_tree(size: int) -> None:
    log, chance, read = (
        Log("log.example/one", [leaf_hash(at.to_bytes(4)) for at in range(size)]),
        random.Random(size),
        list[Tile](),
    )

    def tile(asked: Tile) -> bytes:
        read.append(asked)
        return log.tile(asked)

    nodes = nodes_from(tile, size)
    for _ in range(50):
        index, old = chance.randrange(size), chance.randrange(size + 1)
        assert inclusion_proof(index, size, nodes) == inclusion_proof(index, size, log.node)
        assert consistency_proof(old, size, nodes) == log.consistency(old, size)
    assert len(read) == len(set(read)), "each is read once"
    assert set(read) <= set(tiles_of(size)), "and none that isn't there"
