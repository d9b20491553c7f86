"""What people can type, and the sentence for each way in which it may not do. A password is never shown again."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from djmixersoft.pages.fields import EmailField, LineField, NewPasswordForm, PasswordField

LONGEST_ACCOUNT_NAME: Final = 100
LONGEST_NAME: Final = 200
LONGEST_ADDRESS: Final = 1000


def _agree() -> forms.BooleanField:
    return forms.BooleanField(
        label=gettext_lazy("I agree to the Terms of Service"),
        error_messages={"required": gettext_lazy("Registering needs your agreement to the Terms.")},
    )


def _newsletter(label: Any) -> forms.BooleanField:  # noqa: ANN401 - a lazy text, which has no type of its own
    return forms.BooleanField(required=False, label=label)


def _account_name(label: Any) -> LineField:  # noqa: ANN401 - a lazy text, which has no type of its own
    return LineField(
        longest=LONGEST_ACCOUNT_NAME,
        label=label,
        error_messages={"required": gettext_lazy("Please give the account a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


_OFFER: Final = gettext_lazy("Send me the newsletter now and then")


class RegisterForm(NewPasswordForm):
    """Registering (clauses 1e, 7b): the box of the newsletter is never ticked beforehand."""

    email = EmailField(autocomplete="username")
    password = PasswordField(is_new=True)
    account_name = _account_name(gettext_lazy("Name of your crew, club or act"))
    agree = _agree()
    newsletter = _newsletter(_OFFER)
    field_order = ("email", "password", "account_name", "agree", "newsletter")


class InvitedForm(NewPasswordForm):
    """Registering with an invitation, which has the address in it; `email` is that."""

    password = PasswordField(is_new=True)
    agree = _agree()
    newsletter = _newsletter(_OFFER)

    def __init__(self, *arguments: Any, email: str, **options: Any) -> None:  # noqa: ANN401 - Django's options
        self.email = email
        super().__init__(*arguments, **options)

    def known(self) -> Sequence[str]:
        """Words that must not make the password, the address among them."""
        return [*super().known(), self.email, self.email.partition("@")[0]]


class SignInForm(forms.Form):
    """Signing in. `next`: the page that was asked for."""

    email = EmailField(autocomplete="username")
    password = PasswordField()
    stay = forms.BooleanField(
        required=False,
        label=gettext_lazy("Stay signed in"),
        help_text=gettext_lazy("For 30 days in this browser. Leave it empty where others use the browser too."),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class ForgottenForm(forms.Form):
    """Asking for a link to set a new password."""

    email = EmailField(autocomplete="username")


class ResetForm(NewPasswordForm):
    """Setting a new password with a mailed link."""


class NameForm(forms.Form):
    """One's name, which one may leave out."""

    name = LineField(
        longest=LONGEST_NAME,
        required=False,
        label=gettext_lazy("Your name"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class AddressForm(forms.Form):
    """One's postal address, which one may leave out."""

    address = LineField(
        longest=LONGEST_ADDRESS,
        lines=True,
        required=False,
        label=gettext_lazy("Your postal address"),
        widget=forms.Textarea(attrs={"autocomplete": "street-address", "rows": 4}),
    )


class EmailForm(forms.Form):
    """Another e-mail address for oneself, with the password."""

    email = EmailField(label=gettext_lazy("New e-mail address"))
    password = PasswordField(label=gettext_lazy("Your password"))


class PasswordForm(NewPasswordForm):
    """Another password, with the present one."""

    old_password = PasswordField(label=gettext_lazy("Present password"))
    field_order = ("old_password", "password")

    def __init__(self, *arguments: Any, email: str = "", **options: Any) -> None:  # noqa: ANN401 - Django's options
        self.email = email
        super().__init__(*arguments, **options)

    def known(self) -> Sequence[str]:
        """Words that must not make the password, the address among them."""
        return [*super().known(), self.email, self.email.partition("@")[0]]


class NewsletterForm(forms.Form):
    """The page with a box to untick (clause 7c)."""

    newsletter = _newsletter(gettext_lazy("Send me the newsletter"))


class AccountForm(forms.Form):
    """The name of an account."""

    name = _account_name(gettext_lazy("Name of the account"))


class InviteForm(forms.Form):
    """The address of whoever is to join."""

    email = EmailField(autocomplete="off", label=gettext_lazy("Their e-mail address"))


class SeveralFiles(forms.ClearableFileInput):
    """An input for several files at once."""

    allow_multiple_selected = True


class UploadForm(forms.Form):
    """Files, and the folder that they are for. They are judged as they arrive (djmixersoft.vault.upload), not here."""

    tracks = forms.FileField(
        label=gettext_lazy("Tracks and other files"),
        required=False,
        widget=SeveralFiles(),
    )
    folder = forms.UUIDField(required=False, widget=forms.HiddenInput)
