"""The verifier: as a page, and as the file that needs neither the page nor us."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.ledger.policies import BadPolicy
from djmixersoft.ledger.selectors import heads_key
from djmixersoft.ledger.witnesses import policy_text
from djmixersoft.pages.csp import CHECKING_CSP
from djmixersoft.policy.purposes import purpose
from djmixersoft.site import verifying
from djmixersoft.site.pages import SHOWN, methods, page


@purpose("visiting")
@methods(*SHOWN)
def ledger_verify(request: HttpRequest) -> HttpResponseBase:
    """Anybody may check what they have; it stays in their browser."""
    context = {"policy": _believed(), "verifying_texts": verifying.texts()}
    response = page(request, "ledger_verify", context, title=_("Check a receipt"))
    response["Content-Security-Policy"] = CHECKING_CSP
    return response


@purpose("visiting", own_transaction=True)
@methods(*SHOWN)
def ledger_verifier(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """Anybody may take the verifier's one file."""
    response = HttpResponse(verifying.FILE.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{verifying.FILE.name}"'
    return response


def _believed() -> str:
    """The policy that /ledger/policy serves; where the witnesses' file is broken, the key alone."""
    key = heads_key()
    if not key:
        return ""
    try:
        return policy_text(key, settings.WITNESSES)
    except BadPolicy:
        return policy_text(key, None)
