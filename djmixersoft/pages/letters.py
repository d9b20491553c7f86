"""In which letters requests are read: UTF-8, whatever their `Content-Type` claims."""

from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.utils.http import parse_header_parameters


class Utf8Request(WSGIRequest):
    """A request that reads its query and its body as UTF-8.

    Django takes the claimed charset, also for the query, before any middleware could refuse; where Python knows a
    codec of that name which isn't one for text (`zip`, `rot13`), that fails outside of every page. The site's forms
    are in UTF-8; of anything else the letters come out wrong, and the forms say so.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
