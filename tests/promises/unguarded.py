"""The site's views without their guards, so that a test can tell what holds still."""

from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from djmixersoft.accounts import selectors as accounts
from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.content.selectors.items import ItemRow
from djmixersoft.content.selectors.tree import Folder
from djmixersoft.site import access, views

if TYPE_CHECKING:
    from collections.abc import Callable


def without_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every view believe that whoever is signed in runs whatever account, and that each item is in it."""
    guards: dict[str, Callable[..., object]] = {
        "access_account": _account,
        "access_administered": _account,
        "access_item": lambda _account, item_id: _item(item_id),
        "access_folder": lambda _account, folder_id: Folder(folder_id, ""),
    }
    assert guards.keys() == {name for name in vars(access) if name.startswith("access_")}, "a guard is not known here"
    for module in iter_modules(views.__path__, f"{views.__name__}."):
        view = import_module(module.name)
        for name in guards.keys() & vars(view).keys():
            monkeypatch.setattr(view, name, guards[name])


def _account(account_id: UUID) -> AccountRow:
    return AccountRow(account_id, "", is_administrator=True, me=accounts.my_person_id())


def _item(item_id: UUID) -> ItemRow:
    return ItemRow(item_id, None, "file", "", 0, "", "", "", datetime.now(UTC))
