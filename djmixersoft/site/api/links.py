"""Links to people outside: listed with their uses, made, revoked."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Router, Status
from ninja.errors import HttpError

from djmixersoft.content.selectors import shares as selectors
from djmixersoft.content.services import shares as services
from djmixersoft.people.passwords import is_weak
from djmixersoft.policy.purposes import call_door
from djmixersoft.site.api import schemas
from djmixersoft.site.api.acting import acting, reading, writing
from djmixersoft.site.api.items import ACCOUNT, ITEM
from djmixersoft.site.api.problems import PROBLEMS
from djmixersoft.site.api.schemas import PageNumber

router = Router()


@router.get(f"{ACCOUNT}/links", response={200: schemas.Links, **PROBLEMS})
@reading
def list_links(request: HttpRequest, account_id: UUID, page: PageNumber = 1) -> dict[str, object]:
    """The account's links, latest first, and what each was used for; 20 to a page."""
    rows, more = selectors.links(account_id, page=page)
    return {"links": rows, "more": more}


@router.post(f"{ITEM}/links", response={201: schemas.NewLink, **PROBLEMS})
def make_link(
    request: HttpRequest, account_id: UUID, item_id: UUID, body: schemas.WantedLink
) -> Status[dict[str, object]]:
    """Share an item, or a folder and what lies in it. The address is told this once."""
    if body.password is not None and is_weak(body.password, known=["djmixersoft"]):
        raise HttpError(422, "This password would be guessed soon.")
    with acting(request, account_id=account_id):
        call_door("may_write")  # before a password is hashed for nothing
    sealed = None if body.password is None else services.seal(body.password)
    with acting(request, account_id=account_id):
        link = services.make_link(account_id=account_id, item_id=item_id, days=body.days, sealed=sealed)
    return Status(201, {"id": link.id, "url": settings.PUBLIC_URL + reverse("shared", args=[link.secret])})


@router.post(f"{ACCOUNT}/links/{{uuid:link_id}}/revoke", response={204: None, **PROBLEMS})
@writing
def revoke_link(request: HttpRequest, account_id: UUID, link_id: UUID) -> Status[None]:
    """End a link. Once is enough, and twice no error."""
    if not services.revoke_link(account_id=account_id, share_id=link_id):
        raise Http404
    return Status(204, None)
