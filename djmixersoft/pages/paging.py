"""Lists in pages."""

from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest

LAST: Final = 100_000
"""Nobody leafs that far, and the database counts no further than it must."""
_DIGITS: Final = len(str(LAST))


@dataclass(frozen=True)
class Page:
    """Where in a list one is; counted from 1, and not to the end, which would cost reading all of it."""

    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1

    @property
    def previous_page_number(self) -> int:
        """The page before."""
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        """The page after."""
        return self.number + 1


def asked_page(request: HttpRequest) -> int:
    """Return which page `?page=` asks for. Raises Http404 for what is no page."""
    asked = request.GET.get("page", "1")
    if not asked.isascii() or not asked.isdigit() or len(asked) > _DIGITS or not 1 <= int(asked) <= LAST:
        raise Http404
    return int(asked)
