"""What people can type into any form, and the sentence for each way in which it may not do.

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

from djmixersoft.pages.text import check_readable, normal
from djmixersoft.people.passwords import LONGEST, SHORTEST, is_weak

LONGEST_EMAIL: Final = 254  # characters (RFC 5321 §4.5.3.1.3, less the angle brackets)
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
