"""A file's kind in words: nobody in a club says `application/octet-stream`."""

from collections.abc import Mapping
from typing import Final

from django import template
from django.utils.translation import gettext_lazy

from djmixersoft.site.pages import Text
from djmixersoft.vault.media import MediaType, known_media_type

register = template.Library()

WORDS: Final[Mapping[MediaType, Text]] = {
    MediaType.WAV: "WAV",
    MediaType.AIFF: "AIFF",
    MediaType.FLAC: "FLAC",
    MediaType.MP3: "MP3",
    MediaType.AAC: "AAC",
    MediaType.MP4: "M4A",
    MediaType.OGG: "Ogg",
    MediaType.PNG: "PNG",
    MediaType.JPEG: "JPEG",
    MediaType.GIF: "GIF",
    MediaType.WEBP: "WebP",
    MediaType.PDF: "PDF",
    MediaType.TEXT: gettext_lazy("Text"),
    MediaType.BYTES: gettext_lazy("File"),
}


@register.filter
def kind(media_type: str) -> Text:
    """Return the words for a recorded media type."""
    return WORDS[known_media_type(media_type)]


@register.filter
def is_track(media_type: str) -> bool:
    """Tell whether a file of this media type is played in the page."""
    return known_media_type(media_type).startswith("audio/")


@register.filter
def is_archive(name: str) -> bool:
    """Tell whether a file of this name may be one that can be unpacked here."""
    return name.lower().endswith(".zip")


@register.filter
def plays_everywhere(media_type: str) -> bool:
    """Tell whether browsers of today play it; for AIFF it is Safari alone."""
    return is_track(media_type) and known_media_type(media_type) is not MediaType.AIFF
