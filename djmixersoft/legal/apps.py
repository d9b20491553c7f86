"""The app's name for Django."""

from django.apps import AppConfig


class LegalConfig(AppConfig):
    """Tables of `djmixersoft.legal`."""

    name = "djmixersoft.legal"
    default_auto_field = "django.db.models.BigAutoField"
