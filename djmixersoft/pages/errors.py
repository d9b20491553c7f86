"""The pages for what went wrong, in our words: an exception's own text is never shown. Made without the database."""

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from djmixersoft.pages.answers import error_page

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Anybody gets this who sent what can't be understood."""
    if isinstance(exception, TOO_MUCH):
        sentence = _("That was more at once than this page takes, so nothing was done. Please send less.")
        return error_page(request, HTTPStatus.BAD_REQUEST, _("Too much at once"), sentence)
    sentence = _("This can’t be understood, so nothing was done. Please go back, and start from our own pages.")
    return error_page(request, HTTPStatus.BAD_REQUEST, _("Pardon?"), sentence)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Anybody gets this whom a rule of ours refuses."""
    return error_page(request, HTTPStatus.FORBIDDEN, _("Not for you"), _("You may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Anybody gets this for what isn't there, or isn't theirs: which of the two, it doesn't tell."""
    sentence = _("There is nothing at this address, or nothing that you may see. Perhaps it was removed.")
    return error_page(request, HTTPStatus.NOT_FOUND, _("Nothing here"), sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    """Anybody gets this where the fault is ours."""
    sentence = _("We made a mistake, and it is noted. Nothing of what you sent was kept; please try again.")
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR, _("Our fault"), sentence)
