"""One item: what it is, what members put on it, and what can be done with it."""

from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.selectors import items, labels, trash, tree
from djmixersoft.content.selectors.items import ItemRow
from djmixersoft.content.selectors.neighbours import neighbours
from djmixersoft.content.selectors.tree import Sort
from djmixersoft.content.services import tree as services
from djmixersoft.pages.csp import STUDIO_CSP
from djmixersoft.pages.paging import Page, asked_page
from djmixersoft.pages.previews import allow_frame, preview
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.access import access_account, access_item
from djmixersoft.site.arranging_forms import CommentForm, DataForm, RenameForm, TagsForm
from djmixersoft.site.noticing import noticed
from djmixersoft.site.pages import SHOWN, SeeOther, methods, page
from djmixersoft.site.selecting import here
from djmixersoft.site.views.folders import asked_sort, folder_address


@purpose("teamwork")
@methods(*SHOWN)
def item(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members see what is known of an item in it."""
    account = access_account(account_id)
    return item_page(request, account, access_item(account, item_id))


@purpose("teamwork")
@methods("POST")
def item_remove(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """An account's members throw away what is in it: into the trash, out of which it can be had back."""
    account = access_account(account_id)
    found = access_item(account, item_id)
    try:
        with transaction.atomic():
            done = services.trash(account_id=account.id, ids=[item_id])
    except NotAllowed:
        raise Http404 from None
    if not done.count:
        raise Http404
    return SeeOther(f"{folder_address(account.id, found.parent_id)}?undo={done.undo_id}")


def item_page(
    request: HttpRequest, account: AccountRow, item: ItemRow, *, form: Form | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    """Make the page of an item; `form` is one of its forms that wasn't taken, with what was typed."""
    number = asked_page(request)
    comments, more = labels.comments(account.id, item.id, page=number)
    if number > 1 and not comments:
        raise Http404
    sort = asked_sort(request)
    trashed = trash.trashed(account.id, item.id)
    shown = None
    if item.kind == "file":
        shown = preview(item.id, item.media_type, item.size, lambda: items.opened(account.id, item.id))
    context = {
        "account": account,
        "item": item,
        "plays": "play" in request.GET,
        "preview": shown,
        "neighbours": None if trashed else neighbours(account.id, item, sort=sort),
        "order": f"sort={sort}" if sort is not Sort.NAME else "",
        "trashed": trashed,
        "path": tree.path_to(account.id, item.parent_id),
        "tags": labels.tags(account.id, item.id),
        "comments": comments,
        "data": labels.data(account.id, item.id),
        "page": Page(number, has_next=more),
        "rename_form": RenameForm(initial={"name": item.name}),
        "tags_form": form if isinstance(form, TagsForm) else TagsForm(),
        "comment_form": form if isinstance(form, CommentForm) else CommentForm(),
        "data_form": form if isinstance(form, DataForm) else DataForm(),
        "form": form,
        "here": here(request) if request.method != "POST" else "",
        **noticed(request, account.id),
    }
    return allow_frame(page(request, "item", context, title=item.name, status=status), shown, STUDIO_CSP)
