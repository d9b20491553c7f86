"""The people of the site's tests, for the tests of what they put into their accounts."""

from tests.site.conftest import mate, owner, post, stranger, stranger_once, superuser, visitor

__all__ = ("mate", "owner", "post", "stranger", "stranger_once", "superuser", "visitor")
