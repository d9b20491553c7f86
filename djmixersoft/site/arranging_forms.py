"""What people can type to arrange Content: names, tags, comments and other data."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from djmixersoft.content.services import data
from djmixersoft.content.services.labels import MOST_TAGS
from djmixersoft.pages.fields import LineField
from djmixersoft.pages.text import check_readable, normal
from djmixersoft.site.content_forms import LONGEST_ITEM_NAME

LONGEST_TAG: Final = 50  # characters
LONGEST_COMMENT: Final = 4_000


class FolderForm(forms.Form):
    """The name of a folder that is to be, and the folder that it comes into."""

    name = LineField(
        longest=LONGEST_ITEM_NAME,
        label=gettext_lazy("Name of the folder"),
        error_messages={"required": gettext_lazy("Please give the folder a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    folder = forms.UUIDField(required=False, widget=forms.HiddenInput)


class RenameForm(forms.Form):
    """Another name for an item."""

    name = LineField(
        longest=LONGEST_ITEM_NAME,
        label=gettext_lazy("Name"),
        error_messages={"required": gettext_lazy("Please give it a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TagsField(forms.CharField):
    """Tags with commas between them, kept as typed; each once."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        super().__init__(strip=False, **options)

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Return the tags, or refuse with a sentence."""
        tags = list(dict.fromkeys(filter(None, map(normal, (value or "").split(",")))))
        super().clean(", ".join(tags))
        if len(tags) > MOST_TAGS:
            raise ValidationError(too_many_tags())
        for tag in tags:
            check_readable(tag)
            if len(tag) > LONGEST_TAG:
                raise ValidationError(
                    ngettext(
                        "A tag has room for %(most)d character; one of these has %(has)d.",
                        "A tag has room for %(most)d characters; one of these has %(has)d.",
                        LONGEST_TAG,
                    )
                    % {"most": LONGEST_TAG, "has": len(tag)}
                )
        return tags


class TagsForm(forms.Form):
    """Tags for one item or many."""

    tags = TagsField(
        label=gettext_lazy("Add tags"),
        help_text=gettext_lazy("Several with commas between them, such as: warm-up, 4 am, vinyl only."),
        error_messages={"required": gettext_lazy("Please type a tag.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CommentForm(forms.Form):
    """Something to say about an item."""

    comment = LineField(
        longest=LONGEST_COMMENT,
        lines=True,
        label=gettext_lazy("Your comment"),
        error_messages={"required": gettext_lazy("Please say something.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DataForm(forms.Form):
    """A value under a name."""

    data_name = LineField(
        longest=data.LONGEST_NAME,
        label=gettext_lazy("Under which name"),
        error_messages={"required": gettext_lazy("Please say under which name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    data_value = forms.CharField(
        strip=False,
        label=gettext_lazy("Value"),
        help_text=gettext_lazy("As JSON: a number, a “text in quotes”, a [list] or an {object}."),
        error_messages={"required": gettext_lazy("Please give a value; null is one too.")},
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_data_value(self) -> object:
        """Return the value that the JSON stands for."""
        try:
            return Parsed(data.parsed(self.cleaned_data["data_value"]))
        except data.NoValue:
            raise ValidationError(no_value()) from None


class Parsed:
    """A value, which may be null, unlike Django's cleaned data."""

    def __init__(self, value: object) -> None:
        self.value = value


class DeleteAccountForm(forms.Form):
    """The account's name, typed by whoever wants it gone."""

    name = forms.CharField(
        label=gettext_lazy("The account’s name"),
        help_text=gettext_lazy("Type it as it stands above."),
        error_messages={"required": gettext_lazy("Please type the account’s name, so that nothing goes by a slip.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *arguments: Any, account_name: str, **options: Any) -> None:  # noqa: ANN401 - Django's options
        self.account_name = account_name
        super().__init__(*arguments, **options)

    def clean_name(self) -> str:
        """Refuse any other name."""
        typed = normal(self.cleaned_data["name"])
        if typed != normal(self.account_name):
            raise ValidationError(_("That is not its name, so nothing was deleted."))
        return typed


def too_many_tags() -> str:
    """Return the sentence for more tags than an item can have."""
    return ngettext("An item can have at most %(n)d tag.", "An item can have at most %(n)d tags.", MOST_TAGS) % {
        "n": MOST_TAGS
    }


def no_value() -> str:
    """Return the sentence for what is no JSON that can be kept."""
    return _("This is no JSON that can be kept: please look for a missing quote or bracket. It has room for 64 KiB.")
