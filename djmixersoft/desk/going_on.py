"""What a form is for that waits until somebody has signed in or confirmed, and what is in it, in its own words."""

from collections.abc import Mapping
from typing import Final

from django import forms
from django.urls import resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.desk.access_forms import AccessForm, AnswerForm, ItemForm
from djmixersoft.desk.process_forms import OpenForm, SilenceForm
from djmixersoft.desk.question_forms import CannedForm, ReplyForm
from djmixersoft.pages.face import Text
from djmixersoft.pages.factor_forms import AppForm
from djmixersoft.pages.kept import Kept

# Name of a route → what is done there, and the form.
_ACTS: Final[Mapping[str, tuple[Text, type[forms.Form] | None]]] = {
    "access-new": (gettext_lazy("Ask for access"), AccessForm),
    "access-answer": (gettext_lazy("Answer the Administrator"), AnswerForm),
    "access-withdraw": (gettext_lazy("Withdraw the request"), None),
    "unlock": (gettext_lazy("Unlock an item"), ItemForm),
    "reading-close": (gettext_lazy("Close the item"), None),
    "process-reading-close": (gettext_lazy("Close the item"), None),
    "process-unlock": (gettext_lazy("Unlock an item"), ItemForm),
    "process-confirm": (gettext_lazy("Confirm a legal process"), None),
    "process-end": (gettext_lazy("End a legal process"), None),
    "process-open": (gettext_lazy("Open an access under a legal process"), OpenForm),
    "hand-over": (gettext_lazy("Hand over what a legal process demands"), None),
    "silence-ask": (gettext_lazy("Note that a legal process is silent for longer"), SilenceForm),
    "silence-confirm": (gettext_lazy("Confirm that a legal process is silent for longer"), None),
    "question": (gettext_lazy("Send the answer"), ReplyForm),
    "question-set": (gettext_lazy("Change who looks after a question, or whether it is open"), None),
    "replies": (gettext_lazy("Keep a ready answer"), CannedForm),
    "reply": (gettext_lazy("Keep a ready answer"), CannedForm),
    "reply-remove": (gettext_lazy("Remove a ready answer"), None),
    "factor-new": (gettext_lazy("Add a second factor"), AppForm),
    "factor-drop": (gettext_lazy("Drop a second factor"), None),
    "desk-password": (gettext_lazy("Set a new password"), None),
}


def what(kept: Kept) -> Text:
    """Say what is done once it is sent."""
    if _name(kept) == "access-new" and "afterwards" in dict(kept.fields):
        return _("Open an access, and tell the Administrators")
    act = _ACTS.get(_name(kept))
    return act[0] if act else _("Send the form")


def shown(kept: Kept) -> list[tuple[Text, str]]:
    """List what is in it, as (words, value): the fields that its page shows, and of choices their words."""
    act = _ACTS.get(_name(kept))
    fields = act[1].base_fields if act and act[1] else {}
    found: list[tuple[Text, str]] = []
    for name, value in kept.fields:
        field = fields.get(name)
        if field is None or field.widget.is_hidden or not value:
            continue
        words = str(dict(getattr(field, "choices", ())).get(value, value))
        found.append((field.label or name, _("yes") if isinstance(field, forms.BooleanField) else words))
    return found


def _name(kept: Kept) -> str:
    return resolve(kept.to.partition("?")[0]).url_name or ""
