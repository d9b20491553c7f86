"""The app's name for Django."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Pages for visitors and customers; no tables."""

    name = "djmixersoft.site"
