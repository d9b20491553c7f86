"""The pages that everybody may read, without a cookie.

Most need nothing that only the database has, and open no transaction: they are there while it is out of reach.
"""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.lockbox.figures import figures
from djmixersoft.policy.purposes import purpose
from djmixersoft.site import enforcement, mailbox, prose
from djmixersoft.site.pages import SHOWN, methods, page


@purpose("visiting", own_transaction=True)
@methods(*SHOWN)
def front(request: HttpRequest) -> HttpResponseBase:
    """Anybody may read it."""
    return page(request, "front", title="")


@purpose("visiting", own_transaction=True)
@methods(*SHOWN)
def privacy(request: HttpRequest) -> HttpResponseBase:
    """Anybody may read it."""
    text = prose.privacy()
    context = {"sections": enforcement.sections(), "version": text.version, "title": text.title}
    return page(request, "privacy", context, title=text.title)


@purpose("visiting", own_transaction=True)
@methods(*SHOWN)
def terms(request: HttpRequest) -> HttpResponseBase:
    """Anybody may read them."""
    text = prose.terms()
    context = {"html": text.html, "version": text.version, "title": text.title}
    return page(request, "prose", context, title=text.title)


@purpose("visiting", own_transaction=True)
@methods(*SHOWN)
def cookies(request: HttpRequest) -> HttpResponseBase:
    """Anybody may read it."""
    return page(request, "cookies", title=_("Cookies"))


@purpose("visiting")
@methods(*SHOWN)
def transparency(request: HttpRequest) -> HttpResponseBase:
    """Anybody may read it."""
    return page(request, "transparency", {"figures": figures()}, title=_("Transparency"))


@purpose("visiting")
@methods(*SHOWN)
def health(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """Anybody may ask. That it answers means that the database did, for its transaction is open already."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8", status=HTTPStatus.OK)


@purpose("visiting", own_transaction=True)
@methods(*SHOWN)
def mailbox_list(request: HttpRequest, key: str) -> HttpResponseBase:
    """Whoever has the address that the start printed, which holds a secret; only where mail stays on this machine."""
    if not mailbox.opens(key):
        raise Http404
    return page(request, "mailbox", {"messages": mailbox.messages()}, title=_("Local mailbox"))


@purpose("visiting", own_transaction=True)
@methods(*SHOWN)
def mailbox_message(request: HttpRequest, key: str, name: str) -> HttpResponseBase:
    """Whoever has the address that the start printed, which holds a secret; only where mail stays on this machine."""
    found = mailbox.message(name) if mailbox.opens(key) else None
    if found is None:
        raise Http404
    context = {"subject": found.subject, "to": found.to, "date": found.date, "parts": found.parts}
    return page(request, "mailbox_message", context, title=found.subject)
