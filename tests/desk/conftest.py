"""An Administrator on the site and somebody of support at the desk, each in a browser of their own."""

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from tests.site.browsing import items_of
from tests.site.conftest import owner, post, seal, superuser
from tests.staff.conftest import agent, desk

if TYPE_CHECKING:
    from tests.site.browsing import Person

__all__ = ["agent", "desk", "owner", "post", "seal", "superuser"]
Upload = Callable[[str, bytes, str], str]


@pytest.fixture
def upload(owner: "Person") -> Upload:
    """Have the Administrator place a file in the account; the item's id."""

    def send(name: str, data: bytes, media_type: str) -> str:
        before = set(items_of(owner, owner.crate))
        file: Any = BytesIO(data)
        file.name, file.content_type = name, media_type
        assert owner.post(f"{owner.crate}/upload", {"tracks": file}).status_code == 303
        (new,) = set(items_of(owner, owner.crate)) - before
        return new

    return send
