"""What an Administrator says to a request for access to Content."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from djmixersoft.lockbox.selectors import RequestRow
from djmixersoft.lockbox.services import Terms
from djmixersoft.pages.fields import LineField
from djmixersoft.site.selecting import as_uuid

LONGEST_QUESTION: Final = 2_000  # characters
_LATER: Final = {"0": 0, "1": 1, "4": 4, "24": 24, "72": 72}  # hours from now


class ApproveForm(forms.Form):
    """As much of a request as is approved. All of it, at once, unless the Administrator says less."""

    def __init__(self, row: RequestRow, data: Any = None) -> None:  # noqa: ANN401 - Django's QueryDict, or nothing
        super().__init__(data)
        self._row = row
        self._items = data.getlist("item") if data else [str(one) for one in row.items]
        self.fields["hours"] = forms.TypedChoiceField(
            choices=[(n, ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}) for n in range(row.hours, 0, -1)],
            coerce=int,
            label=_("For how long"),
            error_messages={"invalid_choice": _("Please choose one of these times.")},
        )
        self.fields["later"] = forms.ChoiceField(
            choices=[
                ("0", _("at once")),
                ("1", _("in an hour")),
                ("4", _("in 4 hours")),
                ("24", _("in a day")),
                ("72", _("in 3 days")),
            ],
            required=False,
            label=_("Beginning"),
            error_messages={"invalid_choice": _("Please choose one of these times.")},
        )
        if row.may_download:
            self.fields["download"] = forms.BooleanField(
                required=False, label=_("They may also take a copy out of our system"), initial=False
            )

    def clean(self) -> dict[str, Any]:
        """Look at the items, which stand beside their names and not in a field of this form."""
        if not self._chosen():
            self.add_error(None, _("Please choose at least one of the items that were asked for."))
        return self.cleaned_data

    def chooses(self, item: UUID) -> bool:
        """Whether an item's box is ticked."""
        return str(item) in self._items

    def terms(self) -> Terms:
        """What is approved, once the form is valid."""
        hours = _LATER[self.cleaned_data["later"] or "0"]
        starts: datetime | None = timezone.now() + timedelta(hours=hours) if hours else None
        return Terms(
            items=self._chosen(),
            hours=self.cleaned_data["hours"],
            starts=starts,
            may_download=bool(self.cleaned_data.get("download")),
        )

    def _chosen(self) -> list[UUID]:
        return [one for one in map(as_uuid, self._items) if one in self._row.items]


class QuestionForm(forms.Form):
    """What an Administrator wants to know first."""

    question = LineField(
        longest=LONGEST_QUESTION,
        lines=True,
        label=gettext_lazy("What do you want to know first?"),
        error_messages={"required": gettext_lazy("Please write what you want to know.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
