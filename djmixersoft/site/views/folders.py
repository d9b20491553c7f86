"""The crate: an account's folders, with what lies in them."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.accounts import selectors as accounts
from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.selectors import damage, tree
from djmixersoft.content.selectors.room import room
from djmixersoft.content.selectors.tree import Folder, Sort
from djmixersoft.content.services import tree as services
from djmixersoft.content.services.items import NoSuchFolder, TooDeep
from djmixersoft.lockbox.selectors import waiting
from djmixersoft.pages.paging import Page, asked_page
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.access import access_account, access_folder
from djmixersoft.site.arranging_forms import FolderForm
from djmixersoft.site.forms import UploadForm
from djmixersoft.site.noticing import noticed
from djmixersoft.site.pages import FORM, SHOWN, Context, SeeOther, methods, page, see
from djmixersoft.site.selecting import as_uuid, here
from djmixersoft.vault.upload import MAXIMUM_FILES


@purpose("teamwork")
@methods(*SHOWN)
def account(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """Its members see what is at the top of an account."""
    return folder_page(request, access_account(account_id), None)


@purpose("teamwork")
@methods(*SHOWN)
def folder(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members see what lies in one of its folders."""
    account = access_account(account_id)
    return folder_page(request, account, access_folder(account, item_id))


@purpose("teamwork")
@methods(*FORM)
def folder_new(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members make a folder, in another one or at the top."""
    account = access_account(account_id)
    if request.method != "POST":
        return _new(request, account, FolderForm(initial={"folder": request.GET.get("folder", "")}))
    form = FolderForm(request.POST)
    if form.is_valid():
        try:
            with transaction.atomic():
                made = services.make_folder(
                    account_id=account.id, parent_id=form.cleaned_data["folder"], name=form.cleaned_data["name"]
                )
            return see("folder", account.id, made, done="folder-made")
        except NoSuchFolder:
            form.add_error(None, _("The folder for it isn’t there any more. Sent again, it comes to the top."))
            form.data = {**request.POST.dict(), "folder": ""}
        except TooDeep:
            form.add_error(None, too_deep())
        except NotAllowed:
            raise Http404 from None
    return _new(request, account, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def folder_page(
    request: HttpRequest,
    account: AccountRow,
    folder: Folder | None,
    *,
    upload_form: UploadForm | None = None,
    status: int = HTTPStatus.OK,
    sentence: str = "",
    notice: str = "",
) -> HttpResponse:
    """Make the page of an account, or of one of its folders; after an upload as well."""
    folder_id = folder.id if folder else None
    sort, number = asked_sort(request), asked_page(request)
    items, more = tree.listed(account.id, folder_id, sort=sort, page=number)
    if number > 1 and not items:
        return _page_before(request, number)
    path = tree.path_to(account.id, folder_id)
    context: Context = {
        "account": account,
        "folder": folder,
        "path": path[:-1],
        "items": items,
        "page": Page(number, has_next=more),
        "sort": sort,
        "sorts": _sorts(sort),
        "query": f"sort={sort}" if sort is not Sort.NAME else "",
        "upload_form": upload_form or UploadForm(initial={"folder": folder_id}),
        "form": upload_form,
        "max_size": settings.MAX_UPLOAD_BYTES,
        "max_resumable": settings.MAX_RESUMABLE_BYTES,
        "max_files": MAXIMUM_FILES,
        "room": room(account.id),
        "waiting": waiting()[account.id] if account.is_administrator and folder is None else 0,
        "damaged": damage.damaged(account.id),
        "me": accounts.my_person_id(),
        "here": here(request),
        "sentence": sentence,
        **({"notice": notice} if notice else noticed(request, account.id)),
    }
    return page(request, "account", context, title=folder.name if folder else account.name, status=status)


def asked_sort(request: HttpRequest) -> Sort:
    """Return by what `?sort=` asks to sort; what it doesn't know is by name."""
    try:
        return Sort(request.GET.get("sort", Sort.NAME))
    except ValueError:
        return Sort.NAME


def too_deep() -> str:
    """Return the sentence for a folder that would lie too deep."""
    return _("There are a hundred folders in each other already. Please put it higher up.")


def folder_address(account_id: UUID, folder_id: UUID | None) -> str:
    """Return the path of a folder's page, or of the account's for the top."""
    return reverse("folder", args=[account_id, folder_id]) if folder_id else reverse("account", args=[account_id])


def _new(request: HttpRequest, account: AccountRow, form: FolderForm, status: int = HTTPStatus.OK) -> HttpResponse:
    path = tree.path_to(account.id, as_uuid(str(form["folder"].value() or "")))
    context = {"account": account, "form": form, "path": path}
    return page(request, "folder_new", context, title=_("New folder"), status=status)


def _page_before(request: HttpRequest, number: int) -> SeeOther:
    """Go back to the last page that has something, after its last item was moved away. Raises Http404 else."""
    if "undo" not in request.GET:
        raise Http404
    query = request.GET.copy()
    query["page"] = str(number - 1)
    return SeeOther(f"{request.path}?{query.urlencode()}")


def _sorts(sort: Sort) -> list[Context]:
    """The ways of sorting as links: by the present one it goes the other way round."""
    ways = {"name": _("Name"), "added": _("Added"), "size": _("Size"), "kind": _("Kind")}
    first = {"name": Sort.NAME, "added": Sort.ADDED_DOWN, "size": Sort.SIZE_DOWN, "kind": Sort.KIND}
    present = sort.removeprefix("-")
    other = Sort(present) if sort.startswith("-") else Sort(f"-{present}")
    return [
        {
            "words": words,
            "value": other if way == present else first[way],
            "is_present": way == present,
            "is_down": sort.startswith("-"),
        }
        for way, words in ways.items()
    ]
