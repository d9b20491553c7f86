"""What somebody typed into a form that couldn't be taken just now: carried along in hidden fields, not lost.

Only fields of a closed list are carried. Passwords and files are not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy

from djmixersoft.pages.face import Text

TO: Final = "kept_to"
PREFIX: Final = "kept_"
_FORM: Final = "application/x-www-form-urlencoded"

# Field of a form → its words; '' = carried along, but nothing that a person typed.
FIELDS: Final[Mapping[str, Text]] = {
    "email": gettext_lazy("E-mail"),
    "name": gettext_lazy("Name"),
    "account_name": gettext_lazy("Name of your crew, club or act"),
    "address": gettext_lazy("Postal address"),
    "text": gettext_lazy("Text"),
    "topic": "",
    "title": gettext_lazy("Title"),
    "seen": "",
    "close": "",
    "was": "",
    "was_with": "",
    "to": "",
    "days": gettext_lazy("Days"),
    "rights": "",
    "account": "",
    "base": "",
    "folder": "",
    "newsletter": "",
    "agree": "",
    "stay": "",
    "next": "",
    "action": "",
    "tags": gettext_lazy("Tags"),
    "comment": gettext_lazy("Comment"),
    "data_name": gettext_lazy("Under which name"),
    "data_value": gettext_lazy("Value"),
    "tag": "",
    "item": "",
    "all": "",
    "into": "",
    "items": gettext_lazy("Items"),
    "reason": "",
    "words": gettext_lazy("Words"),
    "hours": gettext_lazy("Hours"),
    "may_download": "",
    "ticket": "",
    "afterwards": "",
    "until": gettext_lazy("Until"),
    "back": "",
}


@dataclass(frozen=True)
class Kept:
    """A form that is still to be sent: to which path of ours, and the fields as (name, value)."""

    to: str
    fields: tuple[tuple[str, str], ...]

    @property
    def shown(self) -> list[tuple[Text, str]]:
        """What a person typed, as (words, value)."""
        return [(FIELDS[name], value) for name, value in self.fields if FIELDS[name] and value]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The hidden fields that carry it through another form."""
        return [(TO, self.to), *((PREFIX + name, value) for name, value in self.fields)]

    @property
    def rows(self) -> list[tuple[str, Text, str]]:
        """The fields as (name, words, value), to be sent again."""
        return [(name, FIELDS[name], value) for name, value in self.fields]


def keep(request: HttpRequest) -> Kept | None:
    """Take what was typed from a form that was sent; None for uploads, whose files can't be carried."""
    if request.method != "POST" or request.content_type != _FORM:
        return None
    return Kept(request.get_full_path(), _fields(request.POST))


def carried(request: HttpRequest) -> Kept | None:
    """Take what another form's hidden fields carry; None where they carry nothing, or not to a page of ours."""
    to = request.POST.get(TO, "")
    return Kept(to, _fields(request.POST, PREFIX)) if is_own_path(to) else None


def is_own_path(path: str) -> bool:
    """Tell whether a path leads to a page of this site, and nowhere else whatever a browser makes of it."""
    if not path.startswith("/") or not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return False
    try:
        resolve(path.partition("?")[0])
    except Resolver404:
        return False
    return True


def _fields(sent: QueryDict, prefix: str = "") -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name in FIELDS for value in sent.getlist(prefix + name))
