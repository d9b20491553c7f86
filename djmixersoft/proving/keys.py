"""The vault's root key, as far as second factors need it."""

from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from djmixersoft.vault.keys import FileRootKey, RootKey


@cache
def root_key() -> RootKey:
    """The key that wraps the keys of second factors. The desk's process asks for it, and the site's."""
    if settings.DATA_FOLDER is None:
        raise ImproperlyConfigured("DJMS_DATA is not set, so there is no root key.")
    return FileRootKey(settings.DATA_FOLDER / "secrets" / "root.key")
