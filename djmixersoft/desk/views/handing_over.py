"""Handing over what a legal process demands: a bundle that is encrypted to the authority's key while it is sent."""

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.legal import selectors, services
from djmixersoft.pages.answers import error_page, methods
from djmixersoft.pages.face import Text
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose, release_connection

_NOT_HANDED: Final[Mapping[str, Text]] = {
    "not-yours": gettext_lazy("There is no such access of yours."),
    "over": gettext_lazy("This access is over. Open another one under the process."),
    "not-told": gettext_lazy("The account’s Administrators are to be told first, and their notice isn’t sent yet."),
    "key": gettext_lazy("The process names no key of the authority, so nothing can be handed over by a bundle."),
}


@purpose("legal-process", own_transaction=True)
@methods("POST")
def hand_over(request: HttpRequest, process_id: UUID, access_id: UUID) -> HttpResponseBase:
    """Whoever handles legal processes, and has just confirmed, hands over what an access of theirs covers."""
    token = token_of(request) or ""
    with acting_for(services.PURPOSE, token=token):
        demanded = selectors.process(process_id)
        accesses = selectors.my_accesses(demanded) if demanded else []
    access = next((one for one in accesses if one.id == access_id), None)
    if demanded is None or access is None:
        raise Http404
    outcome, handing = services.begin_export(token=token, demanded=demanded, access=access)
    release_connection()
    if handing is None:
        back = (reverse("process", args=[process_id]), _("Back to the process"))
        return error_page(request, 409, _("Not handed over"), _NOT_HANDED[outcome], next_step=back)
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="disclosure-{str(process_id)[:8]}.tar.age"',
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(_sent(handing), headers=headers)


def _sent(handing: services.Handing) -> Iterator[bytes]:
    """Send all of it, and note what it came to. Where it breaks off, what was read is on record all the same."""
    bundle = handing.bundle()
    yield from bundle.stream()
    handing.finish(bundle)
