"""What support types and chooses."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy

from djmixersoft.pages.asking import MessageField
from djmixersoft.pages.fields import LineField

LONGEST_TITLE: Final = 100  # characters


class ReplyForm(forms.Form):
    """An answer. `seen`: how many messages there were when the page was made."""

    text = MessageField(label=gettext_lazy("Your answer"))
    seen = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class CannedForm(forms.Form):
    """An answer that is ready to be used again."""

    title = LineField(longest=LONGEST_TITLE, label=gettext_lazy("Title"))
    text = MessageField(label=gettext_lazy("Answer"))


class SetForm(forms.Form):
    """What is to be done with a question, and how it was seen: its state, and with whom (nobody: '')."""

    action = forms.ChoiceField(choices=[(one, one) for one in ("take", "release", "hand", "close", "reopen")])
    was = forms.CharField()
    was_with = forms.UUIDField(required=False)
    to = forms.UUIDField(required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse to hand it on to nobody in particular."""
        if self.cleaned_data.get("action") == "hand" and not self.cleaned_data.get("to"):
            self.add_error("to", gettext_lazy("Please choose who is to look after it."))
        return self.cleaned_data
