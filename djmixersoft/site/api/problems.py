"""What can go wrong for a program, each with its status and a sentence for the person behind it."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.services import copying, data, labels
from djmixersoft.content.services.items import InItself, NoSuchFolder, QuotaFull, TooDeep
from djmixersoft.content.services.shares import NothingToShare
from djmixersoft.people.passwords import Busy
from djmixersoft.policy.errors import MayOnlyRead, NotSignedIn, is_not_signed_in
from djmixersoft.site.api.schemas import Problem
from djmixersoft.site.pages import RETRY_SECONDS, retry_after
from djmixersoft.vault.blobs import Missing, NoRoom
from djmixersoft.vault.cobblestone import Altered
from djmixersoft.vault.keys import KeyRefused

PROBLEMS: Final[dict[int, type[Problem]]] = dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 422, 503, 507), Problem)

_NOBODY: Final = "This needs a token that is good: Authorization: Bearer … (make one on the page about you)."
_IN_WORDS: Final[Sequence[tuple[type[Exception], int, str]]] = (
    (NotSignedIn, 401, _NOBODY),
    (AuthenticationError, 401, _NOBODY),
    (MayOnlyRead, 403, "This token may only read."),
    (Http404, 404, "There is no such thing here, or not for this token."),
    (NotAllowed, 404, "There is no such thing here, or not for this token."),
    (NothingToShare, 404, "There is no such thing here, or it is in the trash."),
    (Busy, 503, "Very many passwords wait to be hashed. Please try again in a moment."),
    (NoSuchFolder, 409, "The folder isn't there, or is in the trash."),
    (InItself, 409, "A folder can't be put into itself."),
    (TooDeep, 409, "There are too many folders in each other already."),
    (labels.TooMany, 409, "The item has as many of these as it can have."),
    (data.NoValue, 422, "This is no JSON that can be kept, or more than 64 KiB of it."),
    (copying.TooMuch, 413, "This is too much for one copy: at most 2,000 items and 10 GiB at once."),
    (QuotaFull, 507, "The account has no room left. Nothing was changed."),
    (NoRoom, 507, "The machine has no room left. Nothing was changed."),
    (copying.Unreadable, 409, "A file in it is damaged, so nothing was copied."),
    (Altered, 409, "This file is damaged: it isn't what was uploaded, so nothing of it is sent."),
    (Missing, 409, "This file is damaged: it isn't there any more, so nothing of it is sent."),
    (KeyRefused, 409, "This file is damaged: its key doesn't open, so nothing of it is sent."),
)


def answer_problems(api: NinjaAPI) -> None:
    """Have the interface answer each of them in its words."""
    for kind, status, sentence in _IN_WORDS:
        api.add_exception_handler(kind, _say(api, status, sentence))
    api.add_exception_handler(ValidationError, _invalid(api))
    api.add_exception_handler(HttpError, _refused(api))
    api.add_exception_handler(DatabaseError, _database(api))
    for gone in (OperationalError, InterfaceError):
        api.add_exception_handler(gone, _away(api))


def _say(api: NinjaAPI, status: int, sentence: str) -> Any:  # noqa: ANN401 - the library's own type of handler
    def say(request: HttpRequest, _error: Exception) -> HttpResponse:
        response = api.create_response(request, {"sentence": sentence}, status=status)
        if status == 401:  # noqa: PLR2004 - RFC 6750 §3
            response["WWW-Authenticate"] = "Bearer"
        return response

    return say


def _invalid(api: NinjaAPI) -> Any:  # noqa: ANN401 - as above
    def say(request: HttpRequest, error: ValidationError) -> HttpResponse:
        # Where and why, but nothing of what was sent.
        wrong = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors[:5])
        return api.create_response(request, {"sentence": f"This can't be understood: {wrong}."}, status=422)

    return say


def _refused(api: NinjaAPI) -> Any:  # noqa: ANN401 - as above
    def say(request: HttpRequest, error: HttpError) -> HttpResponse:
        return api.create_response(request, {"sentence": str(error)}, status=error.status_code)

    return say


def _database(api: NinjaAPI) -> Any:  # noqa: ANN401 - as above
    not_signed_in = _say(api, 401, _NOBODY)

    def say(request: HttpRequest, error: DatabaseError) -> HttpResponse:
        if is_not_signed_in(error):
            response: HttpResponse = not_signed_in(request, error)
            return response
        raise error

    return say


def _away(api: NinjaAPI) -> Any:  # noqa: ANN401 - as above
    def say(request: HttpRequest, _error: Exception) -> HttpResponse:
        sentence = "The database is out of reach for a moment. Nothing is lost; please try again."
        return retry_after(api.create_response(request, {"sentence": sentence}, status=503), RETRY_SECONDS)

    return say
