"""The app's name for Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Pages for the company's own people; no tables."""

    name = "djmixersoft.desk"
