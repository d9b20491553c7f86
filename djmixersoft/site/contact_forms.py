"""What people type into the contact page, and into a thread."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from djmixersoft.contact.models import LONGEST, Topic
from djmixersoft.pages.fields import EmailField, LineField

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


class AskForm(forms.Form):
    """A question. Who is signed in has an address already."""

    topic = forms.ChoiceField(
        label=gettext_lazy("What is it about?"), choices=[(topic.value, words) for topic, words in TOPICS.items()]
    )
    text = MessageField(label=gettext_lazy("Your question"))
    email = EmailField(
        label=gettext_lazy("Your e-mail address"), help_text=gettext_lazy("For the answer, and for nothing else.")
    )

    def __init__(self, *arguments: Any, is_signed_in: bool = False, **options: Any) -> None:  # noqa: ANN401 - Django's options
        super().__init__(*arguments, **options)
        if is_signed_in:
            del self.fields["email"]


class MoreForm(forms.Form):
    """More words in a thread."""

    text = MessageField(label=gettext_lazy("Add something"))
