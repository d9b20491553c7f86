"""What parts of addresses may hold."""


class Secret:
    """What a mailed link holds, as far as it may reach the database, which takes no NUL in a text."""

    regex = r"[^/\x00]{1,200}"

    def to_python(self, value: str) -> str:
        """Take it as it is; only the database knows whether it opens something."""
        return value

    def to_url(self, value: str) -> str:
        """Give it as it is."""
        return value
