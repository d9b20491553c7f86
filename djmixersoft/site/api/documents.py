"""Documents: their text, their versions, and saving upon a version."""

from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router, Status

from djmixersoft.content.selectors import documents as selectors
from djmixersoft.content.services import documents as services
from djmixersoft.site.api import schemas
from djmixersoft.site.api.acting import acting, reading, writing
from djmixersoft.site.api.items import ACCOUNT
from djmixersoft.site.api.problems import PROBLEMS

router = Router()

DOCUMENT = f"{ACCOUNT}/documents/{{uuid:item_id}}"


@router.post(f"{ACCOUNT}/documents", response={201: schemas.Made, **PROBLEMS})
@writing
def make_document(request: HttpRequest, account_id: UUID, body: schemas.NewDocument) -> Status[dict[str, UUID]]:
    """Start a document."""
    item_id = services.create_document(
        account_id=account_id, parent_id=body.parent_id, name=body.name, text=_plain(body.text)
    )
    return Status(201, {"id": item_id})


@router.get(DOCUMENT, response={200: schemas.Document, **PROBLEMS})
@reading
def show_document(request: HttpRequest, account_id: UUID, item_id: UUID) -> selectors.Document:
    """A document as it is now."""
    return _document(account_id, item_id)


@router.put(DOCUMENT, response={**PROBLEMS, 200: schemas.Saved, 409: schemas.Conflicting})
def save_document(
    request: HttpRequest, account_id: UUID, item_id: UUID, body: schemas.Writing
) -> Status[dict[str, object]]:
    """Save a text that was written upon version `base`. Over what somebody else saved meanwhile, it isn't (409)."""
    try:
        with acting(request, account_id=account_id):
            version = services.save_document(
                account_id=account_id, item_id=item_id, base=body.base, text=_plain(body.text)
            )
    except services.Conflict:
        with acting(request, account_id=account_id, read_only=True):
            now = _document(account_id, item_id)
        sentence = "Somebody saved this document meanwhile. Nothing was overwritten; this is what it says now."
        return Status(
            409, {"sentence": sentence, "version": now.version, "text": now.text, "changed_by": now.changed_by}
        )
    return Status(200, {"version": version})


@router.get(f"{DOCUMENT}/versions", response={200: list[schemas.DocumentVersion], **PROBLEMS})
@reading
def list_versions(request: HttpRequest, account_id: UUID, item_id: UUID) -> list[selectors.Version]:
    """All versions of a document, the present one first."""
    found = selectors.history(account_id, item_id)
    if not found:
        raise Http404
    return found


@router.get(f"{DOCUMENT}/versions/{{int:number}}", response={200: schemas.NewComment, **PROBLEMS})
@reading
def show_version(request: HttpRequest, account_id: UUID, item_id: UUID, number: int) -> dict[str, str]:
    """What a document said in one of its versions."""
    text = selectors.text_of_version(account_id, item_id, number) if number < 2**31 else None
    if text is None:
        raise Http404
    return {"text": text}


def _document(account_id: UUID, item_id: UUID) -> selectors.Document:
    found = selectors.document(account_id, item_id)
    if found is None:
        raise Http404
    return found


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
