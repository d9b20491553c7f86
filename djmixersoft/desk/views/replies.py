"""Answers that are ready to be used again."""

from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.contact import answering, inbox
from djmixersoft.desk.question_forms import CannedForm
from djmixersoft.pages.answers import FORM, methods, page, see
from djmixersoft.policy.purposes import purpose


@purpose("support")
@methods(*FORM)
def replies(request: HttpRequest) -> HttpResponseBase:
    """Whoever answers questions sees the ready answers, and writes one."""
    me = inbox.me()
    form = CannedForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            answering.write_reply(form.cleaned_data["title"], form.cleaned_data["text"], me=me)
        except answering.TitleTaken:
            _taken(form)
        else:
            return see("replies", done="reply-kept")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"form": form, "replies": inbox.canned_replies()}
    return page(request, "replies", context, title=_("Ready answers"), status=status, signed_in=True)


@purpose("support")
@methods(*FORM)
def reply(request: HttpRequest, reply_id: UUID) -> HttpResponseBase:
    """Whoever answers questions changes a ready answer."""
    inbox.me()
    found = inbox.canned_reply(reply_id)
    if found is None:
        raise Http404
    start = {"title": found.title, "text": found.text}
    form = CannedForm(request.POST) if request.method == "POST" else CannedForm(initial=start)
    if form.is_bound and form.is_valid():
        try:
            answering.rewrite_reply(reply_id, form.cleaned_data["title"], form.cleaned_data["text"])
        except answering.TitleTaken:
            _taken(form)
        else:
            return see("replies", done="reply-kept")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(
        request, "reply", {"form": form, "reply": found}, title=_("Ready answer"), status=status, signed_in=True
    )


@purpose("support")
@methods("POST")
def reply_remove(request: HttpRequest, reply_id: UUID) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """Whoever answers questions removes a ready answer."""
    inbox.me()
    answering.remove_reply(reply_id)
    return see("replies", done="reply-removed")


def _taken(form: CannedForm) -> None:
    form.add_error("title", _("There is a ready answer of this title. Choose another, or change that one."))
