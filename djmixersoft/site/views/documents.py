"""Documents: written beside a preview, saved as versions, never over what somebody else wrote meanwhile.

Scripts save with `Accept: application/json` and get the same outcomes as data.
"""

from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.selectors import documents as selectors
from djmixersoft.content.selectors import tree
from djmixersoft.content.selectors.documents import Document
from djmixersoft.content.services import documents as services
from djmixersoft.content.services.items import NoSuchFolder, QuotaFull
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.access import access_account
from djmixersoft.site.content_forms import DocumentForm, NewDocumentForm
from djmixersoft.site.markdown import render
from djmixersoft.site.pages import FORM, SHOWN, methods, page, see
from djmixersoft.site.selecting import as_uuid
from djmixersoft.vault.blobs import NoRoom

_FULL = (QuotaFull, NoRoom)


@purpose("teamwork")
@methods(*FORM)
def document_new(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members start a document in one of its folders, or at the top."""
    account = access_account(account_id)
    if request.method != "POST":
        return _new(request, account, NewDocumentForm(initial={"folder": request.GET.get("folder", "")}))
    sent = request.POST.copy()
    form = NewDocumentForm(sent)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        name, folder = form.cleaned_data["name"], form.cleaned_data["folder"]
        try:
            item_id = services.create_document(account_id=account.id, parent_id=folder, name=name, text=f"# {name}\n")
            return see("document", account.id, item_id)
        except NoSuchFolder:
            form.add_error(
                None, _("The folder for it isn’t there any more. Sent again, the document comes to the top.")
            )
            sent["folder"] = ""
        except NotAllowed:
            raise Http404 from None
        except _FULL:
            status = HTTPStatus.INSUFFICIENT_STORAGE
            form.add_error(None, _no_room())
    return _new(request, account, form, status)


@purpose("teamwork")
@methods(*FORM)
def document(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members read and write a document."""
    account = access_account(account_id)
    now = _access_document(account, item_id)
    if request.method != "POST":
        return _editor(request, account, now, DocumentForm(initial={"text": now.text, "base": now.version}))
    form = DocumentForm(request.POST)
    if not form.is_valid():
        sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _answer(request, account, now, form, HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
    if "preview" in request.POST:
        return _editor(request, account, now, form)
    return _save(request, account, now, form)


@purpose("teamwork")
@methods("POST")
def document_preview(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members see what they are writing, as a piece of a page. Nothing is kept."""
    access_account(account_id)
    return HttpResponse(render(request.POST.get("text", "")))


@purpose("teamwork")
@methods(*SHOWN)
def document_history(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members see who wrote what when, and what one version changed."""
    account = access_account(account_id)
    now = _access_document(account, item_id)
    asked = request.GET.get("version", str(now.version))
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0  # noqa: PLR2004 - an integer's
    text = selectors.text_of_version(account.id, item_id, number)
    if text is None:
        raise Http404
    before = selectors.text_of_version(account.id, item_id, number - 1) or ""
    context = {
        "account": account,
        "document": now,
        "path": tree.path_to(account.id, now.parent_id),
        "versions": selectors.history(account.id, item_id),
        "number": number,
        "lines": list(selectors.difference(before, text)),
        "text": text,
    }
    return page(request, "document_history", context, title=_("History of %s") % now.name)


@purpose("teamwork")
@methods("POST")
def document_restore(request: HttpRequest, account_id: UUID, item_id: UUID, number: int) -> HttpResponseBase:
    """An account's members make an earlier version the present one; the present one stays in the history."""
    account = access_account(account_id)
    now = _access_document(account, item_id)
    try:
        services.restore_version(account_id=account.id, item_id=item_id, number=number, base=now.version)
    except NotAllowed:
        raise Http404 from None
    except services.Conflict:
        return see("document-history", account.id, item_id, done="written-meanwhile")
    except _FULL:
        form = DocumentForm(initial={"text": now.text, "base": now.version})
        return _editor(request, account, now, form, HTTPStatus.INSUFFICIENT_STORAGE, _no_room())
    return see("document", account.id, item_id, done="version-restored")


def _new(request: HttpRequest, account: AccountRow, form: NewDocumentForm, status: int = HTTPStatus.OK) -> HttpResponse:
    path = tree.path_to(account.id, as_uuid(str(form["folder"].value() or "")))
    context = {"account": account, "path": path, "form": form}
    return page(request, "document_new", context, title=_("New document"), status=status)


def _access_document(account: AccountRow, item_id: UUID) -> Document:
    found = selectors.document(account.id, item_id)
    if found is None:
        raise Http404
    return found


def _save(request: HttpRequest, account: AccountRow, now: Document, form: DocumentForm) -> HttpResponseBase:
    base, text = form.cleaned_data["base"], form.cleaned_data["text"]
    try:
        version = services.save_document(account_id=account.id, item_id=now.id, base=base, text=text)
    except services.Conflict:
        return _conflict(request, account, _access_document(account, now.id), text)
    except NotAllowed:
        raise Http404 from None
    except _FULL:
        return _answer(request, account, now, form, HTTPStatus.INSUFFICIENT_STORAGE, _no_room())
    if _wants_data(request):
        return JsonResponse({"version": version})
    return see("document", account.id, now.id, done="saved")


def _conflict(request: HttpRequest, account: AccountRow, now: Document, mine: str) -> HttpResponseBase:
    """Show both texts. Nothing was overwritten; sending mine again, upon what is there now, is one's own decision."""
    sentence = _("Somebody saved this document while you were writing. Nothing was overwritten: here are both texts.")
    if _wants_data(request):
        data = {"sentence": sentence, "version": now.version, "text": now.text, "changed_by": now.changed_by}
        return JsonResponse(data, status=HTTPStatus.CONFLICT)
    form = DocumentForm(initial={"text": mine, "base": now.version})
    theirs = {"theirs": now, "lines": list(selectors.difference(now.text, mine))}
    return _editor(request, account, now, form, HTTPStatus.CONFLICT, sentence, theirs)


def _answer(
    request: HttpRequest, account: AccountRow, now: Document, form: DocumentForm, status: int, sentence: str
) -> HttpResponseBase:
    if _wants_data(request):
        return JsonResponse({"sentence": sentence}, status=status)
    return _editor(request, account, now, form, status, sentence)


def _editor(
    request: HttpRequest,
    account: AccountRow,
    now: Document,
    form: DocumentForm,
    status: int = HTTPStatus.OK,
    sentence: str = "",
    theirs: dict[str, object] | None = None,
) -> HttpResponse:
    text = str(form["text"].value() or "").replace("\r\n", "\n")
    context = {
        "account": account,
        "path": tree.path_to(account.id, now.parent_id),
        "document": now,
        "form": form,
        "is_unsaved": text != now.text,
        "shown": render(text),
        "sentence": sentence,
    }
    return page(request, "document", {**context, **(theirs or {})}, title=now.name, status=status)


def _wants_data(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _no_room() -> str:
    return _("There is no room left to save this. Your text is still here: make room, then save again.")
