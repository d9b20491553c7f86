"""What people do in a crate, as addresses and forms drawn anew: lists in any order, words as they are typed, moves."""

import random
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from bench.crate import Crate
from bench.running import Browser

PAGE_SIZE = 50
SORTS = ("name", "-name", "added", "-added", "size", "-size", "kind", "-kind")


def first_pages(crate: Crate, draw: random.Random) -> str:
    """The account's own page, or a folder's: sorted in any way, one of the first ten pages, mostly the first."""
    number = draw.choice((1, 1, 1, draw.randint(1, _pages(crate.items * 4 // 10, 10))))
    place = f"/folders/{draw.choice(crate.folders)}" if draw.random() < 1 / 4 else ""
    return _list(crate, place, draw, 1 if place else number)


def deep_pages(crate: Crate, draw: random.Random) -> str:
    """Any page of the account's own list, to its end: nearly a half of all items."""
    return _list(crate, "", draw, draw.randint(1, _pages(crate.items * 4 // 10, 1_000)))


def typed(crate: Crate, draw: random.Random) -> str:
    """What the page's script asks for while somebody types: one word's beginning, or that after a whole word."""
    word = _word(crate, draw)
    beginning = word[: draw.randint(1, len(word))]
    words = f"{_word(crate, draw)} {beginning}" if draw.random() < 1 / 3 else beginning
    return _find(crate, {"q": words})


def filtered(crate: Crate, draw: random.Random) -> str:
    """Words with a tag, a kind, a person or days, or one of those alone."""
    extra = draw.choice(({"tag": "techno 1"}, {"kind": "audio"}, {"by": str(crate.person_id)}, {"since": "2026-06-01"}))
    return _find(crate, {**extra, **({"q": _word(crate, draw)} if draw.random() < 1 / 2 else {})})


def item(crate: Crate, _draw: random.Random) -> str:
    """An item's page."""
    return f"/accounts/{crate.account_id}/items/{crate.item_id}"


def move_all(browser: Browser, crate: Crate, source: UUID, target: UUID) -> float:
    """Move all that lies in a folder into another; seconds. Raises RuntimeError where the answer is another page."""
    form = {"all": "1", "folder": str(source), "into": str(target)}
    answer = browser.post(f"/accounts/{crate.account_id}/move", form)
    if answer.status != HTTPStatus.SEE_OTHER:
        message = f"moving answered {answer.status}"
        raise RuntimeError(message)
    return answer.seconds


def seconds_of(browser: Browser, path: str) -> float:
    """Ask for a page; seconds. Raises RuntimeError where it isn't there."""
    answer = browser.get(path)
    if answer.status != HTTPStatus.OK:
        message = f"{path} answered {answer.status}"
        raise RuntimeError(message)
    return answer.seconds


def _word(crate: Crate, draw: random.Random) -> str:
    """A word as people look for it: seldom the most frequent ones, which say little, but those too."""
    return crate.words[int(len(crate.words) * draw.random() ** 2)]


def _pages(items: int, most: int) -> int:
    return max(1, min(items // PAGE_SIZE, most))


def _list(crate: Crate, place: str, draw: random.Random, number: int) -> str:
    return f"/accounts/{crate.account_id}{place}?" + urlencode({"sort": draw.choice(SORTS), "page": number})


def _find(crate: Crate, asked: Mapping[str, str]) -> str:
    return f"/accounts/{crate.account_id}/find?" + urlencode({**asked, "part": "list"})
