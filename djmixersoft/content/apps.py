"""The app's name for Django."""

from django.apps import AppConfig


class ContentConfig(AppConfig):
    """Tables of `djmixersoft.content`."""

    name = "djmixersoft.content"
    default_auto_field = "django.db.models.BigAutoField"
