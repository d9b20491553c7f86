"""Legal processes: recorded by one who handles them, confirmed by another, opened within what they name, ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.desk.access_forms import NOT_UNLOCKED, ItemForm
from djmixersoft.desk.pages import notice_while
from djmixersoft.desk.process_forms import OpenForm, PaperInMemory, ProcessForm, SilenceForm, is_cut
from djmixersoft.legal import selectors, services
from djmixersoft.legal.models import Kind, Telling
from djmixersoft.legal.selectors import Demanded, Opened, Prolonged
from djmixersoft.lockbox import services as lockbox
from djmixersoft.pages.answers import FORM, SHOWN, error_page, methods, page, see
from djmixersoft.pages.face import Text
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.vault.filenames import content_disposition

# Why something wasn't done, by what its door answers; and the field that it is about.
_NOT_RECORDED: Final[Mapping[str, tuple[str | None, Text]]] = {
    "unknown": ("account", gettext_lazy("There is no such account.")),
    "words": (None, gettext_lazy("Something here is too long, or empty.")),
    "items": ("items", gettext_lazy("Please name 1 to 100 items.")),
    "telling": ("telling", gettext_lazy("Where a court forbids to tell, nobody can be told before.")),
    "silence": ("silence", gettext_lazy("Please give a day from today on, and within a year.")),
    "key": ("key", gettext_lazy("This is no age key. One begins with age1, and has 62 characters.")),
    "document": ("paper", gettext_lazy("Please choose the document that demands this.")),
}
_NOT_OPENED: Final[Mapping[str, Text]] = {
    "unknown": gettext_lazy("There is no such account any more."),
    "unconfirmed": gettext_lazy("Nobody else of you has confirmed this process yet, so that it opens nothing."),
    "ended": gettext_lazy("This process is ended."),
    "scope": gettext_lazy("The process doesn’t name all of these items."),
    "nothing": gettext_lazy("There is nothing in this account that it could open."),
    "hours": gettext_lazy("Please choose 1 to 8 hours."),
    "words": gettext_lazy("Please say why, in up to 2,000 characters."),
    "waiting": gettext_lazy("Twenty requests of yours wait in this account already."),
    "often": gettext_lazy("You asked this account sixty times within a day. Ask again tomorrow."),
    "notice": gettext_lazy(
        "A notice to this account should have been sent and wasn’t yet. None more is opened before."
    ),
    "gone": gettext_lazy("Nothing of this is in the account."),
    "many": gettext_lazy("That is more than 10,000 items. Please name some of them."),
}
_NOT_SILENT: Final[Mapping[str, Text]] = {
    "unknown": gettext_lazy("This process isn’t confirmed yet."),
    "told": gettext_lazy("Its Administrators may be told already, so that it can’t be silent any more."),
    "silence": gettext_lazy("Please give a later day than it is now, and within a year."),
    "words": gettext_lazy("Please say which order says so."),
}
_NO_SOONER: Final = gettext_lazy("on the day until which a court forbids it")
_SAME: Final = gettext_lazy("Somebody else of you has to do that: nobody confirms what they wrote down themselves.")
_DECIDED: Final = gettext_lazy("Somebody was faster: it is confirmed or ended already.")


@dataclass(frozen=True)
class Forms:
    """The forms of a process's page."""

    opening: OpenForm
    silence: SilenceForm


@purpose("legal-process")
@methods(*SHOWN)
def processes(request: HttpRequest) -> HttpResponse:
    """Whoever handles legal processes sees all of them, latest first."""
    rows = [(one, Kind(one.kind).label) for one in selectors.processes()]
    return page(request, "processes", {"rows": rows}, title=_("Legal processes"), signed_in=True)


@purpose("legal-process", own_transaction=True)
@methods(*FORM)
def process_new(request: HttpRequest) -> HttpResponse:
    """Whoever handles legal processes records what an authority demands, with the document."""
    # Its own transaction, since the document has to be taken into memory, and that is said before anything is read.
    request.upload_handlers = [PaperInMemory(request)]
    cut = is_cut(request.META.get("CONTENT_LENGTH") or "")
    form = ProcessForm(request.POST or None, request.FILES or None, is_cut=cut)
    with acting_for(services.PURPOSE, token=token_of(request)):
        selectors.processes()
        if request.method == "POST" and form.is_valid():
            outcome, made = services.record(form.demand())
            if made:
                return see("process", made, done="process-recorded")
            field, sentence = _NOT_RECORDED[outcome]
            form.add_error(field, str(sentence))
    form.ask_for_paper_again()
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    title = _("Record a legal process")
    return page(request, "process_new", {"form": form}, title=title, status=status, signed_in=True)


@purpose("legal-process")
@methods(*SHOWN)
def process(request: HttpRequest, process_id: UUID) -> HttpResponse:
    """Whoever handles legal processes sees one, and what they opened under it themselves."""
    return _page(request, _found(process_id))


@purpose("legal-process")
@methods(*SHOWN)
def process_paper(request: HttpRequest, process_id: UUID) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """Whoever handles legal processes takes the document of one."""
    found = selectors.paper(process_id)
    if found is None:
        raise Http404
    name, content = found
    return HttpResponse(
        content,
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Disposition": content_disposition(name, inline=False),
            "Cache-Control": "no-store",
        },
    )


