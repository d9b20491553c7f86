"""What pages say after something was sent: seen at once, and no more than is true."""

from datetime import UTC, datetime

from djmixersoft.site.mailbox import Message
from tests.site.browsing import Browser, Person, new_address, text_of


def test_what_was_done_is_said_at_the_top_and_no_fragment_leads_past_it(owner: Person) -> None:
    for path, fields in (
        ("/me/name", {"name": "Mix"}),
        ("/me/newsletter", {}),
        (f"{owner.crate}/invitations", {"email": new_address()}),
    ):
        done = owner.post(path, fields)
        assert "?done=" in done["Location"]
        assert "#" not in done["Location"], "the notice would be out of sight"
    # A browser keeps a form's fragment over the redirect, and autofocus gives way to it.
    assert 'action="/me/name"' in owner.get("/me").text


def test_whoever_forgot_is_not_told_that_mail_comes_for_certain(visitor: Browser) -> None:
    answer = visitor.post("/password/forgotten", {"email": "nobody@example.org"})
    assert "If nobody@example.org is registered here, a message is on its way" in text_of(answer)


def test_only_a_form_with_a_password_asks_for_it_again(owner: Person, visitor: Browser) -> None:
    assert "have to be typed again" in text_of(visitor.post("/register", {"email": "x"}))
    assert "have to be typed again" not in text_of(owner.post("/accounts", {"name": ""}))


def test_who_is_signed_in_is_led_back_to_the_studio(owner: Person, visitor: Browser) -> None:
    assert "To your studio" in text_of(owner.get("/no-such-page"))
    assert "To the front page" in text_of(visitor.get("/no-such-page"))


def test_a_link_in_a_mail_ends_before_the_comma_after_it() -> None:
    text = "is at https://localhost:8443, and (see https://localhost:8443/confirm/0a1b). Bye: http://[::1]:8443/x."
    message = Message("a.eml", "", "", datetime.now(UTC), text)
    links = [part for part, is_link in message.parts if is_link]
    assert links == ["https://localhost:8443", "https://localhost:8443/confirm/0a1b", "http://[::1]:8443/x"]
    assert "".join(part for part, _is_link in message.parts) == text
