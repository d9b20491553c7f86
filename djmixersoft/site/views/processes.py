"""A legal process about an account, for its Administrators; with its own record, if nobody might be told for a time."""

from functools import partial
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.content.selectors import items
from djmixersoft.ledger import selectors
from djmixersoft.ledger.selectors import Recorded
from djmixersoft.legal import selectors as legal
from djmixersoft.legal.models import Process
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose, release_connection
from djmixersoft.site import on_record
from djmixersoft.site.access import access_administered
from djmixersoft.site.on_record import asked, read, shown
from djmixersoft.site.pages import SHOWN, methods, page
from djmixersoft.site.record_words import Kind, Known
from djmixersoft.site.selecting import as_uuid
from djmixersoft.site.views.lockbox import Named


@purpose("teamwork")
@methods(*SHOWN)
def process(request: HttpRequest, account_id: UUID, process_id: UUID) -> HttpResponseBase:
    """An account's Administrators see a legal process about it: a silent one from its date on."""
    account, found = _found(account_id, process_id)
    log, wanted = selectors.log_of_process(found.id), asked(request, [Kind.ACCESS])
    entries = read(log, wanted)
    context = {
        **shown(log, wanted, entries, [Kind.ACCESS], _known(account.id, entries)),
        "account": account,
        "process": found,
        "demanded": _named(account.id, legal.demanded_of(account.id, found.id)),
        "export_url": reverse("process-export", args=[account.id, found.id]),
        "receipts_url": reverse("process-export", args=[account.id, found.id]),
    }
    return page(request, "process", context, title=_("A legal process"))


@purpose("teamwork")
@methods(*SHOWN)
def process_receipt(request: HttpRequest, account_id: UUID, process_id: UUID, index: int) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """An account's Administrators take the receipt of an entry about a process that was silent."""
    _, found = _found(account_id, process_id)
    return on_record.receipt(selectors.log_of_process(found.id), index, "process")


@purpose("teamwork", own_transaction=True)
@methods(*SHOWN)
def process_export(request: HttpRequest, account_id: UUID, process_id: UUID) -> HttpResponseBase:
    """An account's Administrators take all that was put on record of a process while it was silent."""
    acting = partial(acting_for, "teamwork", token=token_of(request))
    with acting():
        _, found = _found(account_id, process_id)
        log = selectors.log_of_process(found.id)
        if log is None or log.checkpoint is None:
            raise Http404
        log = selectors.as_witnessed(log)
        head = selectors.export_head(log, {})
    release_connection()
    return on_record.export(request, log, head, acting, "process")


def _found(account_id: UUID, process_id: UUID) -> tuple[AccountRow, Process]:
    account = access_administered(account_id)
    found = legal.told_of(account.id, process_id)
    if found is None:
        raise Http404
    return account, found


def _named(account_id: UUID, ids: list[UUID]) -> list[Named]:
    """Items by what they are called today."""
    names, folders = items.names(account_id, ids), items.folders(account_id, ids)
    return [Named(one, names.get(one, ""), one in folders) for one in ids]


def _known(account_id: UUID, entries: list[Recorded]) -> Known:
    """What items in some entries are called today."""
    ids = [as_uuid(str((one.said or {}).get("item", ""))) for one in entries]
    named = items.names(account_id, [one for one in ids if one])
    return Known(people={}, items={str(item_id): name for item_id, name in named.items()})
