"""Gives each request the one purpose of its route: a transaction, opened before anything else uses the database."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from djmixersoft.policy.errors import ASKS_TO_CONFIRM, ConfirmAgain, NotSignedIn, is_not_signed_in, sqlstate
from djmixersoft.policy.purposes import acting_for, purpose_of

SESSION_COOKIE = "__Host-session"
DESK_COOKIE = "__Host-desk"
SERVER_ERROR = 500


def own_cookie() -> str:
    """The name of this process's one cookie; the site's and the desk's may lie in one browser for one host."""
    return DESK_COOKIE if settings.PROCESS == "desk" else SESSION_COOKIE


def token_of(request: HttpRequest) -> str | None:
    """The secret that the browser holds since its person signed in."""
    return request.COOKIES.get(own_cookie())


class PurposeMiddleware(ABC):
    """Opens the request's transaction with its route's purpose; rolls back on an error and on an answer of 5xx."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    @abstractmethod
    def not_signed_in(self, request: HttpRequest) -> HttpResponse:
        """What somebody gets who must sign in first. Made without the database."""

    def confirm_again(self, request: HttpRequest) -> HttpResponse:
        """What one of our own people gets who must show a second factor again. Made without the database."""
        raise NotImplementedError

    @abstractmethod
    def unreadable(self, request: HttpRequest) -> HttpResponse:
        """What somebody gets whose form was cut off on its way. Made without looking at it."""

    @abstractmethod
    def unavailable(self, request: HttpRequest) -> HttpResponse:
        """What everybody gets while the database can't be reached. Made without it."""

    def begin(self, name: str) -> None:  # noqa: B027 - the site begins with nothing
        """What is done first in each request's transaction for a purpose."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answers a request within its purpose."""
        try:
            view = resolve(request.path_info).func
        except Resolver404:
            return self.get_response(request)
        name = purpose_of(view)
        if name is None:
            message = f"the route of {request.path_info} has no purpose"
            raise ImproperlyConfigured(message)
        if getattr(view, "own_transaction", False):
            return self.get_response(request)
        try:
            # What is still on its way is not waited for with a connection in hand, of which there are few.
            request.POST  # noqa: B018 - this reads it
            with acting_for(name, token=token_of(request)):
                self.begin(name)
                response = self.get_response(request)
                if response.status_code >= SERVER_ERROR:
                    transaction.set_rollback(True)
                return response
        except UnreadablePostError:
            return self.unreadable(request)
        except (NotSignedIn, ConfirmAgain, OperationalError, InterfaceError) as error:
            return self._refused(request, error)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A view's errors that are no fault of the program: nobody signed in, or the database out of reach."""
        answer = self._answer_to(exception)
        return self._refused(request, exception) if answer else None

    def _refused(self, request: HttpRequest, exception: Exception) -> HttpResponse:
        answer = self._answer_to(exception) or self.unavailable
        if connection.in_atomic_block:
            transaction.set_rollback(True)
        return answer(request)

    def _answer_to(self, exception: Exception) -> Callable[[HttpRequest], HttpResponse] | None:
        if isinstance(exception, (OperationalError, InterfaceError)):
            return self.unavailable
        by_database = exception if isinstance(exception, DatabaseError) else DatabaseError()
        if isinstance(exception, NotSignedIn) or is_not_signed_in(by_database):
            return self.not_signed_in
        if isinstance(exception, ConfirmAgain) or sqlstate(by_database) == ASKS_TO_CONFIRM:
            return self.confirm_again
        return None
