"""What an Administrator says to name a witness of the ledger."""

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.accounts.models import WITNESS_KEY
from djmixersoft.ledger.notes import Algorithm, BadNote, VerifierKey
from djmixersoft.pages.fields import LineField

LONGEST_WITNESS_NAME: Final = 100  # characters
LONGEST_LINE: Final = 1_000  # characters
_WORDS: Final = 3
"""Of a line of a policy file: `witness`, its name there, its key; an address may come after."""
_KEY: Final = re.compile(WITNESS_KEY)


class WitnessField(LineField):
    """A witness's key, by itself or in the line that its command printed; cleaned to the key."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Django's options
        super().__init__(longest=LONGEST_LINE, **options)

    def clean(self, value: Any) -> str:  # noqa: ANN401 - Django's signature
        """Return the key. Raises ValidationError."""
        words = str(super().clean(value)).split()
        text = words[_WORDS - 1] if words[0] == "witness" and len(words) >= _WORDS else words[-1]
        try:
            key = VerifierKey.parse(text)
        except BadNote:
            key = None
        if key is None or (len(words) > 1 and words[0] != "witness") or len(words) > _WORDS + 1:
            raise ValidationError(
                _("This is no witness’s key. Please paste the line that begins with “witness”, all of it.")
            )
        if key.algorithm is not Algorithm.COSIGNATURE:
            raise ValidationError(_("This is a log’s key. A witness’s key is in the line that begins with “witness”."))
        if not _KEY.fullmatch(str(key)):
            raise ValidationError(_("The name in this key is longer than 200 characters. Please make another key."))
        return str(key)


class WitnessForm(forms.Form):
    """A witness: by which key, and in whose hands."""

    name = LineField(
        longest=LONGEST_WITNESS_NAME,
        label=gettext_lazy("Who runs it"),
        help_text=gettext_lazy("In your words, such as “our auditor” or “the box at home”."),
        error_messages={"required": gettext_lazy("Please say who runs it.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    witness = WitnessField(
        label=gettext_lazy("The line that the command printed first"),
        help_text=gettext_lazy("It begins with “witness”. The key alone, its last word, will do too."),
        error_messages={"required": gettext_lazy("Please paste the line, or the key.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
