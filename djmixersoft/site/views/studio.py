"""The accounts that one belongs to."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.accounts import selectors, services
from djmixersoft.lockbox.selectors import waiting
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.forms import AccountForm
from djmixersoft.site.pages import SHOWN, methods, page, see


@purpose("teamwork")
@methods(*SHOWN)
def studio(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in sees the accounts they belong to."""
    return _studio(request, AccountForm())


@purpose("teamwork")
@methods("POST")
def account_new(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in starts another account."""
    selectors.my_person_id()
    form = AccountForm(request.POST)
    if not form.is_valid():
        return _studio(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    account_id = services.create_account(name=form.cleaned_data["name"])
    return see("account", account_id, done="account-started")


def _studio(request: HttpRequest, form: AccountForm, status: int = HTTPStatus.OK) -> HttpResponse:
    accounts, waits = selectors.my_accounts(), waiting()
    context = {
        "accounts": [(account, waits[account.id]) for account in accounts],
        "new_account_form": form,
        "form": form,
    }
    return page(request, "studio", context, title=_("Studio"), status=status)
