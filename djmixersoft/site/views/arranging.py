"""Moving, copying, tagging and throwing away, one item or many; and taking that back."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.selectors import tree as selectors
from djmixersoft.content.services import labels, tree, undoing
from djmixersoft.content.services.items import InItself, NoSuchFolder, TooDeep
from djmixersoft.content.services.tree import Done, What
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.access import access_account
from djmixersoft.site.arranging_forms import RenameForm, TagsForm, too_many_tags
from djmixersoft.site.pages import FORM, error_page, methods, page
from djmixersoft.site.placing import placing_page
from djmixersoft.site.selecting import as_uuid, back_path, back_to, selection
from djmixersoft.site.views.folders import too_deep


@purpose("teamwork")
@methods("POST")
def trash(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members throw items away, into the trash."""
    account, chosen = access_account(account_id), selection(request.POST)
    if not chosen:
        return nothing_chosen(request, account_id)
    return _did(request, account_id, lambda: tree.trash(account_id=account.id, ids=chosen.resolved(account.id)))


@purpose("teamwork")
@methods(*FORM)
def move(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members move items: they choose where to, folder by folder."""
    account = access_account(account_id)
    chosen = selection(request.POST if request.method == "POST" else request.GET)
    if not chosen:
        return nothing_chosen(request, account_id)
    if request.method != "POST":
        return placing_page(request, account, chosen, What.MOVED)
    into = as_uuid(request.POST.get("into", ""))
    try:
        with transaction.atomic():
            done = tree.move(account_id=account.id, ids=chosen.resolved(account.id), into=into)
    except NotAllowed:
        raise Http404 from None
    except NoSuchFolder:
        sentence = _("The folder that you chose isn’t there any more. Please choose another.")
        return placing_page(request, account, chosen, What.MOVED, sentence, HTTPStatus.CONFLICT)
    except InItself:
        sentence = _("A folder can’t lie in itself, nor in what lies in it. Please choose another.")
        return placing_page(request, account, chosen, What.MOVED, sentence, HTTPStatus.UNPROCESSABLE_ENTITY)
    except TooDeep:
        return placing_page(request, account, chosen, What.MOVED, too_deep(), HTTPStatus.UNPROCESSABLE_ENTITY)
    return back_to(request, account_id, undo=done.undo_id, done="" if done.count else "nothing-to-do")


@purpose("teamwork")
@methods(*FORM)
def tag(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members put tags on many items at once."""
    account = access_account(account_id)
    chosen = selection(request.POST if request.method == "POST" else request.GET)
    if not chosen:
        return nothing_chosen(request, account_id)
    form = TagsForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                with transaction.atomic():
                    ids = chosen.resolved(account.id)
                    done = labels.add_tags(account_id=account.id, ids=ids, tags=form.cleaned_data["tags"])
                return back_to(request, account_id, undo=done.undo_id, done="" if done.undo_id else "tagged")
            except NotAllowed:
                raise Http404 from None
            except labels.TooMany:
                form.add_error("tags", too_many_tags())
    context = {
        "account": account,
        "form": form,
        "selection": chosen,
        "chosen": chosen.shown(account.id),
        "back": back_path(request, account_id),
    }
    return page(request, "tag_many", context, title=_("Tag"), status=status)


@purpose("teamwork")
@methods(*FORM)
def rename(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members rename what is in it."""
    account = access_account(account_id)
    chosen = selectors.chosen(account.id, [item_id])
    if not chosen:
        raise Http404
    if request.method != "POST":
        form = RenameForm(initial={"name": chosen[0].name})
    else:
        form = RenameForm(request.POST)
        if form.is_valid():
            name = form.cleaned_data["name"]
            return _did(request, account_id, lambda: tree.rename(account_id=account.id, item_id=item_id, name=name))
    context = {"account": account, "item": chosen[0], "form": form, "back": back_path(request, account_id)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "rename", context, title=_("Rename"), status=status)


@purpose("teamwork")
@methods("POST")
def undo(request: HttpRequest, account_id: UUID, undo_id: UUID) -> HttpResponseBase:
    """Whoever did something in an account takes it back, within the hour."""
    access_account(account_id)
    next_step = (back_path(request, account_id), _("Back to the crate"))
    try:
        with transaction.atomic():
            done = undoing.take_back(account_id=account_id, undo_id=undo_id)
    except NotAllowed:
        sentence = _("What this is about was deleted or thrown away meanwhile. Nothing was done.")
        return error_page(request, HTTPStatus.CONFLICT, _("Not any more"), sentence, next_step=next_step)
    except labels.TooMany:
        sentence = _("Something else was put there meanwhile, and no more fits. Nothing was done.")
        return error_page(request, HTTPStatus.CONFLICT, _("Not any more"), sentence, next_step=next_step)
    except (NoSuchFolder, InItself, TooDeep):
        sentence = _("The folders were changed meanwhile, so it can’t be taken back as a whole. Nothing was done.")
        return error_page(request, HTTPStatus.CONFLICT, _("Not any more"), sentence, next_step=next_step)
    if done is None:
        sentence = _("This was taken back already, or it is more than an hour ago. Nothing was done.")
        return error_page(request, HTTPStatus.CONFLICT, _("Not any more"), sentence, next_step=next_step)
    if done.count < done.of:
        text = ngettext(
            "%(n)d item is again as it was. The others were changed by somebody meanwhile, and stay as they are.",
            "%(n)d items are again as they were. The others were changed by somebody meanwhile, and stay as they are.",
            done.count,
        ) % {"n": done.count}
        return error_page(request, HTTPStatus.CONFLICT, _("Taken back in part"), text, next_step=next_step)
    return back_to(request, account_id, done="undone")


def nothing_chosen(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Say that nothing was ticked."""
    sentence = _("Nothing was chosen, so nothing was done. Please go back, and tick what this is about.")
    next_step = (back_path(request, account_id), _("Back to the list"))
    return error_page(request, HTTPStatus.UNPROCESSABLE_ENTITY, _("Which?"), sentence, next_step=next_step)


def _did(request: HttpRequest, account_id: UUID, what: Callable[[], Done]) -> HttpResponseBase:
    """Do something that can be taken back, and go back to where it was asked for."""
    try:
        with transaction.atomic():
            done = what()
    except NotAllowed:
        raise Http404 from None
    return back_to(request, account_id, undo=done.undo_id, done="" if done.count else "nothing-to-do")
