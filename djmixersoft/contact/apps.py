"""The app's name for Django."""

from django.apps import AppConfig


class ContactConfig(AppConfig):
    """Tables of `djmixersoft.contact`."""

    name = "djmixersoft.contact"
    default_auto_field = "django.db.models.BigAutoField"
