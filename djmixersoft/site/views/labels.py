"""What members put on an item: tags, comments, other data. Each form comes back as it was typed, if it won't do."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.services import data, labels
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.access import access_account, access_item
from djmixersoft.site.arranging_forms import CommentForm, DataForm, TagsForm, no_value, too_many_tags
from djmixersoft.site.pages import methods, see
from djmixersoft.site.views.item import item_page


@purpose("teamwork")
@methods("POST")
def tags_add(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members put tags on an item."""

    def add(form: Form) -> UUID | None:
        done = labels.add_tags(account_id=account_id, ids=[item_id], tags=form.cleaned_data["tags"])
        if not done.count:
            raise NotAllowed
        return done.undo_id

    return _take(request, account_id, item_id, TagsForm(request.POST), add, done="tagged", fragment="tags")


@purpose("teamwork")
@methods("POST")
def tag_remove(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members take a tag off an item."""
    return _remove(
        account_id,
        item_id,
        lambda: labels.remove_tag(account_id=account_id, item_id=item_id, tag=_sent(request, "tag")).undo_id,
        fragment="tags",
    )


@purpose("teamwork")
@methods("POST")
def comment_add(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members say something about an item."""

    def add(form: Form) -> None:
        labels.comment(account_id=account_id, item_id=item_id, text=form.cleaned_data["comment"])

    return _take(request, account_id, item_id, CommentForm(request.POST), add, done="commented", fragment="comments")


@purpose("teamwork")
@methods("POST")
def comment_remove(request: HttpRequest, account_id: UUID, item_id: UUID, comment_id: UUID) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """Whoever said something takes it back."""
    return _remove(
        account_id,
        item_id,
        lambda: labels.remove_comment(account_id=account_id, item_id=item_id, comment_id=comment_id).undo_id,
        fragment="comments",
    )


@purpose("teamwork")
@methods("POST")
def data_put(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members keep a value under a name on an item."""

    def put(form: Form) -> UUID | None:
        name, value = form.cleaned_data["data_name"], form.cleaned_data["data_value"].value
        return data.put(account_id=account_id, item_id=item_id, name=name, value=value, can_undo=True)

    return _take(request, account_id, item_id, DataForm(request.POST), put, done="data-kept", fragment="data")


@purpose("teamwork")
@methods("POST")
def data_remove(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members remove what is kept under a name on an item."""
    return _remove(
        account_id,
        item_id,
        lambda: data.remove(account_id=account_id, item_id=item_id, name=_sent(request, "data_name"), can_undo=True),
        fragment="data",
    )


def _take(
    request: HttpRequest,
    account_id: UUID,
    item_id: UUID,
    form: Form,
    service: Callable[[Form], UUID | None],
    *,
    done: str,
    fragment: str,
) -> HttpResponseBase:
    account = access_account(account_id)
    item = access_item(account, item_id)
    if form.is_valid():
        try:
            with transaction.atomic():
                undo = service(form)
            return see("item", account_id, item_id, done=done, undo=undo, fragment=fragment)
        except NotAllowed:
            raise Http404 from None
        except labels.TooMany:
            form.add_error(None, _too_many(form))
        except data.NoValue:
            form.add_error("data_value", no_value())
    return item_page(request, account, item, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _remove(account_id: UUID, item_id: UUID, service: Callable[[], UUID | None], *, fragment: str) -> HttpResponseBase:
    access_item(access_account(account_id), item_id)
    try:
        with transaction.atomic():
            undo = service()
    except NotAllowed:
        raise Http404 from None
    return see("item", account_id, item_id, done="nothing-to-do", undo=undo, fragment=fragment)


def _sent(request: HttpRequest, name: str) -> str:
    """Return what a button's field holds. Raises Http404 for what no tag or name can be."""
    value = request.POST.get(name, "")
    if "\x00" in value:
        raise Http404
    return value


def _too_many(form: Form) -> str:
    match form:
        case TagsForm():
            return too_many_tags()
        case CommentForm():
            return _("So much was said about this item already that nothing more fits. Start a document for it.")
        case _:
            return _("So many names are kept on this item already that no other fits. Remove one first.")
