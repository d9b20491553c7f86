"""The app's name for Django."""

from django.apps import AppConfig


class LockboxConfig(AppConfig):
    """Tables of `djmixersoft.lockbox`."""

    name = "djmixersoft.lockbox"
    default_auto_field = "django.db.models.BigAutoField"
