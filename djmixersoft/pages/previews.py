"""What a page shows of a file: a picture and a PDF as the browser shows them, a text in the page itself.

Of an SVG or an HTML file nothing is ever shown: for us those are just bytes (vault/media.py).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.http import HttpResponse

from djmixersoft.pages.csp import with_frame
from djmixersoft.vault.blobs import Missing
from djmixersoft.vault.cobblestone import Altered
from djmixersoft.vault.glance import beginning, check_opens
from djmixersoft.vault.keys import KeyRefused
from djmixersoft.vault.media import MediaType, known_media_type
from djmixersoft.vault.ranges import Content

logger = logging.getLogger(__name__)

LARGEST: Final = 67_108_864
"""Bytes of a picture or a PDF up to which a page shows it by itself; a larger one is opened or downloaded."""


class Show(StrEnum):
    """In which way a file is shown."""

    PICTURE = "picture"
    PAPER = "paper"
    TEXT = "text"
    TOO_LARGE = "too large"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a page shows of a file. `text`: how a text begins; `has_more`: whether that isn't all."""

    show: Show
    text: str = ""
    has_more: bool = False


def preview(item_id: UUID, media_type: str, size: int, opened: Callable[[], Content | None]) -> Preview | None:
    """Return what a page shows of a file, None for nothing; `opened` opens its blob.

    Of a picture or a PDF only the ends are read here; what was changed within one shows when it is asked for.
    """
    show = _show(known_media_type(media_type))
    if show is None:
        return None
    if show is not Show.TEXT and size > LARGEST:
        return Preview(Show.TOO_LARGE)
    try:
        content = opened()
        if content is None:
            return None  # removed a moment ago
        if show is Show.TEXT:
            begun = beginning(content)
            return Preview(show, begun.text, begun.has_more)
        check_opens(content)
    except (Altered, Missing, KeyRefused) as error:
        note_damage(item_id, error)
        return Preview(Show.DAMAGED)
    return Preview(show)


def allow_frame(response: HttpResponse, shown: object, policy: str) -> HttpResponse:
    """Let a page whose policy would be `policy` hold a frame, if it shows a PDF."""
    if isinstance(shown, Preview) and shown.show is Show.PAPER:
        response["Content-Security-Policy"] = with_frame(policy)
    return response


def note_damage(item_id: UUID, error: Exception) -> None:
    """Tell the log that an item isn't what was stored."""
    logger.error("item %s is damaged: %s", item_id, type(error).__name__)


def _show(kind: MediaType) -> Show | None:
    if kind.startswith("image/"):
        return Show.PICTURE
    return {MediaType.PDF: Show.PAPER, MediaType.TEXT: Show.TEXT}.get(kind)
