"""The inbox: what people ask, who of us looks after it, and the answers."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.contact import answering, inbox
from djmixersoft.contact.inbox import Letter, Row, With
from djmixersoft.contact.models import LONGEST, State, Topic
from djmixersoft.desk.question_forms import ReplyForm, SetForm
from djmixersoft.pages.answers import FORM, SHOWN, error_page, methods, page, see
from djmixersoft.pages.asking import TOPICS
from djmixersoft.pages.paging import Page, asked_page
from djmixersoft.policy.purposes import purpose

STATES: Final = {
    "open": gettext_lazy("Waiting for us"),
    "answered": gettext_lazy("Answered"),
    "closed": gettext_lazy("Closed"),
    "all": gettext_lazy("All"),
}
WHOSE: Final = {
    With.ANYBODY: gettext_lazy("Anybody’s"),
    With.ME: gettext_lazy("Mine"),
    With.NOBODY: gettext_lazy("Nobody’s"),
}


@purpose("support")
@methods(*SHOWN)
def questions(request: HttpRequest) -> HttpResponseBase:
    """Whoever answers questions sees those that were sent: by state, and by who looks after them."""
    staff, number = inbox.support_staff(), asked_page(request)
    state, whose = request.GET.get("state", "open"), request.GET.get("with", "")
    if state not in STATES or whose not in set(With):
        raise Http404
    wanted = None if state == "all" else State(state)
    rows, more = inbox.inbox(state=wanted, whose=With(whose), page=number, staff=staff)
    context = {
        "rows": [(row, TOPICS[Topic(row.topic)], STATES[row.state]) for row in rows],
        "states": [(value, words, _query(value, whose), value == state) for value, words in STATES.items()],
        "whose": [(words, _query(state, value), value == whose) for value, words in WHOSE.items()],
        "query": _query(state, whose),
        "page": Page(number, has_next=more),
    }
    return page(request, "questions", context, title=_("Questions"), signed_in=True)


@purpose("support")
@methods(*FORM)
def question(request: HttpRequest, ticket_id: UUID) -> HttpResponseBase:
    """Whoever answers questions reads one, and answers it; a ready answer is put into the text before."""
    staff = inbox.support_staff()
    letter = _letter(ticket_id, staff)
    if request.method != "POST":
        return _shown(request, letter, staff, ReplyForm(initial={"seen": len(letter.said)}))
    if "put" in request.POST:
        return _shown(request, letter, staff, _with_canned(request.POST))
    form = ReplyForm(request.POST)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        given, closing = form.cleaned_data, "close" in request.POST
        try:
            answering.reply(ticket_id, given["text"], seen=given["seen"], closing=closing)
        except answering.Gone:
            raise Http404 from None
        except answering.Meanwhile:
            form = ReplyForm({"text": given["text"], "seen": len(letter.said)})
            form.add_error(None, _("Something was added meanwhile, and stands above now. Does your answer still fit?"))
            status = HTTPStatus.CONFLICT
        else:
            return see("question", ticket_id, done="answered-and-closed" if closing else "answered")
    return _shown(request, letter, staff, form, status)


@purpose("support")
@methods("POST")
def question_set(request: HttpRequest, ticket_id: UUID) -> HttpResponseBase:
    """Whoever answers questions takes one, hands it on, closes it or opens it again."""
    staff = inbox.support_staff()
    letter, form = _letter(ticket_id, staff), SetForm(request.POST)
    if not form.is_valid():
        reply = ReplyForm(initial={"seen": len(letter.said)})
        return _shown(request, letter, staff, reply, HTTPStatus.UNPROCESSABLE_ENTITY, set_form=form)
    given = form.cleaned_data
    if given["was"] not in set(State):
        raise Http404
    seen = replace(letter.ticket, state=State(given["was"]), assigned_to=given["was_with"])
    try:
        _do(seen, given["action"], given["to"])
    except answering.Gone:
        raise Http404 from None
    except answering.Meanwhile:
        sentence = _("Somebody did something with this question meanwhile. Look at it again, then decide.")
        return _again(request, ticket_id, sentence)
    except answering.NotOfSupport:
        return _again(request, ticket_id, _("Whoever you chose doesn’t answer questions any more."))
    return see("question", ticket_id, done=given["action"])


def _do(ticket: Row, action: str, to: UUID | None) -> None:
    match action:
        case "take":
            answering.hand_to(ticket, inbox.me())
        case "hand":
            answering.hand_to(ticket, to)
        case "release":
            answering.hand_to(ticket, None)
        case "close":
            answering.set_state(ticket, State.CLOSED)
        case _:
            answering.set_state(ticket, State.OPEN)


def _letter(ticket_id: UUID, staff: dict[UUID, str]) -> Letter:
    letter = inbox.letter(ticket_id, staff=staff)
    if letter is None:
        raise Http404
    return letter


def _with_canned(sent: QueryDict) -> ReplyForm:
    """Put a ready answer after what was typed, as far as it fits."""
    chosen = sent.get("canned", "")
    text = next((one.text for one in inbox.canned_replies() if str(one.id) == chosen), "")
    typed = "\n\n".join(part for part in (sent.get("text", "").strip(), text) if part)
    return ReplyForm(initial={"text": typed[:LONGEST], "seen": sent.get("seen", "")})


def _shown(
    request: HttpRequest,
    letter: Letter,
    staff: dict[UUID, str],
    form: ReplyForm,
    status: int = HTTPStatus.OK,
    *,
    set_form: SetForm | None = None,
) -> HttpResponse:
    context = {
        "letter": letter,
        "ticket": letter.ticket,
        "topic": TOPICS[Topic(letter.ticket.topic)],
        "state": STATES[letter.ticket.state],
        "form": form,
        "set_form": set_form,
        "staff": [(key, name) for key, name in staff.items() if key != letter.ticket.assigned_to],
        "me": inbox.me(),
        "canned": inbox.canned_replies(),
    }
    title = _("Question %s") % letter.ticket.reference
    return page(request, "question", context, title=title, status=status, signed_in=True)


def _again(request: HttpRequest, ticket_id: UUID, sentence: str) -> HttpResponse:
    next_step = (reverse("question", args=[ticket_id]), _("Look at it"))
    return error_page(request, HTTPStatus.CONFLICT, _("Somebody was quicker"), sentence, next_step=next_step)


def _query(state: str, whose: str) -> str:
    query = QueryDict(mutable=True)
    query["state"] = state
    if whose:
        query["with"] = whose
    return query.urlencode()
