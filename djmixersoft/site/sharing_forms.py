"""What people say to share by a link, and to open one."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.content.services.shares import DAYS, MOST_DAYS
from djmixersoft.pages.fields import PasswordField
from djmixersoft.people.passwords import is_weak
from djmixersoft.site.token_forms import days_field


class OptionalPasswordField(PasswordField):
    """A new password, or none."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        super().__init__(is_new=True, required=False, **options)

    def validate(self, value: str) -> None:
        """Refuse what won't do, with a sentence; nothing will."""
        if value:
            super().validate(value)


class LinkForm(forms.Form):
    """A link: for how long, and whether it wants a password."""

    days = days_field(most=MOST_DAYS, label=gettext_lazy("Days until it ends"), initial=DAYS)
    password = OptionalPasswordField(
        label=gettext_lazy("Password for the link"),
        help_text=gettext_lazy(
            "Send it by another way than the link. At least 10 characters; a few odd words do well."
        ),
    )

    def __init__(self, *arguments: Any, known: tuple[str, ...] = (), **options: Any) -> None:  # noqa: ANN401 - Django's options
        self.known: Final = known
        super().__init__(*arguments, **options)

    def clean_password(self) -> str:
        """Refuse what is easily guessed by somebody who sees what the link is to."""
        password = str(self.cleaned_data["password"])
        if password and is_weak(password, known=[*self.known, "djmixersoft"]):
            raise forms.ValidationError(
                _("This would be guessed soon. Make it longer, or use a few words that don’t belong together.")
            )
        return password


class OpenForm(forms.Form):
    """The password of a link."""

    password = PasswordField(label=gettext_lazy("Password of the link"))

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - Django's options
        super().__init__(*arguments, **options)
        # It is nobody's password for this site, so no password manager shall offer one.
        self.fields["password"].widget.attrs["autocomplete"] = "off"
