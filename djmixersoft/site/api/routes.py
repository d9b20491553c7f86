"""Every address of the interface, with its one purpose; and its description as OpenAPI 3.1."""

from typing import Any, Final

from django.http import HttpRequest
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.security import HttpBearer

from djmixersoft.policy.purposes import purpose
from djmixersoft.site.api import documents, files, items, labels, links, record
from djmixersoft.site.api.problems import answer_problems


class Token(HttpBearer):
    """That a token must be shown. Whether it is good, the database says when it is used."""

    def authenticate(self, _request: HttpRequest, token: str) -> str:
        """Pass it on."""
        return token


api: Final = NinjaAPI(
    title="DJMixerSoft",
    version="1",
    description=(
        "Everything that a member can do with an account's Content. Show a token that you made on the page about you: "
        "`Authorization: Bearer …`. A token that may only read is refused every change by the database itself."
    ),
    docs_url=None,
    urls_namespace="api",
    auth=Token(),
)
answer_problems(api)
for _router in (items.router, files.router, labels.router, documents.router, links.router, record.router):
    api.add_router("", _router)


def routes() -> list[Any]:
    """The routes, each marked: they open their own transactions, as the bearer of the token."""
    found, _app, _namespace = api.urls
    for route in found:
        if isinstance(route, URLPattern):
            described = route.name == "openapi-json"
            purpose("visiting" if described else "teamwork", own_transaction=True)(route.callback)
    return found
