"""What is on record about an account, for programs of its Administrators."""

from functools import partial
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router

from djmixersoft.accounts import selectors as accounts
from djmixersoft.ledger import selectors
from djmixersoft.policy.purposes import release_connection
from djmixersoft.site import on_record
from djmixersoft.site.access import access_administered
from djmixersoft.site.api.acting import acting
from djmixersoft.site.api.items import ACCOUNT
from djmixersoft.site.api.problems import PROBLEMS

router = Router()

_LINES: Final = {"content": {"application/jsonl": {"schema": {"type": "string"}}}}


@router.get(
    f"{ACCOUNT}/record",
    response=PROBLEMS,
    openapi_extra={"responses": {200: {"description": "JSON Lines: a head, and an entry each", **_LINES}}},
)
def export_record(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """All that is sealed of an account's record, to be verified offline; for its Administrators."""
    transaction = partial(acting, request, account_id=account_id, read_only=True)
    with transaction():
        account = access_administered(account_id)
        log = selectors.log_of_account(account.id)
        if log is None or log.checkpoint is None:
            raise Http404
        log = selectors.as_witnessed(log)
        head = selectors.export_head(log, accounts.called(account.id))
    release_connection()
    return on_record.export(request, log, head, transaction, "record")
