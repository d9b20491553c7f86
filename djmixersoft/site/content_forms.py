"""What people can type about Content: documents, and what they look for."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.accounts.selectors import MemberRow
from djmixersoft.content.selectors.finding import Wanted
from djmixersoft.content.services.documents import LONGEST
from djmixersoft.pages.fields import LineField

LONGEST_ITEM_NAME: Final = 255  # characters
LONGEST_SEARCH: Final = 200  # characters


class NewDocumentForm(forms.Form):
    """The name of a document that is to be, and the folder that it comes into."""

    name = LineField(
        longest=LONGEST_ITEM_NAME,
        label=gettext_lazy("Name of the document"),
        error_messages={"required": gettext_lazy("Please give the document a name, such as “Friday’s set”.")},
    )
    folder = forms.UUIDField(required=False, widget=forms.HiddenInput)


class TextField(forms.CharField):
    """A document's text, with plain line ends; everything else as it was typed."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        super().__init__(strip=False, required=False, **options)

    def to_python(self, value: Any) -> str:  # noqa: ANN401 - Django's signature
        """Return it in the form in which it is kept."""
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")

    def validate(self, value: str) -> None:
        """Refuse what is too long, with a sentence."""
        super().validate(value)
        if len(value.encode(errors="replace")) > LONGEST:
            raise ValidationError(_("A document has room for a million characters. Please split this one in two."))


class DocumentForm(forms.Form):
    """A document's text, and the version that it was written upon."""

    text = TextField(
        label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "true", "class": "editor"})
    )
    base = forms.IntegerField(min_value=1, max_value=2**31 - 2, widget=forms.HiddenInput)


class FindForm(forms.Form):
    """What is looked for in an account."""

    q = forms.CharField(
        required=False,
        max_length=LONGEST_SEARCH,
        label=gettext_lazy("Words"),
        help_text=gettext_lazy("From their beginnings on, in names, tags, comments and documents."),
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Kind"),
        choices=[
            ("", gettext_lazy("everything")),
            ("audio", gettext_lazy("tracks")),
            ("document", gettext_lazy("documents")),
            ("folder", gettext_lazy("folders")),
            ("image", gettext_lazy("pictures")),
            ("file", gettext_lazy("all files")),
        ],
    )
    tag = forms.CharField(required=False, max_length=LONGEST_SEARCH, label=gettext_lazy("Tag"))
    by = forms.ChoiceField(required=False, label=gettext_lazy("Added by"))
    since = forms.DateField(
        required=False, label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        required=False, label=gettext_lazy("To"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *arguments: Any, members: Sequence[MemberRow], **options: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*arguments, **options)
        people = [(str(one.person_id), one.name or one.email) for one in members]
        by = self.fields["by"]
        if isinstance(by, forms.ChoiceField):
            by.choices = [("", _("anybody")), *people]

    @property
    def is_narrowed(self) -> bool:
        """Whether more than words is asked for."""
        return any(self.data.get(name) for name in self.fields if name != "q")

    def wanted(self) -> Wanted:
        """What a valid form asks for."""
        found = self.cleaned_data
        return Wanted(
            words=found["q"],
            kind=found["kind"],
            tag=found["tag"],
            added_by=found["by"] or None,
            since=found["since"],
            until=found["until"],
        )
