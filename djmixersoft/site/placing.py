"""Choosing a folder: where the items go that are to be moved or copied."""

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.content.selectors import tree
from djmixersoft.content.services.tree import What
from djmixersoft.site.pages import page
from djmixersoft.site.selecting import Selection, as_uuid, back_path

MOST: Final = 500
"""Folders of one folder that are offered."""


def placing_page(
    request: HttpRequest,
    account: AccountRow,
    chosen: Selection,
    what: What | None,
    sentence: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Make the page on which one goes from folder to folder, with what is chosen in hand. `what`: None is a copy."""
    asked = request.GET.get("to", "") if request.method != "POST" else ""
    if request.method == "GET" and "to" not in request.GET:
        asked = str(chosen.folder_id or "")
    folder_id = as_uuid(asked)
    folder = tree.folder(account.id, folder_id) if folder_id else None
    if folder_id and folder is None:
        sentence = sentence or _("That folder isn’t there any more, so here is the top of the account.")
    inside = tree.subfolders(account.id, folder.id if folder else None, most=MOST)
    is_move = what is What.MOVED
    context = {
        "account": account,
        "selection": chosen,
        "chosen": chosen.shown(account.id),
        "folder": folder,
        "path": tree.path_to(account.id, folder.id if folder else None)[:-1],
        # What is to be moved can't go into itself.
        "folders": [one for one in inside if not (is_move and one.id in chosen.ids)],
        "is_move": is_move,
        "is_all": len(inside) < MOST,
        "back": back_path(request, account.id),
        "sentence": sentence,
    }
    return page(request, "place", context, title=_("Move") if is_move else _("Copy"), status=status)
