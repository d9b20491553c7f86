"""What people type about their second factors, with their password where they change them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from djmixersoft.pages import factor_forms
from djmixersoft.pages.fields import PasswordField

LONGEST_CODE = 100  # characters, however it is spaced


def _password() -> PasswordField:
    return PasswordField(label=gettext_lazy("Your password"))


class AppForm(factor_forms.AppForm):
    """An app that shows codes, with the first that it shows."""

    password = _password()


class NewPasskeyForm(factor_forms.NewPasskeyForm):
    """A passkey that the browser made."""

    password = _password()


class OwnPasswordForm(forms.Form):
    """One's password, for what takes nothing else."""

    password = _password()


class RecoveryForm(forms.Form):
    """The second half of signing in, by a code on paper."""

    recovery = forms.CharField(
        max_length=LONGEST_CODE,
        label=gettext_lazy("Recovery code"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        error_messages={
            "required": gettext_lazy("Please give one of your recovery codes."),
            "max_length": gettext_lazy("A recovery code has 16 letters and digits."),
        },
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, initial: dict[str, str] | None = None) -> None:  # noqa: ANN401 - Django's QueryDict, or nothing
        super().__init__(data, initial=initial, auto_id="recovery_%s")
