"""What those who handle legal processes type: what an authority demands, and what they do under it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.desk.access_forms import LONGEST_WORDS, AccountField, ItemsField
from djmixersoft.legal.bundle import is_recipient
from djmixersoft.legal.models import Kind, Telling
from djmixersoft.legal.services import Demand, Paper
from djmixersoft.lockbox.models import HOURS
from djmixersoft.pages.fields import LineField

LARGEST: Final = 8 * 1024**2
"""Bytes of a document; it is kept in memory until it is sealed."""
_OTHERS: Final = 64 * 1024
"""Bytes of a form besides."""
_LONGEST_NAME: Final = 200  # characters, here and below; the database allows no more
_LONGEST_DUTY: Final = 5_000
_YEAR: Final = timedelta(days=364)


def is_cut(length: str) -> bool:
    """Whether so long a form is too long for its document to be taken."""
    return length.isdigit() and int(length) > LARGEST + _OTHERS


class PaperInMemory(MemoryFileUploadHandler):
    """Takes documents up to `LARGEST` into memory; a larger one is left out. No byte of them goes to a disk."""

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ANN401, ARG002 - Django's signature
        META: Any,  # noqa: ANN401, ARG002, N803 - as above
        content_length: int,
        boundary: Any,  # noqa: ANN401, ARG002 - as above
        encoding: str | None = None,  # noqa: ARG002 - as above
    ) -> None:
        """Decide by the length that was announced."""
        self.activated = content_length <= LARGEST + _OTHERS


class ProcessForm(forms.Form):
    """What an authority demands, as one of us records it."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=Kind.choices)
    authority = LineField(
        longest=_LONGEST_NAME,
        label=gettext_lazy("Which authority"),
        error_messages={"required": gettext_lazy("Please say who demands it.")},
    )
    reference = LineField(
        longest=_LONGEST_NAME,
        label=gettext_lazy("Its reference"),
        error_messages={"required": gettext_lazy("Please give the authority’s reference.")},
    )
    obliges = LineField(
        longest=_LONGEST_DUTY,
        lines=True,
        label=gettext_lazy("What it obliges us to"),
        help_text=gettext_lazy("The account’s Administrators will read this."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Please say what it obliges us to.")},
    )
    deadline = forms.DateField(
        required=False,
        label=gettext_lazy("By when"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("This is no day. One looks like 2026-12-31.")},
    )
    account = AccountField(help_text=gettext_lazy("Its number, or the address of one of its pages."))
    items = ItemsField(
        required=False,
        label=gettext_lazy("Items"),
        help_text=gettext_lazy("Their numbers, or the addresses of their pages, a line each. A folder is all in it."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    whole = forms.BooleanField(required=False, label=gettext_lazy("It demands the whole account"))
    telling = forms.ChoiceField(label=gettext_lazy("The Administrators are told"), choices=Telling.choices)
    silence = forms.DateField(
        required=False,
        label=gettext_lazy("A court forbids to tell them until"),
        help_text=gettext_lazy(
            "Only if a court does; a year from now at most. Then the choice above doesn’t count: nobody is told before"
            " that day, and on it they are told by itself, and see all of it."
        ),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("This is no day. One looks like 2026-12-31.")},
    )
    key = forms.CharField(
        required=False,
        label=gettext_lazy("The authority’s key"),
        help_text=gettext_lazy("An age key, which begins with age1. What is handed over is encrypted to it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    paper = forms.FileField(
        label=gettext_lazy("The document itself"),
        help_text=gettext_lazy("Up to 8 MB; kept encrypted. Nothing is recorded without it."),
        error_messages={
            "required": gettext_lazy("Please choose the document that demands this."),
            "empty": gettext_lazy("This file is empty. Please choose the document that demands this."),
        },
    )

    def __init__(self, *arguments: Any, is_cut: bool = False, **options: Any) -> None:  # noqa: ANN401 - Django's options
        """`is_cut`: what was sent was too large, so that the document was left out."""
        self.is_cut = is_cut
        super().__init__(*arguments, **options)
        self.fields["paper"].required = not is_cut

    def clean(self) -> dict[str, Any]:
        """Refuse what doesn't go together, with a sentence."""
        given = super().clean() or {}
        if "items" not in self.errors and not given.get("items") and not given.get("whole"):
            self.add_error("items", _("Please name items, or say that it demands the whole account."))
        if given.get("items") and given.get("whole"):
            self.add_error("items", _("It is one or the other: these items alone, or the whole account."))
        if given.get("silence"):
            _check_day(self, "silence", given["silence"])
        if given.get("key") and not is_recipient(given["key"].strip()):
            self.add_error("key", _("This is no age key. One begins with age1, and has 62 characters."))
        return given

    def clean_paper(self) -> Any:  # noqa: ANN401 - an uploaded file, or nothing
        """Refuse a document that is too large."""
        paper = self.cleaned_data["paper"]
        if self.is_cut or (paper and (paper.size or 0) > LARGEST):
            raise ValidationError(_("The document is larger than 8 MB."))
        return paper

    def ask_for_paper_again(self) -> None:
        """Say that the document has to be chosen again where something else was wrong: no browser keeps it."""
        if self.errors and "paper" not in self.errors:
            self.add_error("paper", _("Please choose the document again: your browser doesn’t keep it."))

    def demand(self) -> Demand:
        """Return what is demanded, once it is valid."""
        given = self.cleaned_data
        paper = given["paper"]
        return Demand(
            account_id=given["account"],
            kind=Kind(given["kind"]),
            authority=given["authority"],
            reference=given["reference"],
            obliges=given["obliges"],
            deadline=given["deadline"],
            items=None if given["whole"] else given["items"],
            telling=Telling.AFTER if given["silence"] else Telling(given["telling"]),
            silent_until=_end_of(given["silence"]),
            recipient_key=given["key"].strip(),
            paper=Paper(paper.name, paper.read()),
        )


class OpenForm(forms.Form):
    """An access under a process. `items`: none for all that it covers."""

    words = LineField(
        longest=LONGEST_WORDS,
        lines=True,
        label=gettext_lazy("Why, in words that the Administrator will read"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please say why.")},
    )
    items = ItemsField(
        required=False,
        label=gettext_lazy("Items"),
        help_text=gettext_lazy("Their numbers, a line each; nothing here for all that the process covers."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    hours = forms.TypedChoiceField(
        coerce=int, label=gettext_lazy("For how many hours"), choices=[(one, str(one)) for one in range(1, HOURS + 1)]
    )


class SilenceForm(forms.Form):
    """That nobody may be told for longer."""

    until = forms.DateField(
        label=gettext_lazy("A court forbids to tell until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": gettext_lazy("Please give the day."),
            "invalid": gettext_lazy("This is no day. One looks like 2026-12-31."),
        },
    )
    words = LineField(
        longest=LONGEST_WORDS,
        lines=True,
        label=gettext_lazy("Which order says so"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Please say which order says so.")},
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a day that has passed, or is over a year away."""
        given = super().clean() or {}
        if given.get("until"):
            _check_day(self, "until", given["until"])
        return given

    def moment(self) -> datetime:
        """The end of the day that was given (UTC), once it is valid."""
        return _end_of(self.cleaned_data["until"]) or timezone.now()


def _check_day(form: forms.Form, field: str, day: Any) -> None:  # noqa: ANN401 - a date, as Django cleaned it
    today = timezone.now().date()
    if not today <= day <= today + _YEAR:
        form.add_error(field, _("Please give a day from today on, and within a year."))


def _end_of(day: Any) -> datetime | None:  # noqa: ANN401 - as above
    return datetime.combine(day, time(23, 59, 59), UTC) if day else None
