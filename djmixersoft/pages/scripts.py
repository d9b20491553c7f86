"""Whether the scripts are there that improve pages. No page needs one."""

from functools import cache

from django.contrib.staticfiles import finders


@cache
def is_built(name: str) -> bool:
    """Whether a script is there; a machine that couldn't build it serves pages without."""
    return finders.find(f"site/built/{name}.js") is not None
