"""What parts of addresses may hold."""

from functools import cache

from django.urls import register_converter


class Secret:
    """What a mailed link holds, as far as it may reach the database, which takes no NUL in a text."""

    regex = r"[^/\x00]{1,200}"

    def to_python(self, value: str) -> str:
        """Take it as it is; only the database knows whether it opens something."""
        return value

    def to_url(self, value: str) -> str:
        """Give it as it is."""
        return value


@cache
def register() -> None:
    """Make them known to Django, once a process; both URLconfs ask for it."""
    register_converter(Secret, "secret")
