"""The app's name for Django."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Frame, style and manners of all pages; no tables."""

    name = "djmixersoft.pages"
