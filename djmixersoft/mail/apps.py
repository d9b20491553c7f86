"""The app's name for Django."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Tables of `djmixersoft.mail`."""

    name = "djmixersoft.mail"
    default_auto_field = "django.db.models.BigAutoField"
