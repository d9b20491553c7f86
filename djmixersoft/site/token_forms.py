"""What a person says to make a token for a program of theirs."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.pages.fields import LineField, PasswordField

LONGEST_TOKEN_NAME: Final = 100  # characters
MOST_DAYS: Final = 366
DAYS: Final = 90
WRITE: Final = "write"


def days_field(*, most: int, **options: Any) -> forms.IntegerField:  # noqa: ANN401 - Django's options
    """Give a field for how long something lasts, in days, 1 at least."""
    sentence = format_lazy(gettext_lazy("Please give a whole number of days, from 1 to {most}."), most=most)
    errors = dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence)
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(min_value=1, max_value=most, error_messages=errors, widget=widget, **options)


class TokenForm(forms.Form):
    """A token: what for, where, what it may, and for how long."""

    name = LineField(
        longest=LONGEST_TOKEN_NAME,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("By which you know it again, such as “Sync on the laptop”."),
        error_messages={"required": gettext_lazy("Please give it a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    rights = forms.ChoiceField(
        label=gettext_lazy("The program may"),
        choices=(("read", gettext_lazy("read")), (WRITE, gettext_lazy("read, and change everything that you may"))),
        error_messages={
            "required": gettext_lazy("Please choose what it may."),
            "invalid_choice": gettext_lazy("Please choose one of the two."),
        },
    )
    days = days_field(most=MOST_DAYS, label=gettext_lazy("Days until it ends"), initial=DAYS)
    password = PasswordField(label=gettext_lazy("Your password"))

    field_order = ("name", "account", "rights", "days", "password")

    def __init__(self, *arguments: Any, accounts: Iterable[AccountRow], **options: Any) -> None:  # noqa: ANN401 - Django's options
        super().__init__(*arguments, **options)
        ours = [(str(one.id), one.name) for one in accounts]
        self.fields["account"] = forms.ChoiceField(
            choices=[("", gettext_lazy("all accounts that you belong to")), *ours],
            required=False,
            label=gettext_lazy("Good for"),
            error_messages={"invalid_choice": gettext_lazy("You don’t belong to this account. Please choose another.")},
        )
        self.order_fields(self.field_order)
