"""What people type to show a second factor, or to add one: codes of an app, and what a browser says of a passkey."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.pages.fields import LineField
from djmixersoft.proving import passkeys

DIGITS: Final = 6
LONGEST_NAME: Final = 60  # characters; the database cuts there


class CodeField(forms.CharField):
    """A code that an app shows: 6 digits, however they were spaced."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        options.setdefault("label", gettext_lazy("Code"))
        options.setdefault("help_text", gettext_lazy("The 6 digits that your app shows just now."))
        options.setdefault("error_messages", {"required": gettext_lazy("Please give the 6 digits.")})
        super().__init__(widget=forms.TextInput(attrs=attributes), **options)

    def to_python(self, value: Any) -> str:  # noqa: ANN401 - Django's signature
        """Return the digits alone."""
        return "".join((super().to_python(value) or "").split())

    def validate(self, value: str) -> None:
        """Refuse what is no code, with a sentence."""
        super().validate(value)
        if not (value.isascii() and value.isdigit() and len(value) == DIGITS):
            raise ValidationError(_("A code has 6 digits."))


def key_name(initial: Any) -> LineField:  # noqa: ANN401 - a lazy text, which has no type of its own
    """Give the field for what somebody calls a factor."""
    return LineField(
        longest=LONGEST_NAME,
        label=gettext_lazy("What you call it"),
        initial=initial,
        error_messages={"required": gettext_lazy("Please give it a name, so that you know it again.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CodeForm(forms.Form):
    """The second half, by a code."""

    code = CodeField()
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class PasskeyForm(forms.Form):
    """The second half, by a passkey: what the browser answered."""

    passkey = forms.CharField(max_length=passkeys.LONGEST, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class NewPasskeyForm(forms.Form):
    """A passkey that the browser made."""

    name = key_name(gettext_lazy("Key on my ring"))
    passkey = forms.CharField(max_length=passkeys.LONGEST, widget=forms.HiddenInput)


class AppForm(forms.Form):
    """An app that shows codes, with the first that it shows."""

    name = key_name(gettext_lazy("App on my phone"))
    code = CodeField()
    factor = forms.UUIDField(widget=forms.HiddenInput)
    sealed = forms.RegexField(r"^[0-9a-f]{122}$", widget=forms.HiddenInput)
