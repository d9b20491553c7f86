"""Gives each request the one purpose of its route: a transaction, opened before anything else uses the database."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from djmixersoft.policy.errors import NotSignedIn, is_not_signed_in
from djmixersoft.policy.purposes import acting_for, purpose_of

SESSION_COOKIE = "__Host-session"
SERVER_ERROR = 500


def token_of(request: HttpRequest) -> str | None:
    """The secret that the browser holds since its person signed in."""
    return request.COOKIES.get(SESSION_COOKIE)


class PurposeMiddleware(ABC):
    """Opens the request's transaction with its route's purpose; rolls back on an error and on an answer of 5xx."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    @abstractmethod
    def not_signed_in(self, request: HttpRequest) -> HttpResponse:
        """What somebody gets who must sign in first. Made without the database."""

    @abstractmethod
    def unreadable(self, request: HttpRequest) -> HttpResponse:
        """What somebody gets whose form was cut off on its way. Made without looking at it."""

    @abstractmethod
    def unavailable(self, request: HttpRequest) -> HttpResponse:
        """What everybody gets while the database can't be reached. Made without it."""

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
                response = self.get_response(request)
                if response.status_code >= SERVER_ERROR:
                    transaction.set_rollback(True)
                return response
        except UnreadablePostError:
            return self.unreadable(request)
        except NotSignedIn:
            return self.not_signed_in(request)
        except (OperationalError, InterfaceError):
            return self._gone(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A view's errors that are no fault of the program: nobody signed in, or the database out of reach."""
        if isinstance(exception, (OperationalError, InterfaceError)):
            return self._gone(request)
        refused = isinstance(exception, DatabaseError) and is_not_signed_in(exception)
        if not refused and not isinstance(exception, NotSignedIn):
            return None
        if connection.in_atomic_block:
            transaction.set_rollback(True)
        return self.not_signed_in(request)

    def _gone(self, request: HttpRequest) -> HttpResponse:
        if connection.in_atomic_block:
            transaction.set_rollback(True)
        return self.unavailable(request)
