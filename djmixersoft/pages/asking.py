"""What a question may be about, in words, and the field that a message is typed into: here and at the desk."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from djmixersoft.contact.models import LONGEST, Topic
from djmixersoft.pages.fields import LineField

TOPICS: Final = {
    Topic.SUPPORT: gettext_lazy("Something that doesn’t work"),
    Topic.POLICY: gettext_lazy("The privacy policy"),
    Topic.PRACTICES: gettext_lazy("What this site does"),
    Topic.LEGAL: gettext_lazy("A legal matter"),
    Topic.OTHER: gettext_lazy("Something else"),
}


class MessageField(LineField):
    """A message of several lines. Tabs, as they come with what is pasted, become blanks."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        options.setdefault("error_messages", {"required": gettext_lazy("Please write a few words.")})
        super().__init__(longest=LONGEST, lines=True, widget=forms.Textarea(attrs={"rows": 8}), **options)

    def to_python(self, value: Any) -> str:  # noqa: ANN401 - Django's signature
        """Return it in the one form in which it is kept."""
        return super().to_python(value).expandtabs(4)
