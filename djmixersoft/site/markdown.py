"""Members' documents as HTML: Markdown (CommonMark, tables, strikethrough) in which nothing of the writer's can run.

Raw HTML is shown as text; pictures are shown as links, so that opening a document tells no other site; links lead to
http, https and mailto only.
"""

from typing import Final

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

LONGEST: Final = 200_000
"""Characters that are shown as Markdown; reading more would take seconds."""

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
_SCHEMES: Final = ("http://", "https://", "mailto:")


def _leads_out_plainly(url: str) -> bool:
    return url.lower().startswith(_SCHEMES) or url.startswith("#")


_MARKDOWN.validateLink = _leads_out_plainly  # type: ignore[method-assign]  # the library's own way to say it


def render(text: str) -> SafeString:
    """Return what a document looks like. Everything of the text is escaped by the renderer."""
    return SafeString(_MARKDOWN.render(text[:LONGEST]))
