"""Accounts, and what lies in them: listing, finding, arranging, the trash."""

from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router, Status

from djmixersoft.accounts import selectors as accounts
from djmixersoft.content import stores
from djmixersoft.content.selectors import finding, room, trash, tree
from djmixersoft.content.selectors import items as selectors
from djmixersoft.content.selectors.items import ItemRow
from djmixersoft.content.services import copying
from djmixersoft.content.services import trash as throwing
from djmixersoft.content.services import tree as services
from djmixersoft.policy.purposes import release_connection
from djmixersoft.site.api import schemas
from djmixersoft.site.api.acting import acting, reading, writing
from djmixersoft.site.api.problems import PROBLEMS
from djmixersoft.site.api.schemas import PageNumber

router = Router()

ACCOUNT = "/accounts/{uuid:account_id}"
ITEM = f"{ACCOUNT}/items/{{uuid:item_id}}"


@router.get("/accounts", response={200: list[schemas.Account], **PROBLEMS})
@reading
def list_accounts(request: HttpRequest) -> list[accounts.AccountRow]:
    """The accounts that the token is good for."""
    accounts.my_person_id()
    return accounts.my_accounts()


@router.get(f"{ACCOUNT}/room", response={200: schemas.Room, **PROBLEMS})
@reading
def show_room(request: HttpRequest, account_id: UUID) -> room.RoomTaken:
    """How much room is taken, and how much there is."""
    return room.room(account_id)


@router.get(f"{ACCOUNT}/items", response={200: schemas.Items, **PROBLEMS})
@reading
def list_items(
    request: HttpRequest,
    account_id: UUID,
    folder: UUID | None = None,
    sort: tree.Sort = tree.Sort.NAME,
    page: PageNumber = 1,
) -> dict[str, object]:
    """What lies in a folder, or at the top; 50 to a page."""
    if folder is not None and tree.folder(account_id, folder) is None:
        raise Http404
    rows, more = tree.listed(account_id, folder, sort=sort, page=page)
    return {"items": rows, "more": more}


@router.get(f"{ACCOUNT}/find", response={200: schemas.Items, **PROBLEMS})
@reading
def find_items(
    request: HttpRequest,
    account_id: UUID,
    asked: Query[schemas.Wanted],
) -> dict[str, object]:
    """What fits all that is asked for: words by their beginnings, in names, tags, comments and documents."""
    wanted = finding.Wanted(words=asked.q, kind=asked.kind, tag=asked.tag, since=asked.since, until=asked.until)
    rows, more = finding.found(account_id, wanted, page=asked.page)
    return {"items": rows, "more": more}


@router.get(ITEM, response={200: schemas.Item, **PROBLEMS})
@reading
def show_item(request: HttpRequest, account_id: UUID, item_id: UUID) -> ItemRow:
    """What is known of an item."""
    found = selectors.item(account_id, item_id)
    if found is None:
        raise Http404
    return found


@router.post(f"{ACCOUNT}/folders", response={201: schemas.Made, **PROBLEMS})
@writing
def make_folder(request: HttpRequest, account_id: UUID, body: schemas.NewFolder) -> Status[dict[str, UUID]]:
    """Make a folder."""
    return Status(201, {"id": services.make_folder(account_id=account_id, parent_id=body.parent_id, name=body.name)})


@router.post(f"{ITEM}/name", response={200: schemas.Count, **PROBLEMS})
@writing
def rename_item(request: HttpRequest, account_id: UUID, item_id: UUID, body: schemas.Renamed) -> services.Done:
    """Give an item another name."""
    return services.rename(account_id=account_id, item_id=item_id, name=body.name)


@router.post(f"{ACCOUNT}/move", response={200: schemas.Count, **PROBLEMS})
@writing
def move_items(request: HttpRequest, account_id: UUID, body: schemas.Moved) -> services.Done:
    """Put items into a folder, or to the top. What isn't there any more is passed over."""
    return services.move(account_id=account_id, ids=body.items, into=body.into)


@router.post(f"{ACCOUNT}/copy", response={200: schemas.Count, **PROBLEMS})
def copy_items(request: HttpRequest, account_id: UUID, body: schemas.Moved) -> dict[str, int]:
    """Copy items with all that lies in them, encrypted anew. All of them, or none."""
    with acting(request, account_id=account_id):
        copies = copying.plan(account_id=account_id, ids=body.items, into=body.into)
    release_connection()
    with copying.copied(account_id=account_id, copies=copies) as stored, acting(request, account_id=account_id):
        copying.keep(account_id=account_id, copies=copies, stored=stored)
    return {"count": len(copies)}


@router.post(f"{ACCOUNT}/trash", response={200: schemas.Count, **PROBLEMS})
@writing
def trash_items(request: HttpRequest, account_id: UUID, body: schemas.Some) -> services.Done:
    """Throw items away, for 30 days."""
    return services.trash(account_id=account_id, ids=body.items)


@router.get(f"{ACCOUNT}/trash", response={200: schemas.Trash, **PROBLEMS})
@reading
def list_trash(
    request: HttpRequest,
    account_id: UUID,
    page: PageNumber = 1,
) -> dict[str, object]:
    """What was thrown away."""
    rows, more = trash.thrown(account_id, page=page)
    return {"items": rows, "more": more}


@router.post(f"{ACCOUNT}/trash/restore", response={200: schemas.Count, **PROBLEMS})
@writing
def restore_items(request: HttpRequest, account_id: UUID, body: schemas.Some) -> throwing.Restored:
    """Take items out of the trash, with all that went there with them."""
    return throwing.restore(account_id=account_id, roots=body.items)


@router.post(f"{ACCOUNT}/trash/delete", response={200: schemas.Count, **PROBLEMS})
@writing
def delete_items(request: HttpRequest, account_id: UUID, body: schemas.Some) -> dict[str, int]:
    """Delete for good what lies in the trash, with all that went there with it."""
    blobs, _more = throwing.delete_some(account_id=account_id, roots=body.items)
    stores.delete_when_committed(blobs)
    return {"count": len(blobs)}
