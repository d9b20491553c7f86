"""The accounts that one belongs to, and one of them with what is in it."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.accounts import selectors, services
from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.content import selectors as content
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.access import access_account
from djmixersoft.site.forms import AccountForm, UploadForm
from djmixersoft.site.pages import SHOWN, methods, page, see
from djmixersoft.site.paging import Page, asked_page
from djmixersoft.vault.upload import MAXIMUM_FILES


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


@purpose("teamwork")
@methods(*SHOWN)
def account(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """Its members see what is in an account."""
    return account_page(request, access_account(account_id))


def account_page(
    request: HttpRequest,
    account: AccountRow,
    form: UploadForm | None = None,
    status: int = HTTPStatus.OK,
    notice: str = "",
) -> HttpResponse:
    """Make the page of an account, after an upload as well."""
    number = asked_page(request)
    items, more = content.items(account.id, page=number)
    if number > 1 and not items:
        raise Http404
    context = {
        "account": account,
        "items": items,
        "page": Page(number, has_next=more),
        "upload_form": form or UploadForm(),
        "form": form,
        "max_size": settings.MAX_UPLOAD_BYTES,
        "max_files": MAXIMUM_FILES,
        "me": account.me,
        **({"notice": notice} if notice else {}),
    }
    return page(request, "account", context, title=account.name, status=status)


def _studio(request: HttpRequest, form: AccountForm, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {"accounts": selectors.my_accounts(), "new_account_form": form, "form": form}
    return page(request, "studio", context, title=_("Studio"), status=status)
