"""The policy's and the Terms' prose: Markdown files that everybody can read, as the parts of pages.

A clause of the policy begins with its id in bold, `**1b** …`, and ends before the next clause or heading.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from djmixersoft.policy.rules import FOLDER

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False})
_ID: Final = re.compile(r"[A-Z]?[0-9]+[a-z]?")
_VERSION: Final = re.compile(r"^version: *(\S+)$", re.MULTILINE)
_FENCE: Final = "---\n"


@dataclass
class ClauseText:
    """A promise: its id, and its prose."""

    id: str
    html: str


@dataclass
class Section:
    """A part of a text under a heading, with the clauses in it; `html` is what stands before the first."""

    title: str
    html: str = ""
    clauses: list[ClauseText] = field(default_factory=list)


@dataclass
class Prose:
    """A whole text. `version` is the day from which it holds, as it is kept with people's agreement."""

    version: str
    title: str
    html: str
    sections: list[Section]


@cache
def privacy() -> Prose:
    """The privacy policy."""
    return read((FOLDER / "privacy.md").read_text("utf-8"))


@cache
def terms() -> Prose:
    """The Terms of Service."""
    return read((FOLDER / "terms.md").read_text("utf-8"))


def read(text: str) -> Prose:
    """Take a text apart. Raises ValueError where it has no version or no title."""
    _before, _fence, rest = text.partition(_FENCE)
    head, fence, body = rest.partition(_FENCE)
    version = _VERSION.search(head)
    if not fence or not version:
        raise ValueError("the text has no version at its top")
    prose = Prose(version[1], "", "", [])
    for block in _blocks(_MARKDOWN.parse(body)):
        _add(prose, block)
    if not prose.title:
        raise ValueError("the text has no title")
    return prose


def _add(prose: Prose, block: Sequence[Token]) -> None:
    """Put a block where it belongs: a heading starts a section, an id a clause, all else continues the last of them."""
    first = block[0]
    if first.tag == "h1":
        prose.title = block[1].content
        return
    if first.tag == "h2":
        prose.html += _html(block)
        prose.sections.append(Section(block[1].content))
        return
    clause = _id_of(block)
    prose.html += _html(block)
    if not prose.sections:
        return
    section = prose.sections[-1]
    if clause:
        section.clauses.append(ClauseText(clause, _html(_without_id(block))))
    elif section.clauses:
        section.clauses[-1].html += _html(block)
    else:
        section.html += _html(block)


def _blocks(tokens: Sequence[Token]) -> list[list[Token]]:
    """Group tokens into the blocks that stand at the top level."""
    blocks: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            blocks.append([])
        blocks[-1].append(token)
        depth += token.nesting
    return blocks


def _id_of(block: Sequence[Token]) -> str:
    """Return the id with which a paragraph begins, if it does."""
    if block[0].type != "paragraph_open":
        return ""
    children = [one for one in block[1].children or [] if one.type != "text" or one.content]
    begins_bold = len(children) > 1 and children[0].type == "strong_open"
    return children[1].content if begins_bold and _ID.fullmatch(children[1].content) else ""


def _without_id(block: Sequence[Token]) -> list[Token]:
    """Return a clause's first paragraph without its id, which the page shows beside it."""
    inline = block[1].copy()
    children = list(inline.children or [])
    end = next(number for number, one in enumerate(children) if one.type == "strong_close")
    following = children[end + 1].copy(content=children[end + 1].content.lstrip())
    inline.children = [following, *children[end + 2 :]]
    return [block[0], inline, *block[2:]]


def _html(tokens: Sequence[Token]) -> str:
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
