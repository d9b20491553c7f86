"""What somebody at the desk types to ask for access to Content."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.lockbox.models import HOURS, Reason
from djmixersoft.lockbox.services import Wish
from djmixersoft.pages.face import Text
from djmixersoft.pages.fields import LineField

LONGEST_WORDS: Final = 2_000  # characters; the database allows no more
MOST_ITEMS: Final = 100  # likewise
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Whoever asks by themselves gives a reason of support's; the legal ones come with a process.
_REASONS: Final = [(value, label) for value, label in Reason.choices if value != Reason.LEGAL]
_OF_ACCOUNT: Final = re.compile(rf"/accounts/({_ID.pattern})(?![0-9a-f-])")

NOT_UNLOCKED: Final[Mapping[str, Text]] = {
    "not-yours": gettext_lazy("There is no such access of yours."),
    "not-yet": gettext_lazy("This access hasn’t begun yet. The Administrator set a later time."),
    "over": gettext_lazy("The time of this access is over. If you still need it, ask anew."),
    "revoked": gettext_lazy("The Administrator has revoked this access."),
    "not-covered": gettext_lazy("This access doesn’t cover that item."),
    "not-told": gettext_lazy("The account’s Administrators are to be told first, and their notice isn’t sent yet."),
    "gone": gettext_lazy("This item is in the trash or deleted, so it can’t be unlocked."),
}
"""Why an item wasn't unlocked, by what the door answers."""


class ItemsField(forms.CharField):
    """Numbers of items, or addresses of their pages, a line each. The last number in a line is the item's."""

    def to_python(self, value: Any) -> list[UUID]:  # type: ignore[override]  # noqa: ANN401 - Django's; a list here
        """Return the ids, each once."""
        found: dict[UUID, None] = {}
        for line in (super().to_python(value) or "").lower().split("\n"):
            ids = _ID.findall(line)
            if line.strip() and not ids:
                raise ValidationError(_("“%s” holds no item’s number.") % line.strip()[:60])
            if ids:
                found[UUID(ids[-1])] = None
        return list(found)

    def validate(self, value: Any) -> None:  # noqa: ANN401 - as above
        """Refuse none, and too many."""
        super().validate(value)
        if len(value) > MOST_ITEMS:
            raise ValidationError(_("At most %d items can be asked for at once; a folder counts as one.") % MOST_ITEMS)


class AccountField(forms.UUIDField):
    """An account's number, or the address of one of its pages."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        super().__init__(
            label=gettext_lazy("Account"),
            error_messages={
                "required": gettext_lazy("Please give the account’s number."),
                "invalid": gettext_lazy("This is no account’s number, nor the address of an account’s page."),
            },
            **options,
        )

    def to_python(self, value: Any) -> UUID | None:  # type: ignore[override]  # noqa: ANN401 - Django's; an id here
        """Return the id."""
        found = _OF_ACCOUNT.search(value.lower()) if isinstance(value, str) else None
        return UUID(found.group(1)) if found else super().to_python(value)


class AccessForm(forms.Form):
    """A request for access. `ticket`: the question that it is for."""

    account = AccountField(
        help_text=gettext_lazy("Its number, as the question names it, or the address of one of its pages.")
    )
    items = ItemsField(
        label=gettext_lazy("Items"),
        help_text=gettext_lazy("Their numbers, or the addresses of their pages, a line each. A folder is all in it."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Please name at least one item.")},
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", gettext_lazy("Please choose")), *_REASONS],
        error_messages={"required": gettext_lazy("Please choose a reason.")},
    )
    words = LineField(
        longest=LONGEST_WORDS,
        lines=True,
        label=gettext_lazy("In words that the Administrator will read"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Please say why.")},
    )
    hours = forms.TypedChoiceField(
        coerce=int,
        label=gettext_lazy("For how long, from the approval on"),
        choices=[(one, str(one)) for one in range(1, HOURS + 1)],
        help_text=gettext_lazy("In hours."),
    )
    may_download = forms.BooleanField(required=False, label=gettext_lazy("Files have to be downloaded, too"))
    ticket = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def wish(self) -> Wish:
        """Return what is asked for, once it is valid."""
        given = self.cleaned_data
        return Wish(given["items"], Reason(given["reason"]), given["words"], given["hours"], given["may_download"])


class ItemForm(forms.Form):
    """Which item is to be unlocked. Typed where an access covers more of them than its page lists."""

    item = forms.UUIDField(label=gettext_lazy("Item"))


class AnswerForm(forms.Form):
    """The answer to what an Administrator asked back."""

    words = LineField(
        longest=LONGEST_WORDS,
        lines=True,
        label=gettext_lazy("Your answer"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please write something.")},
    )
