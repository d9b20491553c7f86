"""The app's name for Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Tables of `djmixersoft.people`."""

    name = "djmixersoft.people"
    default_auto_field = "django.db.models.BigAutoField"
