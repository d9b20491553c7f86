"""The app's name for Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Tables of `djmixersoft.accounts`."""

    name = "djmixersoft.accounts"
    default_auto_field = "django.db.models.BigAutoField"
