"""Which items a form is about: those that are ticked, or all that lie in a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode

from djmixersoft.content.selectors import tree
from djmixersoft.content.selectors.items import ItemRow
from djmixersoft.pages.kept import is_own_path
from djmixersoft.site.pages import SeeOther

ITEM: Final = "item"
ALL: Final = "all"
BACK: Final = "back"
_GONE_BY: Final = ("done", "undo")


@dataclass(frozen=True)
class Selection:
    """What is chosen: ids, or with `is_all` whatever lies in the folder (None for the top of the account)."""

    ids: tuple[UUID, ...]
    is_all: bool
    folder_id: UUID | None

    def __bool__(self) -> bool:
        """Whether anything is chosen."""
        return self.is_all or bool(self.ids)

    def resolved(self, account_id: UUID) -> list[UUID]:
        """The ids, of a whole folder those that lie in it now."""
        if self.is_all:
            return list(tree.lying_in(account_id, self.folder_id).values_list("id", flat=True))
        return list(self.ids)

    def shown(self, account_id: UUID, most: int = 5) -> "Shown":
        """A few of them by name, and how many there are."""
        if self.is_all:
            rows, _ = tree.listed(account_id, self.folder_id)
            return Shown(rows[:most], tree.lying_in(account_id, self.folder_id).count())
        rows = tree.chosen(account_id, self.ids)
        return Shown(rows[:most], len(rows))

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The hidden fields that carry it along."""
        carried = [(ITEM, str(item_id)) for item_id in self.ids]
        carried += [(ALL, "1")] if self.is_all else []
        return carried + ([("folder", str(self.folder_id))] if self.folder_id else [])


@dataclass(frozen=True)
class Shown:
    """Some of what is chosen, and how many that are in all."""

    rows: Sequence[ItemRow]
    count: int

    @property
    def more(self) -> int:
        """How many aren't shown."""
        return self.count - len(self.rows)


def selection(sent: QueryDict) -> Selection:
    """Read what a form is about. What is no id names nothing."""
    ids = tuple(dict.fromkeys(found for value in sent.getlist(ITEM) if (found := as_uuid(value)) is not None))
    return Selection(ids, ALL in sent, as_uuid(sent.get("folder", "")))


def as_uuid(value: str) -> UUID | None:
    """Return the id that a text is, or None."""
    try:
        return UUID(value)
    except ValueError:
        return None


def back_to(request: HttpRequest, account_id: UUID, *, done: str = "", undo: UUID | None = None) -> SeeOther:
    """Send the browser back to where it came from in this account, with a notice, or to the account's own page."""
    path, _, query = back_path(request, account_id).partition("?")
    kept = QueryDict(query, mutable=True)
    for name in _GONE_BY:
        kept.pop(name, None)
    if done:
        kept["done"] = done
    if undo:
        kept["undo"] = str(undo)
    return SeeOther(path + (f"?{urlencode(kept, doseq=True)}" if kept else ""))


def back_path(request: HttpRequest, account_id: UUID) -> str:
    """Where to go back to: a page of this account's, whatever a form says."""
    asked = request.POST.get(BACK) or request.GET.get(BACK) or ""
    if is_own_path(asked) and "#" not in asked:
        try:
            of = resolve(asked.partition("?")[0]).kwargs.get("account_id")
        except Resolver404:
            of = None
        if of == account_id:
            return asked
    return reverse("account", args=[account_id])


def here(request: HttpRequest) -> str:
    """The present page's path with its query, for going back to it; without what a notice was about."""
    kept = request.GET.copy()
    for name in _GONE_BY:
        kept.pop(name, None)
    return request.path + (f"?{kept.urlencode()}" if kept else "")
