"""The site as a function in this process: an address in, a page out, everything between included."""

import sys
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bench.crowd import Browser

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

ADDRESSES: dict[str, Callable[[Browser], str]] = {
    "studio": lambda _: "/studio",
    "account": lambda browser: f"/accounts/{browser.account_id}",
    "item": lambda browser: f"/accounts/{browser.account_id}/items/{browser.item_id}",
    "members": lambda browser: f"/accounts/{browser.account_id}/members",
    "me": lambda _: "/me",
    "sessions": lambda _: "/me/sessions",
}


@lru_cache(maxsize=1)
def _application() -> "WSGIHandler":
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def get(path: str, token: str) -> bytes:
    """A page for whoever holds the token. Raises where it is anything but 200."""
    environment: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost:8443",
        "HTTP_COOKIE": f"__Host-session={token}",
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.version": (1, 0),
    }
    statuses: list[str] = []

    def start(status: str, _headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], object]:
        statuses.append(status)
        return statuses.append  # type: ignore[return-value]  # nothing calls it (PEP 3333 keeps it for old code)

    response = _application()(environment, start)
    try:
        body = b"".join(response)
    finally:
        response.close()
    if not statuses[0].startswith(str(HTTPStatus.OK.value)):
        message = f"{path} answered {statuses[0]}"
        raise RuntimeError(message)
    return body
