"""The menu by roles, on every page of the desk: also on those of errors, which are made without the database."""

from django import template

from djmixersoft.desk import menu

register = template.Library()


@register.simple_tag
def roles_known() -> tuple[str, ...]:
    """Give the roles of whoever asks for the page."""
    return menu.known()
