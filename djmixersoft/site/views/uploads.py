"""Uploads that go on after whatever came in between (tus 1.0). They stream, and so hold no transaction."""

from http import HTTPStatus
from typing import TypedDict
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from djmixersoft.content.selectors import uploads as selectors
from djmixersoft.content.uploading import Progress, Uploads
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.site import tus
from djmixersoft.site.access import access_account
from djmixersoft.site.api.acting import bearer_of
from djmixersoft.site.pages import methods
from djmixersoft.site.tus_refusals import speaks_tus


@purpose("teamwork", own_transaction=True)
@methods("OPTIONS", "GET", "HEAD", "POST")
@speaks_tus
def uploads(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members begin an upload to it, and list their own that aren't finished."""
    if request.method != "POST":
        return _list(request, account_id)
    tus.check_version(request)
    begun = Uploads(account_id, **_shown(request)).begin(tus.wanted(request), tus.first_part(request))
    headers = {"Location": _url(request, account_id, begun.id)}
    return tus.answer(HTTPStatus.CREATED, headers=headers | _how_far(account_id, begun))


@purpose("teamwork", own_transaction=True)
@methods("OPTIONS", "HEAD", "PATCH", "DELETE", "POST")
@speaks_tus
def upload(request: HttpRequest, account_id: UUID, upload_id: UUID) -> HttpResponseBase:
    """Whoever began an upload asks how far it is, goes on with it, or gives it up."""
    tus.check_version(request)
    mine = Uploads(account_id, **_shown(request))
    match tus.method(request):
        case "HEAD":
            progress = mine.receive(upload_id)
            told = {"Upload-Length": str(progress.size)}
            if progress.metadata:
                told["Upload-Metadata"] = progress.metadata
            return tus.answer(HTTPStatus.OK, headers=told | _how_far(account_id, progress))
        case "PATCH":
            progress = mine.receive(upload_id, tus.next_part(request))
            return tus.answer(HTTPStatus.NO_CONTENT, headers=_how_far(account_id, progress))
        case _:
            mine.end(upload_id)
            return tus.answer(HTTPStatus.NO_CONTENT)


def _list(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    with acting_for("teamwork", read_only=True, **_shown(request)):
        access_account(account_id)
        mine = selectors.mine(account_id)
    return JsonResponse(
        {
            "uploads": [
                {
                    "id": one.id,
                    "url": _url(request, account_id, one.id),
                    "name": one.name,
                    "size": one.size,
                    "offset": one.offset,
                    "state": "checking" if one.offset == one.size else "receiving",
                    "metadata": one.metadata,
                    "parent": one.parent_id,
                    "replaces": one.replaces,
                    "began": one.added_at,
                    "expires": one.expires,
                }
                for one in mine
            ]
        }
    )


class _Shown(TypedDict, total=False):
    """What proves who asks: a browser's token or a program's, never one in the other's place."""

    token: str | None
    bearer: str


def _shown(request: HttpRequest) -> _Shown:
    return {"bearer": bearer_of(request)} if _is_program(request) else {"token": token_of(request)}


def _is_program(request: HttpRequest) -> bool:
    return bool(request.resolver_match and (request.resolver_match.url_name or "").startswith("api-"))


def _url(request: HttpRequest, account_id: UUID, upload_id: UUID) -> str:
    return reverse("api-one-upload" if _is_program(request) else "one-upload", args=[account_id, upload_id])


def _how_far(account_id: UUID, progress: Progress) -> dict[str, str]:
    item = reverse("item", args=[account_id, progress.item_id]) if progress.item_id else ""
    return tus.how_far(progress, item_url=item)