@purpose("legal-process")
@methods("POST")
def process_confirm(request: HttpRequest, process_id: UUID) -> HttpResponseBase:
    """Whoever handles legal processes, and has just confirmed, confirms what another of them recorded."""
    _found(process_id)
    outcome = services.confirm(process_id)
    if outcome == "done":
        return see("process", process_id, done="process-confirmed")
    return _refused(request, process_id, _SAME if outcome == "same" else _DECIDED)


@purpose("legal-process")
@methods("POST")
def process_end(request: HttpRequest, process_id: UUID) -> HttpResponseBase:
    """Whoever handles legal processes ends one."""
    _found(process_id)
    outcome = services.end(process_id)
    return (
        see("process", process_id, done="process-ended")
        if outcome == "done"
        else _refused(request, process_id, _DECIDED)
    )


@purpose("legal-process")
@methods("POST")
def process_open(request: HttpRequest, process_id: UUID) -> HttpResponseBase:
    """Whoever handles legal processes, and has just confirmed, opens an access under one, for themselves."""
    found, form = _found(process_id), OpenForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        outcome, made = services.open_access(
            process_id, items=given["items"] or None, words=given["words"], hours=given["hours"], may_download=False
        )
        if made:
            return see("process", process_id, done="process-opened")
        form.add_error(None, str(_NOT_OPENED[outcome]))
    return _page(request, found, Forms(form, SilenceForm()), HTTPStatus.UNPROCESSABLE_ENTITY)


@purpose("legal-process")
@methods("POST")
def process_unlock(request: HttpRequest, process_id: UUID, access_id: UUID) -> HttpResponseBase:
    """Whoever handles legal processes, and has just confirmed, unlocks one item that an access of theirs covers."""
    found, form = _found(process_id), ItemForm(request.POST)
    if not form.is_valid():
        raise Http404
    item_id = form.cleaned_data["item"]
    outcome, reading = lockbox.unlock(account_id=found.account_id, grant_id=access_id, item_id=item_id)
    if reading is None:
        return _refused(request, process_id, NOT_UNLOCKED[outcome])
    return see("process-reading", reading)


@purpose("legal-process")
@methods("POST")
def silence_ask(request: HttpRequest, process_id: UUID) -> HttpResponseBase:
    """Whoever handles legal processes, and has just confirmed, notes that one is to be silent for longer."""
    found, form = _found(process_id), SilenceForm(request.POST)
    if form.is_valid():
        outcome = services.ask_silence(process_id, until=form.moment(), words=form.cleaned_data["words"])
        if outcome == "asked":
            return see("process", process_id, done="process-silence-asked")
        form.add_error(None, str(_NOT_SILENT[outcome]))
    return _page(request, found, Forms(OpenForm(), form), HTTPStatus.UNPROCESSABLE_ENTITY)


@purpose("legal-process")
@methods("POST")
def silence_confirm(request: HttpRequest, process_id: UUID, silence_id: UUID) -> HttpResponseBase:
    """Whoever handles legal processes, and has just confirmed, confirms that one is silent for longer."""
    _found(process_id)
    outcome = services.confirm_silence(silence_id)
    if outcome == "done":
        return see("process", process_id, done="process-silence-confirmed")
    sentence = {"same": _SAME, "told": _NOT_SILENT["told"], "silence": _NOT_SILENT["silence"]}.get(outcome, _DECIDED)
    return _refused(request, process_id, sentence)


def _found(process_id: UUID) -> Demanded:
    found = selectors.process(process_id)
    if found is None:
        raise Http404
    return found


def _holding(found: Demanded, accesses: Sequence[Opened], silences: Sequence[Prolonged]) -> Mapping[str, bool]:
    """Which sentences after a redirect still hold: not that it opens nothing once it is confirmed, say."""
    return {
        "process-recorded": found.confirmed_at is None and found.ended_at is None,
        "process-confirmed": found.is_in_force,
        "process-opened": any(one.is_open for one in accesses),
        "process-silence-asked": any(one.confirmed_at is None for one in silences),
        "process-silence-confirmed": found.is_silent,
    }


def _refused(request: HttpRequest, process_id: UUID, sentence: Text) -> HttpResponse:
    back = (reverse("process", args=[process_id]), _("Back to the process"))
    return error_page(request, HTTPStatus.CONFLICT, _("Not done"), sentence, next_step=back)


def _page(
    request: HttpRequest, found: Demanded, forms: Forms | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    forms = forms or Forms(OpenForm(), SilenceForm())
    silences, accesses = selectors.silences(found.id), selectors.my_accesses(found)
    context = {
        "one": found,
        "notice": notice_while(request, _holding(found, accesses, silences)),
        "kind": Kind(found.kind).label,
        "telling": _NO_SOONER if found.silent_until else Telling(found.telling).label,
        "opening": forms.opening,
        "silence": forms.silence,
        "silences": silences,
        "accesses": accesses,
    }
    return page(request, "process", context, title=_("A legal process"), status=status, signed_in=True)
