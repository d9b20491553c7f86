"""What happened in an account, for its Administrators; and what is on record about oneself."""

from functools import partial
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.accounts import selectors as accounts
from djmixersoft.content.selectors import items
from djmixersoft.ledger import selectors
from djmixersoft.ledger.selectors import Recorded
from djmixersoft.people import selectors as people
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose, release_connection
from djmixersoft.site import on_record
from djmixersoft.site.access import access_administered
from djmixersoft.site.on_record import asked, read, shown
from djmixersoft.site.pages import SHOWN, methods, page
from djmixersoft.site.record_words import OF_ACCOUNTS, OF_PEOPLE, Known
from djmixersoft.site.selecting import as_uuid


@purpose("teamwork")
@methods(*SHOWN)
def record(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's Administrators see what is on record about it."""
    account, wanted = access_administered(account_id), asked(request, OF_ACCOUNTS)
    log = selectors.log_of_account(account.id)
    found = read(log, wanted)
    context = {
        **shown(log, wanted, found, OF_ACCOUNTS, _known(account.id, found)),
        "account": account,
        "export_url": reverse("record-export", args=[account.id]),
        "receipts_url": reverse("record", args=[account.id]),
    }
    return page(request, "on_record", context, title=_("What happened in this account"))


@purpose("teamwork")
@methods(*SHOWN)
def record_receipt(request: HttpRequest, account_id: UUID, index: int) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """An account's Administrators take the receipt of an entry, once it is sealed."""
    account = access_administered(account_id)
    return on_record.receipt(selectors.log_of_account(account.id), index, "record")


@purpose("teamwork", own_transaction=True)
@methods(*SHOWN)
def record_export(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's Administrators take all that is sealed of its record."""
    acting = partial(acting_for, "teamwork", token=token_of(request))
    with acting():
        account = access_administered(account_id)
        log = selectors.log_of_account(account.id)
        if log is None or log.checkpoint is None:
            raise Http404
        log = selectors.as_witnessed(log)
        head = selectors.export_head(log, accounts.called(account.id))
    release_connection()
    return on_record.export(request, log, head, acting, "record")


@purpose("self-service")
@methods(*SHOWN)
def my_record(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in sees what is on record about themselves."""
    me, wanted = people.me(), asked(request, OF_PEOPLE)
    log = selectors.log_of_person(me.id)
    known = Known({str(me.id): _("you")})
    context = {
        **shown(log, wanted, read(log, wanted), OF_PEOPLE, known),
        "export_url": reverse("my-record-export"),
        "receipts_url": reverse("my-record"),
    }
    return page(request, "on_record", context, title=_("What is on record about you"))


@purpose("self-service")
@methods(*SHOWN)
def my_record_receipt(request: HttpRequest, index: int) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """Whoever is signed in takes the receipt of an entry about themselves, once it is sealed."""
    return on_record.receipt(selectors.log_of_person(people.me().id), index, "my-record")


@purpose("self-service", own_transaction=True)
@methods(*SHOWN)
def my_record_export(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in takes all that is sealed of what is on record about themselves."""
    acting = partial(acting_for, "self-service", token=token_of(request))
    with acting():
        me = people.me()
        log = selectors.log_of_person(me.id)
        if log is None or log.checkpoint is None:
            raise Http404
        log = selectors.as_witnessed(log)
        head = selectors.export_head(log, {str(me.id): people.my_name() or me.email})
    release_connection()
    return on_record.export(request, log, head, acting, "my-record")


def _known(account_id: UUID, found: list[Recorded]) -> Known:
    """What the ids in some entries stand for today, as far as an Administrator of the account may know."""
    said = [one.said or {} for one in found]
    ids = {item for one in said for key in ("item", "items") for item in str(one.get(key, "")).split()}
    linked = {as_uuid(one) for one in ids} - {None}
    named = items.names(account_id, [one for one in linked if one])
    return Known(
        people=accounts.called(account_id),
        invited={str(one.id): one.email for one in accounts.invitations(account_id)},
        items={str(item_id): name for item_id, name in named.items()},
    )
