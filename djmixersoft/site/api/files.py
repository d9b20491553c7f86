"""The bytes of files, whole or in ranges. What is sent streams after the transaction in which it was allowed."""

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router

from djmixersoft.content.selectors import items
from djmixersoft.policy.purposes import release_connection
from djmixersoft.site.api.acting import acting
from djmixersoft.site.api.items import ITEM
from djmixersoft.site.api.problems import PROBLEMS
from djmixersoft.vault.ranges import file_response

router = Router()


_BYTES: Final = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
_ANSWERS: Final = {
    200: {"description": "The whole file", **_BYTES},
    206: {"description": "The range that was asked for", **_BYTES},
    304: {"description": "It hasn't changed"},
    416: {"description": "The range has no byte in the file", **_BYTES},
}


@router.get(f"{ITEM}/file", response=PROBLEMS, openapi_extra={"responses": _ANSWERS})
def show_file(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """A file's bytes, or the range of them that is asked for (RFC 9110 §14)."""
    with acting(request, account_id=account_id, read_only=True):
        content = items.opened(account_id, item_id)
    release_connection()
    if content is None:
        raise Http404
    return file_response(request, content, download=True)
