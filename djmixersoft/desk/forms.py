"""What our own people type to sign in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from djmixersoft.pages.fields import EmailField, NewPasswordForm, PasswordField


class SignInForm(forms.Form):
    """The first half of signing in. `next`: the page that was asked for."""

    email = EmailField(autocomplete="username")
    password = PasswordField()
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class FirstPasswordForm(NewPasswordForm):
    """Setting a password by a one-time link, which is for one address and pseudonym."""

    password = PasswordField(is_new=True)

    def __init__(self, *arguments: Any, email: str, pseudonym: str, **options: Any) -> None:  # noqa: ANN401 - Django's
        self.email, self.pseudonym = email, pseudonym
        super().__init__(*arguments, **options)

    def known(self) -> Sequence[str]:
        """Words that must not make the password, address and pseudonym among them."""
        return [*super().known(), self.email, self.email.partition("@")[0], self.pseudonym]


class PasswordForm(FirstPasswordForm):
    """A new password, with the present one."""

    old_password = PasswordField(label=gettext_lazy("Present password"))
    password = PasswordField(is_new=True, label=gettext_lazy("New password"))
    field_order = ("old_password", "password")
