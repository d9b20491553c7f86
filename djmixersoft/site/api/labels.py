"""Tags, comments, and the data that programs keep on items."""

import json
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router, Status
from ninja.errors import HttpError
from pydantic import Field

from djmixersoft.content.selectors import items
from djmixersoft.content.selectors import labels as selectors
from djmixersoft.content.services import data as keeping
from djmixersoft.content.services import labels as services
from djmixersoft.site.api import schemas
from djmixersoft.site.api.acting import reading, writing
from djmixersoft.site.api.items import ITEM
from djmixersoft.site.api.problems import PROBLEMS
from djmixersoft.site.api.schemas import PageNumber

router = Router()

DATA = f"{ITEM}/data/{{name}}"
DataName = Annotated[str, Field(min_length=1, max_length=keeping.LONGEST_NAME)]


@router.get(f"{ITEM}/tags", response={200: list[str], **PROBLEMS})
@reading
def list_tags(request: HttpRequest, account_id: UUID, item_id: UUID) -> list[str]:
    """The tags on an item."""
    _exists(account_id, item_id)
    return selectors.tags(account_id, item_id)


@router.post(f"{ITEM}/tags", response={200: list[str], **PROBLEMS})
@writing
def add_tags(request: HttpRequest, account_id: UUID, item_id: UUID, body: schemas.Labels) -> list[str]:
    """Put tags on an item; all that it has then."""
    services.add_tags(account_id=account_id, ids=[item_id], tags=body.tags)
    return selectors.tags(account_id, item_id)


@router.post(f"{ITEM}/tags/remove", response={200: list[str], **PROBLEMS})
@writing
def remove_tags(request: HttpRequest, account_id: UUID, item_id: UUID, body: schemas.Labels) -> list[str]:
    """Take tags off an item; all that it has then."""
    for tag in body.tags:
        services.remove_tag(account_id=account_id, item_id=item_id, tag=tag)
    return selectors.tags(account_id, item_id)


@router.get(f"{ITEM}/comments", response={200: schemas.Comments, **PROBLEMS})
@reading
def list_comments(
    request: HttpRequest,
    account_id: UUID,
    item_id: UUID,
    page: PageNumber = 1,
) -> dict[str, object]:
    """What was said about an item."""
    _exists(account_id, item_id)
    rows, more = selectors.comments(account_id, item_id, page=page)
    return {"comments": rows, "more": more}


@router.post(f"{ITEM}/comments", response={204: None, **PROBLEMS})
@writing
def add_comment(request: HttpRequest, account_id: UUID, item_id: UUID, body: schemas.NewComment) -> Status[None]:
    """Say something about an item."""
    services.comment(account_id=account_id, item_id=item_id, text=body.text)
    return Status(204, None)


@router.delete(f"{ITEM}/comments/{{uuid:comment_id}}", response={204: None, **PROBLEMS})
@writing
def remove_comment(request: HttpRequest, account_id: UUID, item_id: UUID, comment_id: UUID) -> Status[None]:
    """Take back what one said oneself."""
    services.remove_comment(account_id=account_id, item_id=item_id, comment_id=comment_id)
    return Status(204, None)


@router.get(f"{ITEM}/data", response={200: dict[str, Any], **PROBLEMS})
@reading
def list_data(request: HttpRequest, account_id: UUID, item_id: UUID) -> dict[str, Any]:
    """All that programs keep on an item, by name."""
    _exists(account_id, item_id)
    return {row.name: json.loads(row.value) for row in selectors.data(account_id, item_id)}


@router.put(DATA, response={204: None, **PROBLEMS})
@writing
def put_data(request: HttpRequest, account_id: UUID, item_id: UUID, name: DataName) -> Status[None]:
    """Keep a value, any JSON of up to 64 KiB, under a name on an item, in place of what was there."""
    try:
        value = keeping.parsed(request.body.decode())
    except UnicodeDecodeError:
        raise keeping.NoValue from None
    if "\x00" in name:
        raise HttpError(422, "A name has no NUL in it.")
    keeping.put(account_id=account_id, item_id=item_id, name=name, value=value)
    return Status(204, None)


@router.delete(DATA, response={204: None, **PROBLEMS})
@writing
def remove_data(request: HttpRequest, account_id: UUID, item_id: UUID, name: DataName) -> Status[None]:
    """Forget what is kept under a name on an item."""
    if "\x00" in name:
        raise Http404
    keeping.remove(account_id=account_id, item_id=item_id, name=name)
    return Status(204, None)


def _exists(account_id: UUID, item_id: UUID) -> None:
    if items.item(account_id, item_id) is None:
        raise Http404
