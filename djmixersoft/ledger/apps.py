"""The app's name for Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Tables of `djmixersoft.ledger`."""

    name = "djmixersoft.ledger"
    default_auto_field = "django.db.models.BigAutoField"
