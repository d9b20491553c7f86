"""What people may type as a name or an address: almost anything, but nothing that hides or turns what is read."""

import unicodedata
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from djmixersoft.vault.filenames import TURNING

REPLACEMENT: Final = "\ufffd"
_BREAKS: Final = frozenset({"Zl", "Zp"})


def normal(text: str) -> str:
    """Return the text trimmed, with plain line ends and in the composed form of Unicode (NFC)."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def check_readable(text: str, *, lines: bool = False) -> None:
    """Refuse, with a sentence, what can't be shown as it is; `lines`: line ends are fine.

    Raises:
        ValidationError: there is such a character, or nothing that can be seen at all.

    """
    kinds = {unicodedata.category(character) for character in text if not (lines and character == "\n")}
    if "Cs" in kinds or REPLACEMENT in text:
        raise ValidationError(_("A part of this got damaged on its way here. Please type what shows as � anew."))
    if "Cc" in kinds or kinds & _BREAKS:
        raise ValidationError(_("This has an invisible control character in it. Please type it anew, without pasting."))
    if TURNING & set(text):
        raise ValidationError(
            _("There is a character in it that turns the direction of text, which misleads. Please leave it out.")
        )
    if text and all(kind[0] in "CZM" for kind in kinds):
        raise ValidationError(_("Nothing of this can be seen. Please use at least one letter, digit or sign."))
