"""The site, or the desk, as a WSGI application."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog
from django.core.wsgi import get_wsgi_application

from djmixersoft.pages.letters import Utf8Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "djmixersoft.settings")
django_application = get_wsgi_application()
django_application.request_class = Utf8Request
# The server copies the environment into that of every request; a page that printed it must find no password there.
for name in ("DATABASE_URL", "MAIL_URL"):
    os.environ.pop(name, None)


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer a request; what even Django's error page can't catch is logged, not handed to the server's own log."""
    try:
        return django_application(environ, start_response)
    except Exception:  # noqa: BLE001 - there is nobody above who would log it as we do
        structlog.get_logger().exception("a request failed outside of every page")
        start_response("500 Internal Server Error", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"Something went wrong on our side. Please try again in a moment."]
