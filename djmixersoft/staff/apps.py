"""The app's name for Django."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Tables of `djmixersoft.staff`."""

    name = "djmixersoft.staff"
    default_auto_field = "django.db.models.BigAutoField"
