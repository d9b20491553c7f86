"""What our own people type to sign in."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.pages.fields import EmailField, LineField, NewPasswordForm, PasswordField
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


def _name(initial: Any) -> LineField:  # noqa: ANN401 - a lazy text, which has no type of its own
    return LineField(
        longest=LONGEST_NAME,
        label=gettext_lazy("What you call it"),
        initial=initial,
        error_messages={"required": gettext_lazy("Please give it a name, so that you know it again.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SignInForm(forms.Form):
    """The first half of signing in. `next`: the page that was asked for."""

    email = EmailField(autocomplete="username")
    password = PasswordField()
    next = forms.CharField(required=False, widget=forms.HiddenInput)


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

    name = _name(gettext_lazy("Key on my ring"))
    passkey = forms.CharField(max_length=passkeys.LONGEST, widget=forms.HiddenInput)


class FirstPasswordForm(NewPasswordForm):
    """Setting a password by a one-time link, which is for one address."""

    password = PasswordField(is_new=True)

    def __init__(self, *arguments: Any, email: str, **options: Any) -> None:  # noqa: ANN401 - Django's options
        self.email = email
        super().__init__(*arguments, **options)

    def known(self) -> Sequence[str]:
        """Words that must not make the password, the address among them."""
        return [*super().known(), self.email, self.email.partition("@")[0]]


class PasswordForm(FirstPasswordForm):
    """A new password, with the present one."""

    old_password = PasswordField(label=gettext_lazy("Present password"))
    password = PasswordField(is_new=True, label=gettext_lazy("New password"))
    field_order = ("old_password", "password")


class AppForm(forms.Form):
    """An app that shows codes, with the first that it shows."""

    name = _name(gettext_lazy("App on my phone"))
    code = CodeField()
    factor = forms.UUIDField(widget=forms.HiddenInput)
    sealed = forms.RegexField(r"^[0-9a-f]{122}$", widget=forms.HiddenInput)
