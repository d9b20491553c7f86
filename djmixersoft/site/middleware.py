"""What the site does with requests of its own accord: who must sign in first is led there, with nothing lost."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from djmixersoft.pages.answers import SeeOther
from djmixersoft.pages.cookie import delete_cookie
from djmixersoft.pages.kept import keep
from djmixersoft.pages.middleware import PagesPurpose
from djmixersoft.site.signing_page import signing_page


class SitePurpose(PagesPurpose):
    """Gives each request the purpose of its route."""

    def not_signed_in(self, request: HttpRequest) -> HttpResponse:
        """Send a reader to the sign-in page and back; show it to a sender, with all that they typed kept."""
        if request.method in {"GET", "HEAD"}:
            here = urlencode({"next": request.get_full_path()})
            response: HttpResponse = SeeOther(f"{reverse('sign-in')}?{here}")
        else:
            response = signing_page(request, kept=keep(request), status=HTTPStatus.UNAUTHORIZED)
            response["WWW-Authenticate"] = 'Cookie realm="DJMixerSoft"'
        # What it holds opens nothing any more, and would make the menu look as if it did.
        return delete_cookie(request, response)
