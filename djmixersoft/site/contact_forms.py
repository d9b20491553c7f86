"""What people type into the contact page, and into a thread."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from djmixersoft.pages.asking import TOPICS, MessageField
from djmixersoft.pages.fields import EmailField


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
