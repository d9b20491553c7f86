"""Finding what is in an account, by its members."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.accounts import selectors as accounts
from djmixersoft.content.selectors import finding
from djmixersoft.pages.paging import Page, asked_page
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.access import access_account
from djmixersoft.site.content_forms import FindForm
from djmixersoft.site.pages import SHOWN, methods, page


@purpose("teamwork")
@methods(*SHOWN)
def find(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members find what is in it, by words, kind, tag, person and days."""
    account, number = access_account(account_id), asked_page(request)
    form = FindForm(request.GET, members=accounts.members(account.id))
    wanted = form.wanted() if form.is_valid() else finding.Wanted()
    items, more = ([], False) if wanted.is_empty else finding.found(account.id, wanted, page=number)
    folders = finding.names_of_folders(account.id, items)
    form.fields["q"].widget.attrs |= {"autofocus": True} if wanted.is_empty and not form.errors else {}
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "account": account,
        "find_form": form,
        "form": form,
        "wanted": wanted,
        "is_narrowed": form.is_narrowed,
        "found": [(item, folders.get(item.parent_id, "")) for item in items],
        "page": Page(number, has_next=more),
        "query": query.urlencode(),
    }
    # Only the list, for a script that asks as one types.
    template = "_found" if request.GET.get("part") == "list" else "find"
    return page(request, template, context, title=_("Find in %s") % account.name)
