"""The only ways from an address to what it names. Missing and forbidden give the same 404.

Each asks the database who is signed in before it says that there is nothing: otherwise somebody who isn't could tell
ids that exist from ids that don't.
"""

from uuid import UUID

from django.http import Http404

from djmixersoft.accounts import selectors as accounts
from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.content.selectors import items as content
from djmixersoft.content.selectors import tree
from djmixersoft.content.selectors.items import ItemRow
from djmixersoft.content.selectors.tree import Folder


def access_account(account_id: UUID) -> AccountRow:
    """Return one of the signed-in person's accounts. Raises NotSignedIn, Http404."""
    account = accounts.account(account_id)
    if account is None:
        accounts.my_person_id()
        raise Http404
    return account


def access_administered(account_id: UUID) -> AccountRow:
    """Return one of the accounts that the signed-in person administers. Raises NotSignedIn, Http404."""
    account = access_account(account_id)
    if not account.is_administrator:
        raise Http404
    return account


def access_item(account: AccountRow, item_id: UUID) -> ItemRow:
    """Return one item of an account that was accessed before. Raises Http404."""
    item = content.item(account.id, item_id)
    if item is None:
        raise Http404
    return item


def access_folder(account: AccountRow, folder_id: UUID) -> Folder:
    """Return a folder of an account that was accessed before, unless it is in the trash. Raises Http404."""
    folder = tree.folder(account.id, folder_id)
    if folder is None:
        raise Http404
    return folder
