"""The app's name for Django."""

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    """Tables of `djmixersoft.policy`."""

    name = "djmixersoft.policy"
    default_auto_field = "django.db.models.BigAutoField"
