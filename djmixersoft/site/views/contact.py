"""Asking the company something, signed in or not, and following the thread with the link that was mailed."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.contact import puzzle, selectors, services
from djmixersoft.contact.models import Topic
from djmixersoft.contact.selectors import Asker, Draft, NoThread, Thread, holding
from djmixersoft.contact.services import AnswerUsed, Asked, NoSuchItem, Question, TooMany
from djmixersoft.pages.asking import TOPICS
from djmixersoft.pages.csp import CHECKING_CSP
from djmixersoft.pages.paging import Page, asked_page
from djmixersoft.pages.refusals import Refusal, in_words
from djmixersoft.pages.scripts import is_built
from djmixersoft.people import selectors as people
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.access import access_account, access_item
from djmixersoft.site.contact_forms import AskForm, MoreForm
from djmixersoft.site.pages import FORM, SHOWN, link_gone, methods, page, see
from djmixersoft.site.views.shared import unlisted

HINDRANCES = (puzzle.Wrong, AnswerUsed, TooMany)


@purpose("contact")
@methods(*FORM)
def contact(request: HttpRequest) -> HttpResponseBase:
    """Anybody may ask. Who isn't signed in has a puzzle solved by the browser, or opens a mailed link first."""
    asker, refusal = selectors.asker(), Refusal()
    known = bool(asker.email)
    if request.method != "POST":
        topic = request.GET.get("topic", "")
        return _form(request, asker, AskForm(initial={"topic": topic}, is_signed_in=known), Refusal(HTTPStatus.OK))
    form = AskForm(request.POST, is_signed_in=known)
    if form.is_valid():
        given = form.cleaned_data
        question = Question(Topic(given["topic"]), given["text"], given.get("email", ""))
        try:
            asked = services.ask(question, asker=asker, answer=request.POST.get("answer", ""))
        except HINDRANCES as error:
            refusal = _refuse(form, error)
        else:
            return see("my-question", asked.id, done="asked") if known else _taken(request, asked, question.email)
    return _form(request, asker, form, refusal)


@purpose("contact", own_transaction=True)
@unlisted
@methods(*FORM)
def contact_thread(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whoever holds a mailed link sends the question that waits for it, reads what was said, and adds to it."""
    try:
        with holding(token) as held:
            form, refusal = MoreForm(request.POST if request.method == "POST" else None), Refusal(HTTPStatus.OK)
            if isinstance(held, Draft):
                if form.is_bound:
                    services.send_draft()
                    return see("contact-thread", token, done="asked")
                context = {"draft": held, "topic": TOPICS[Topic(held.topic)]}
                return page(request, "question_draft", context, title=_("Send your question"))
            if form.is_bound:
                refusal = _more(form)
                if form.is_valid():
                    return see("contact-thread", token, done="said-more")
            return _thread(request, held, form, refusal)
    except NoThread:
        reason = _("It was cut off in the mail, or what it led to is deleted by now.")
        again = (reverse("contact"), _("Ask us anew"))
        return link_gone(request, HTTPStatus.NOT_FOUND, reason, next_step=again)


@purpose("self-service")
@methods(*SHOWN)
def my_questions(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in sees the questions that they asked so."""
    number = asked_page(request)
    rows, more = selectors.my_tickets(page=number)
    if not rows:
        _me()
    context = {"tickets": [(row, TOPICS[Topic(row.topic)]) for row in rows], "page": Page(number, has_next=more)}
    return page(request, "my_questions", context, title=_("Your questions to us"))


@purpose("self-service")
@methods(*FORM)
def my_question(request: HttpRequest, ticket_id: UUID) -> HttpResponseBase:
    """Whoever is signed in reads a thread of theirs, and adds to it."""
    thread = selectors.my_thread(ticket_id)
    if thread is None:
        _me()
        raise Http404
    form, refusal = MoreForm(request.POST if request.method == "POST" else None), Refusal(HTTPStatus.OK)
    if form.is_bound:
        refusal = _more(form, ticket_id)
        if form.is_valid():
            return see("my-question", ticket_id, done="said-more")
    return _thread(request, thread, form, refusal)


@purpose("teamwork")
@methods(*FORM)
def item_ask(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members ask about an item in it. We are told its id, and see nothing of it by that."""
    account = access_account(account_id)
    item = access_item(account, item_id)
    form, refusal = AskForm(request.POST if request.method == "POST" else None, is_signed_in=True), Refusal()
    if not form.is_bound:
        refusal = Refusal(HTTPStatus.OK)
    elif form.is_valid():
        given = form.cleaned_data
        question = Question(Topic(given["topic"]), given["text"], item=(account.id, item.id))
        try:
            asked = services.ask(question, asker=selectors.asker())
        except NoSuchItem:
            raise Http404 from None
        except HINDRANCES as error:
            refusal = _refuse(form, error)
        else:
            return see("my-question", asked.id, done="asked")
    context = {"account": account, "item": item, "form": form}
    return refusal.mark(page(request, "item_ask", context, title=_("Ask about this"), status=refusal.status))


def _me() -> None:
    """Ask the database who this is, before it is said that there is nothing. Raises NotSignedIn."""
    people.me()


def _form(request: HttpRequest, asker: Asker, form: AskForm, refusal: Refusal) -> HttpResponse:
    """Make the form, with a new puzzle for who isn't signed in: the old one may have been used up."""
    known = bool(asker.email)
    runs = not known and is_built("contact")
    context = {"form": form, "asker": asker, "puzzle": puzzle.make(asker.puzzle_key) if runs else ""}
    response = page(request, "contact", context, title=_("Ask us"), status=refusal.status, signed_in=known)
    if runs:
        response["Content-Security-Policy"] = CHECKING_CSP
    return refusal.mark(response)


def _taken(request: HttpRequest, asked: Asked, email: str) -> HttpResponse:
    context = {"asked": asked, "email": email, "local_mailbox": settings.LOCAL_MAILBOX}
    title = _("We have your question") if asked.is_sent else _("Look in your mail")
    return page(request, "contact_taken", context, title=title, signed_in=False)


def _thread(request: HttpRequest, thread: Thread, form: MoreForm, refusal: Refusal) -> HttpResponse:
    context = {"thread": thread, "topic": TOPICS[Topic(thread.ticket.topic)], "form": form}
    title = _("Question %s") % thread.ticket.reference
    return refusal.mark(page(request, "question", context, title=title, status=refusal.status))


def _more(form: MoreForm, ticket_id: UUID | None = None) -> Refusal:
    """Add to a thread what was typed; what hinders it stands in the form then."""
    if form.is_valid():
        try:
            if services.say_more(form.cleaned_data["text"], ticket_id=ticket_id):
                return Refusal(HTTPStatus.OK)
        except TooMany as error:
            return _refuse(form, error)
        form.add_error(None, _("This question isn’t there any more. What you typed is still here to copy."))
    return Refusal()


def _refuse(form: Form, error: Exception) -> Refusal:
    """Put the sentence for one of HINDRANCES into a form, which is shown with all that was typed."""
    match error:
        case TooMany():
            form.add_error(None, _("Very much was sent to us of late. Please wait %s.") % in_words(error.seconds))
            return Refusal(HTTPStatus.TOO_MANY_REQUESTS, error.seconds)
        case puzzle.Wrong(expired=False):
            form.add_error(None, _("Your browser’s proof that it took its time isn’t right. Please press Send again."))
        case _:
            form.add_error(None, _("This page was open for long, or was sent before. Please press Send again."))
    return Refusal()
