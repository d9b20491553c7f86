"""What can hinder an upload, put into the protocol's words: a status and a sentence for the program that asks."""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.selectors.uploads import Expired
from djmixersoft.content.services.items import NoSuchFolder, QuotaFull, TooDeep
from djmixersoft.content.services.uploads import NoSuchItem
from djmixersoft.content.uploading import NoSuchUpload, OtherFile, Spoiled, TooMuch, WrongOffset
from djmixersoft.policy.errors import MayOnlyRead, NotSignedIn, sqlstate
from djmixersoft.site.pages import RETRY_SECONDS, Text
from djmixersoft.site.tus import CHECKSUM_MISMATCH, CutOff, Refusal, abilities, answer
from djmixersoft.vault.arriving import WrongChecksum
from djmixersoft.vault.blobs import NoRoom
from djmixersoft.vault.keys import KeyRefused
from djmixersoft.vault.partials import InUse, TakenOver

View = Callable[..., HttpResponseBase]

_DISK_FULL: Final = "53100"  # SQLSTATE
_SOON: Final = {"Retry-After": "1"}
_LATER: Final = {"Retry-After": str(RETRY_SECONDS)}
_COOKIE: Final = {"WWW-Authenticate": 'Cookie realm="DJMixerSoft"'}

_IN_USE: Final = gettext_lazy("This file is being received or checked just now. Please ask again in a moment.")
_NOTHING: Final = gettext_lazy("There is no such upload, or none that you may see. Please upload the file anew.")
_NO_PLACE: Final = gettext_lazy("The folder or file for this upload isn’t there (any more).")
_CUT_OFF: Final = gettext_lazy("The connection was cut. What had arrived is kept; please go on from there.")
_DAMAGED: Final = gettext_lazy(
    "Our store didn’t keep this file as it was sent, so it isn’t in the crate. Please upload it anew."
)
_NO_ROOM: Final = gettext_lazy("Our disks are full just now. What has arrived is kept for a week; please go on later.")
_QUOTA: Final = gettext_lazy(
    "The account has no room for this file. Please make some, by emptying its trash or deleting old versions, and try"
    " again; what has arrived is kept for a week."
)
_AWAY: Final = gettext_lazy("Something behind this page is out of reach. It comes back by itself; please go on then.")

# Kind of hindrance → status, sentence, headers.
_HINDRANCES: Final[Mapping[type[Exception], tuple[int, Text, Mapping[str, str]]]] = {
    NotSignedIn: (HTTPStatus.UNAUTHORIZED, gettext_lazy("Please sign in to go on; what has arrived is kept."), _COOKIE),
    MayOnlyRead: (HTTPStatus.FORBIDDEN, gettext_lazy("This program’s token is for reading only."), {}),
    NoSuchUpload: (HTTPStatus.NOT_FOUND, _NOTHING, {}),
    NotAllowed: (HTTPStatus.NOT_FOUND, _NOTHING, {}),
    NoSuchFolder: (HTTPStatus.NOT_FOUND, _NO_PLACE, {}),
    NoSuchItem: (HTTPStatus.NOT_FOUND, _NO_PLACE, {}),
    TooDeep: (HTTPStatus.UNPROCESSABLE_ENTITY, gettext_lazy("These are too many folders in one another."), {}),
    Expired: (
        HTTPStatus.GONE,
        gettext_lazy("This upload ended, because nobody went on with it in time or its file was deleted."),
        {},
    ),
    TooMuch: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, gettext_lazy("That is more than the file was to have."), {}),
    InUse: (HTTPStatus.LOCKED, _IN_USE, _SOON),
    TakenOver: (HTTPStatus.LOCKED, _IN_USE, _SOON),
    CutOff: (HTTPStatus.BAD_REQUEST, _CUT_OFF, {}),
    UnreadablePostError: (HTTPStatus.BAD_REQUEST, _CUT_OFF, {}),
    WrongChecksum: (
        CHECKSUM_MISMATCH,
        gettext_lazy("This part arrived garbled, so none of it counts. Please send it again."),
        {},
    ),
    OtherFile: (
        CHECKSUM_MISMATCH,
        gettext_lazy(
            "What arrived isn’t the file that was announced; perhaps it changed while it was sent. Nothing of it was"
            " kept. Please upload it anew."
        ),
        {},
    ),
    Spoiled: (HTTPStatus.INTERNAL_SERVER_ERROR, _DAMAGED, {}),
    KeyRefused: (HTTPStatus.INTERNAL_SERVER_ERROR, _DAMAGED, {}),
    NoRoom: (HTTPStatus.INSUFFICIENT_STORAGE, _NO_ROOM, _LATER),
    QuotaFull: (HTTPStatus.INSUFFICIENT_STORAGE, _QUOTA, {}),
    OperationalError: (HTTPStatus.SERVICE_UNAVAILABLE, _AWAY, _LATER),
    InterfaceError: (HTTPStatus.SERVICE_UNAVAILABLE, _AWAY, _LATER),
}


def speaks_tus(view: View) -> View:
    """Have a view answer in the protocol's words, whatever hinders it."""

    @wraps(view)
    def speaking(request: HttpRequest, account_id: UUID, **ids: UUID) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return abilities()
        try:
            return view(request, account_id, **ids)
        except Refusal as refusal:
            return answer(refusal.status, refusal.sentence, refusal.headers)
        except WrongOffset as error:
            sentence = _("%d bytes of this file are here. Please go on from there.") % error.offset
            return answer(HTTPStatus.CONFLICT, sentence, {"Upload-Offset": str(error.offset)})
        except Exception as error:
            kind = _kind(error)
            if kind is None:
                raise
            status, text, headers = _HINDRANCES[kind]
            return answer(status, str(text), headers)

    return speaking


def _kind(error: Exception) -> type[Exception] | None:
    if isinstance(error, OperationalError) and sqlstate(error) == _DISK_FULL:
        return NoRoom
    return next((kind for kind in _HINDRANCES if isinstance(error, kind)), None)
