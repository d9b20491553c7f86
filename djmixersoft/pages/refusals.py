"""What hinders a password from being taken, put into words: wrong, tried too often, or all hands busy."""

import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.forms import Form
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from djmixersoft.pages.answers import RETRY_SECONDS, retry_after
from djmixersoft.people.passwords import Busy
from djmixersoft.people.services import TooManyTries, WrongPassword

HINDRANCES: Final = (WrongPassword, TooManyTries, Busy)
SECONDS_IN_MINUTE: Final = 60


@dataclass(frozen=True)
class Refusal:
    """How a form is shown again that wasn't taken; `seconds` until it may be sent again, where that is known."""

    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    seconds: int | None = None

    def mark(self, response: HttpResponse) -> HttpResponse:
        """Say when to try again, in the answer's head."""
        return response if self.seconds is None else retry_after(response, self.seconds)


def refuse(form: Form, error: Exception, *, wrong: str = "", field: str | None = None) -> Refusal:
    """Put the sentence for one of HINDRANCES into a form; `wrong` and `field` are for a password that was wrong."""
    match error:
        case TooManyTries():
            form.add_error(None, _("Too many tries with this address. Please wait %s.") % in_words(error.seconds))
            return Refusal(HTTPStatus.TOO_MANY_REQUESTS, error.seconds)
        case Busy():
            form.add_error(None, _("Very many people are signing in just now. Please send this again in a moment."))
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, RETRY_SECONDS)
        case _:
            form.add_error(field, wrong or _("This password is not right."))
            return Refusal()


def in_words(seconds: int) -> str:
    """Return a wait as a person would say it, rounded up."""
    if seconds < SECONDS_IN_MINUTE:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    minutes = math.ceil(seconds / SECONDS_IN_MINUTE)
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
