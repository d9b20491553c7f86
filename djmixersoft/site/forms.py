"""What people can type, and the sentence for each way in which it may not do. A password is never shown again.

No field has `maxlength`: a browser would cut what is pasted without a word.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from djmixersoft.people.passwords import LONGEST, SHORTEST, is_weak
from djmixersoft.site.text import check_readable, normal

LONGEST_EMAIL: Final = 254  # characters (RFC 5321 §4.5.3.1.3, less the angle brackets)
LONGEST_ACCOUNT_NAME: Final = 100
LONGEST_NAME: Final = 200
LONGEST_ADDRESS: Final = 1000
# Quoted local parts (RFC 5322 §3.2.4) may hold blanks and controls; nobody's mailbox has one.
_PLAIN_ADDRESS: Final = re.compile(r"[!-~]+")
_WELL_FORMED: Final = EmailValidator(gettext_lazy("This is no e-mail address. One looks like name@example.org."))


class LineField(forms.CharField):
    """A line of text, such as a name; trimmed, NFC, up to `longest` characters."""

    def __init__(self, *, longest: int, lines: bool = False, **options: Any) -> None:  # noqa: ANN401 - Django's options
        self.longest, self.lines = longest, lines
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> str:  # noqa: ANN401 - Django's signature
        """Return it in the one form in which it is kept."""
        return normal(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        """Refuse what won't do, with a sentence."""
        super().validate(value)
        check_readable(value, lines=self.lines)
        if len(value) > self.longest:
            raise ValidationError(
                ngettext(
                    "At most %(most)d character fits here; this has %(has)d.",
                    "At most %(most)d characters fit here; this has %(has)d.",
                    self.longest,
                )
                % {"most": self.longest, "has": len(value)}
            )


class EmailField(forms.CharField):
    """An e-mail address, lower-case and in ASCII, as it is kept."""

    def __init__(self, *, autocomplete: str = "email", **options: Any) -> None:  # noqa: ANN401 - Django's options
        options.setdefault("label", gettext_lazy("E-mail"))
        options.setdefault("error_messages", {"required": gettext_lazy("Please give an e-mail address.")})
        super().__init__(
            widget=forms.EmailInput(attrs={"autocomplete": autocomplete, "spellcheck": "false"}), **options
        )

    def to_python(self, value: Any) -> str:  # noqa: ANN401 - Django's signature
        """Return it in the one form in which it is kept."""
        typed = (super().to_python(value) or "").strip()
        return typed.lower() if typed.isascii() else typed

    def validate(self, value: str) -> None:
        """Refuse what won't do, with a sentence."""
        super().validate(value)
        if not value.isascii():
            raise ValidationError(
                _("Only plain Latin letters work in an address here. Other domains have a form that begins with xn--.")
            )
        if not _PLAIN_ADDRESS.fullmatch(value) or '"' in value or len(value) > LONGEST_EMAIL:
            raise ValidationError(_WELL_FORMED.message)
        _WELL_FORMED(value)


class PasswordField(forms.CharField):
    """A password as it was typed. `is_new`: one that is to be set, hence judged by its length."""

    def __init__(self, *, is_new: bool = False, **options: Any) -> None:  # noqa: ANN401 - Django's options
        self.is_new = is_new
        attributes = {"autocomplete": "new-password" if is_new else "current-password"}
        options.setdefault("label", gettext_lazy("Password"))
        options.setdefault("error_messages", {"required": gettext_lazy("Please give the password.")})
        if is_new:
            options.setdefault("help_text", _hint())
        super().__init__(strip=False, widget=forms.PasswordInput(attrs=attributes), **options)

    def validate(self, value: str) -> None:
        """Refuse what won't do, with a sentence."""
        super().validate(value)
        if self.is_new and len(value) < SHORTEST:
            raise ValidationError(
                ngettext(
                    "A password needs at least %(least)d character; a few words are easy to keep in mind.",
                    "A password needs at least %(least)d characters; a few words are easy to keep in mind.",
                    SHORTEST,
                )
                % {"least": SHORTEST}
            )
        if len(value) > LONGEST:
            raise ValidationError(_("A password has at most %(most)d characters here.") % {"most": LONGEST})


def _hint() -> Any:  # noqa: ANN401 - a lazy text, which has no type of its own
    return gettext_lazy("At least 10 characters, and hard to guess. A few words that don’t belong together do well.")


class NewPasswordForm(forms.Form):
    """A form whose `password` is to be set; `known` are words that somebody who knows the person would try."""

    password = PasswordField(is_new=True, label=gettext_lazy("New password"))

    def known(self) -> Sequence[str]:
        """Words from the other fields that must not make the password."""
        typed = [self.cleaned_data.get(name) or "" for name in ("email", "account_name")]
        return [*typed, typed[0].partition("@")[0], "djmixersoft"]

    def clean(self) -> dict[str, Any]:
        """Refuse a password that is easily guessed."""
        password = self.cleaned_data.get("password")
        if password and is_weak(password, known=self.known()):
            self.add_error(
                "password",
                _("This would be guessed soon. Make it longer, or use a few words that don’t belong together."),
            )
        return self.cleaned_data


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
