"""The sentence for what somebody just did, and the button that takes it back."""

from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from djmixersoft.content.selectors import labels
from djmixersoft.content.selectors.labels import UndoRow
from djmixersoft.content.services.tree import What
from djmixersoft.site.pages import Context
from djmixersoft.site.selecting import as_uuid, here


def noticed(request: HttpRequest, account_id: UUID) -> Context:
    """Return what a page says of `?undo=…`: nothing where it isn't the signed-in person's, or can't be taken back."""
    undo_id = as_uuid(request.GET.get("undo", "")) if request.method in {"GET", "HEAD"} else None
    undo = labels.undo(account_id, undo_id) if undo_id else None
    if undo is None:
        return {}
    return {"notice": _sentence(undo), "undo": undo, "here": here(request)}


def _sentence(undo: UndoRow) -> str:
    one, many = {"n": undo.count, "name": undo.name}, undo.count
    match undo.what:
        case What.MOVED:
            text = ngettext("“%(name)s” is moved.", "%(n)d items are moved.", many)
        case What.TRASHED:
            text = ngettext("“%(name)s” is in the trash.", "%(n)d items are in the trash.", many)
        case What.TAGGED:
            text = _("The tags are on.")
        case What.UNTAGGED:
            text = _("The tag is off.")
        case What.UNSAID:
            text = _("Your comment is gone.")
        case What.REPLACED:
            text = _("The value is kept, in place of the one before.")
        case What.FORGOTTEN:
            text = _("The value is removed.")
        case _:
            text = _("It is called “%(name)s” now.")
    return text % one
