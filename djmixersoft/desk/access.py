"""Who may see a page of the desk that is for all roles: whoever has shown a second factor."""

from djmixersoft.desk import menu
from djmixersoft.policy.errors import ConfirmAgain, NotSignedIn
from djmixersoft.staff.selectors import Me, me


def proven() -> Me:
    """Whoever signed in with both halves. Raises NotSignedIn."""
    found = me()
    if not found.proven:
        raise NotSignedIn
    menu.note(found.roles)
    return found


def confirmed() -> Me:
    """The same, where a second factor was shown within the last 5 minutes. Raises NotSignedIn, ConfirmAgain."""
    found = proven()
    if not found.confirmed:
        raise ConfirmAgain
    return found
