"""Standing in line to have a password hashed."""

from contextlib import ExitStack
from uuid import uuid4

import pytest

from djmixersoft.operations.site import THREADS
from djmixersoft.people import passwords, services


def sign_in(email: str) -> None:
    services.sign_in(email=email, password="not the password at all", stay=False, device="Firefox on Linux")


@pytest.mark.usefixtures("cluster")
def test_who_is_sent_away_has_used_up_no_try() -> None:
    email = f"{uuid4()}@example.org"
    with ExitStack() as line:
        for _ in range(passwords.PLACES):
            line.enter_context(passwords.in_line())
        for _ in range(12):
            with pytest.raises(passwords.Busy):
                sign_in(email)
    with pytest.raises(services.WrongPassword):
        sign_in(email)


def test_pages_find_a_thread_while_the_line_is_full() -> None:
    assert THREADS - passwords.PLACES >= 32
