"""Addresses of static files that change with the file, without a collecting step."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


@lru_cache(maxsize=512)
def _version(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        message = f"there is no static file {name}"
        raise ValueError(message)  # noqa: TRY004 - the value is wrong, as in Django's ManifestStaticFilesStorage
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]


class VersionedStatic(StaticFilesStorage):
    """Appends `?v=` and a digest of the content, so that browsers may keep a file until it changes."""

    def url(self, name: str | None) -> str:
        """Return the address of a static file.

        Raises:
            ValueError: there is no such file; a page with a broken link should not be made.

        """
        return f"{super().url(name)}?v={_version(name or '')}"
