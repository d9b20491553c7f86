"""The interface for programs against its own description: no answer of 5xx, and none that it doesn't describe.

Requests are generated from the description (schemathesis), good ones and bad ones, with a token that may write, for an
account that has something of every kind.
"""

from typing import Any

import hypothesis
import psycopg
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from djmixersoft.site.api.routes import api
from tests.site.browsing import Person
from tests.site.test_api import Program
from tests.site.test_documents import started
from tests.site.test_tracks import uploaded
from tests.support import IS_LONG

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = 300 if IS_LONG else 12

SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)

handler = WSGIHandler()


def whole(environ: dict[str, Any], start: Any) -> list[bytes]:  # noqa: ANN401 - WSGI's own
    """Answer at once and close, as a server does; the generator of requests leaves that to others."""
    answer = handler(environ, start)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


described = api.get_openapi_schema(path_prefix="/api/v1/")
schema = schemathesis.openapi.from_dict(
    described, config=SchemathesisConfig.from_dict({"generation": {"deterministic": True}})
)
schema.app = whole
operations = sorted((path, method) for path, item in described["paths"].items() for method in item)


@pytest.mark.parametrize(("path", "method"), operations)
def test_every_operation_answers_as_described(
    owner: Person, superuser: psycopg.Connection[Any], path: str, method: str
) -> None:
    track, document = uploaded(owner).rpartition("/")[2], started(owner).rpartition("/")[2]
    known = {"account_id": str(owner.account_id), "item_id": document if "documents" in path else track, "number": 1}
    program = Program.of(superuser, owner)
    operation = schema[path][method.upper()]
    seen = 0

    @SETTINGS
    @hypothesis.given(case=operation.as_strategy(), is_known=hypothesis.strategies.booleans())
    def ask(case: Any, is_known: bool) -> None:  # noqa: ANN401, FBT001 - what is generated
        nonlocal seen
        seen += 1
        if is_known:
            case.path_parameters = {
                **case.path_parameters,
                **{k: v for k, v in known.items() if k in case.path_parameters},
            }
        response = case.call(headers={"Authorization": program.defaults["HTTP_AUTHORIZATION"], "Host": "localhost"})
        try:
            case.validate_response(response, checks=CHECKS)
        except Failure as failure:
            raise AssertionError(f"{method} {case.formatted_path}: {failure}") from None

    ask()
    assert seen
