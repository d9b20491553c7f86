"""What tells the pages of one process from those of another: the site's from the desk's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.module_loading import import_string

Context = Mapping[str, Any]
Text = str | Promise


@dataclass(frozen=True)
class Face:
    """How a process's pages look: `templates` is the folder of its own, with the `base.html` that all extend.

    `notices`: what `?done=…` may say. `home`: where an error's page leads (address and words). `frame`: what else its
    frame needs.
    """

    templates: str
    notices: Mapping[str, Text]
    home: Callable[[HttpRequest], tuple[str, Text]]
    frame: Callable[[HttpRequest], Context]


@cache
def face() -> Face:
    """The face of this process (settings.py, FACE)."""
    found: Face = import_string(settings.FACE)
    return found
