"""The tokens with which a person's own programs act as they: listed, made, ended. A token itself is no way in here."""

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.accounts import selectors as accounts
from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.pages.refusals import HINDRANCES, Refusal, refuse
from djmixersoft.people import selectors, services
from djmixersoft.people.services import NotTheirAccount, TooManyTokens
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.site.pages import FORM, methods, page, see
from djmixersoft.site.token_forms import WRITE, TokenForm


@purpose("self-service", own_transaction=True)
@methods(*FORM)
def tokens(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in sees their programs' tokens; who knows the password makes another, shown this once."""
    with acting_for("teamwork", token=token_of(request)):
        mine = accounts.my_accounts()
    form = TokenForm(request.POST if request.method == "POST" else None, accounts=mine)
    if not form.is_bound or not form.is_valid():
        return _page(request, form, mine, HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK)
    given, refusal = form.cleaned_data, Refusal()
    try:
        made = services.make_api_token(
            session=token_of(request),
            password=given["password"],
            name=given["name"],
            may_write=given["rights"] == WRITE,
            account_id=UUID(given["account"]) if given["account"] else None,
            days=given["days"],
        )
    except HINDRANCES as error:
        refusal = refuse(form, error, field="password")
    except NotTheirAccount:
        form.add_error("account", _("You don’t belong to this account any more. Please choose another."))
    except TooManyTokens:
        form.add_error(None, _("You have 50 tokens, as many as one may have. Please end one that you don’t use."))
    else:
        return _page(request, TokenForm(accounts=mine), mine, made=made, name=given["name"])
    return refusal.mark(_page(request, form, mine, refusal.status))


@purpose("self-service")
@methods("POST")
def token_end(request: HttpRequest, token_id: UUID) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """Whoever is signed in ends a token of their own; another person's are nothing to them."""
    selectors.me()
    services.end_api_token(token_id=token_id)
    return see("tokens", done="token-ended")


def _page(
    request: HttpRequest,
    form: TokenForm,
    mine: list[AccountRow],
    status: int = HTTPStatus.OK,
    *,
    made: str = "",
    name: str = "",
) -> HttpResponse:
    """Make the page; `made`: the token that was just made, shown this once."""
    with acting_for("self-service", token=token_of(request)):
        email, found = selectors.me().email, selectors.my_api_tokens()
    names = {one.id: one.name for one in mine}
    context = {
        "form": form,
        "made": made,
        "made_name": name,
        "email": email,
        "tokens": [{"token": one, "account": names.get(one.account_id, "") if one.account_id else ""} for one in found],
    }
    return page(request, "tokens", context, title=_("Tokens for your programs"), status=status)
