"""An Administrator answers who of us asks for access, in plain words, and sees exactly what was opened."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.lockbox.desk import Desk, dismiss, grant_of, hire
from tests.site.browsing import Person, text_of

if TYPE_CHECKING:
    import psycopg

    from tests.conftest import Cluster


class Story:
    """A track in somebody's account, and one of support who asks to hear it."""

    def __init__(self, cluster: "Cluster", superuser: "psycopg.Connection[Any]", owner: Person, item: UUID) -> None:
        self.superuser, self.owner, self.item = superuser, owner, item
        self.desk, self.agent = Desk(cluster.url("djms_desk")), hire(superuser)
        self.account = UUID(str(owner.account_id))
        self.request = self.desk.ask(self.agent, self.account, [item], hours=2)
        self.all = f"/accounts/{self.account}/access"
        self.page = f"{self.all}/{self.request}"


@pytest.fixture
def story(cluster: "Cluster", owner: Person, superuser: Any) -> Iterator[Story]:  # noqa: ANN401 - a connection
    made = owner.post(f"{owner.crate}/documents", {"name": "Set list for Friday"})
    item = UUID(str(made["Location"]).rpartition("/")[2])
    # While any notice is overdue no access is opened; nobody sends those of other tests.
    superuser.execute("UPDATE djms.access_notice SET sent_at = now() WHERE sent_at IS NULL")
    one = Story(cluster, superuser, owner, item)
    yield one
    dismiss(superuser, one.agent)


def test_the_request_stands_there_in_plain_words(story: Story) -> None:
    listed, shown = text_of(story.owner.get(story.all)), text_of(story.owner.get(story.page))
    assert story.agent.pseudonym in listed
    assert "waits for your answer" in listed
    assert "It crackles at the end." in shown
    assert "Set list for Friday" in shown
    assert "Let them look at this" in shown


def test_the_studio_and_the_account_hint_at_what_waits_for_its_administrator_alone(story: Story, mate: Person) -> None:
    for page in ("/studio", story.owner.crate):
        assert "Access by us 1 waits for you" in text_of(story.owner.get(page)), page
        assert "for you" not in text_of(mate.get(page)), page
    story.desk.ask(story.agent, story.account, [story.item])
    assert "2 wait for you" in text_of(story.owner.get("/studio"))
    story.owner.post(story.page, {"action": "deny"})
    assert "1 waits for you" in text_of(story.owner.get(story.owner.crate))
    assert opened_with_notice(story)
    assert "2 wait for you" in text_of(story.owner.get(story.owner.crate)), "a notice waits for being seen"


def test_a_folder_is_not_taken_for_the_file_that_its_name_says(story: Story) -> None:
    made = story.owner.post(f"{story.owner.crate}/folders", {"name": "One track.mp3"})
    assert made.status_code == HTTPStatus.SEE_OTHER
    row = story.superuser.execute(
        "SELECT id FROM djms.item WHERE account_id = %s AND name = 'One track.mp3'", [story.account]
    ).fetchone()
    assert row
    request = story.desk.ask(story.agent, story.account, [story.item, row[0]])
    shown = text_of(story.owner.get(f"{story.all}/{request}"))
    assert "One track.mp3 (a folder, with all that lies in it)" in shown
    assert "Set list for Friday (a folder" not in shown


def test_approved_opened_and_revoked_all_of_it_shows(story: Story) -> None:
    given = {"action": "approve", "item": str(story.item), "hours": "1", "later": "0"}
    assert story.owner.post(story.page, given).status_code == HTTPStatus.SEE_OTHER
    again = story.owner.post(story.page, given)
    assert again.status_code == HTTPStatus.CONFLICT
    assert "decided or taken back a moment ago" in text_of(again)
    grant = grant_of(story.superuser, story.request)
    outcome, reading = story.desk.unlock(story.agent, story.account, grant, story.item)
    assert (outcome, story.desk.note(story.agent, reading, "shown")) == ("unlocked", "noted")
    shown = text_of(story.owner.get(story.page))
    for words in ("open now", "Exactly what was opened", "Unlocked", "shown on a page", "Revoke it now"):
        assert words in shown
    assert story.owner.post(f"{story.page}/revoke").status_code == HTTPStatus.SEE_OTHER
    assert "revoked" in text_of(story.owner.get(story.page))
    assert story.desk.note(story.agent, reading, "shown") == "over"
    record = text_of(story.owner.get(f"{story.owner.crate}/record?kind=access")).replace(" ,", ",").replace(" .", ".")
    for words in (
        f"{story.agent.pseudonym} asked for access to Set list for Friday, for up to 2 h.",
        f"Access for {story.agent.pseudonym} from ",
        f"{story.agent.pseudonym} unlocked Set list for Friday",
        f"Set list for Friday was shown on a page by {story.agent.pseudonym}.",
        f"The access of {story.agent.pseudonym} was revoked.",
        f"by {story.agent.pseudonym}, of support",
    ):
        assert words in record
    assert re.search(r"from \d\d? \w{3} \d{4}, \d\d:\d\d UTC to \d\d? \w{3} \d{4}, \d\d:\d\d UTC was approved", record)


def test_where_less_was_approved_the_page_says_what_was_allowed_and_not_what_was_asked(story: Story) -> None:
    other = UUID(str(story.owner.post(f"{story.owner.crate}/documents", {"name": "Riders"})["Location"])[-36:])
    request = story.desk.ask(story.agent, story.account, [story.item, other], hours=2, download=True)
    page = f"{story.all}/{request}"
    asked = text_of(story.owner.get(page))
    assert "for 2 hours at most" in asked
    assert "may take a copy out of our system" in asked
    story.owner.post(page, {"action": "approve", "item": str(story.item), "hours": "1", "later": "0"})
    shown = text_of(story.owner.get(page))
    assert "may take a copy out of our system" not in shown
    assert "for 2 hours at most" not in shown
    assert "only to look and listen, no copies" in shown
    less = (
        "Less was allowed than they asked for: not all of the items for 1 hour, and not for 2 no copy out of our system"
    )
    assert less in shown
    assert "Riders (not allowed)" in shown
    assert "Set list for Friday (not allowed)" not in shown


def test_where_all_of_it_was_approved_nothing_is_said_to_be_less(story: Story) -> None:
    request = story.desk.ask(story.agent, story.account, [story.item], hours=2, download=True)
    given = {"action": "approve", "item": str(story.item), "hours": "2", "later": "0", "download": "on"}
    story.owner.post(f"{story.all}/{request}", given)
    shown = text_of(story.owner.get(f"{story.all}/{request}"))
    assert "may take a copy out of our system" in shown
    assert "Less was allowed" not in shown
    assert "(not allowed)" not in shown


def test_without_an_item_nothing_is_approved_and_nothing_typed_is_lost(story: Story) -> None:
    answer = story.owner.post(story.page, {"action": "approve", "hours": "1", "later": "24"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "choose at least one of the items" in text_of(answer)
    assert '<option value="24" selected>' in answer.content.decode()
    empty = story.owner.post(story.page, {"action": "ask", "question": ""})
    assert "Please write what you want to know." in text_of(empty)
    assert story.owner.post(story.page, {"action": "ask", "question": "Why?"}).status_code == HTTPStatus.SEE_OTHER
    assert "You asked: Why?" in text_of(story.owner.get(story.page))
    assert story.owner.post(story.page, {"action": "deny"}).status_code == HTTPStatus.SEE_OTHER
    assert "refused" in text_of(story.owner.get(story.page))


def test_nothing_is_decided_by_a_link(story: Story) -> None:
    assert story.owner.get(f"{story.page}?action=approve&item={story.item}&hours=1").status_code == HTTPStatus.OK
    assert "waits for your answer" in text_of(story.owner.get(story.page))
    for path in (f"{story.page}/revoke", f"{story.page}/seen", f"{story.all}/notices"):
        assert story.owner.get(path).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def opened_with_notice(story: Story) -> str:
    """Support opens one without waiting, as an Administrator allowed; the path of its page."""
    story.owner.post(f"{story.all}/notices", {"after_notice": "allow"})
    with story.desk.acting(story.agent) as one:
        ((outcome, request),) = one.rows(
            "SELECT * FROM djms.open_after_notice(%s, %s::uuid[], null, 'damaged', 'It crackles.', 1, false)",
            story.account,
            [story.item],
        )
    assert outcome == "opened"
    return f"{story.all}/{request}"


def test_nothing_is_said_to_wait_for_a_yes_where_support_needs_none(story: Story) -> None:
    waits = "Nobody who works here sees anything of what is in the account, unless it is asked for here"
    unasked = "An access that support opened without waiting for you is open now."
    assert waits in text_of(story.owner.get(story.all))
    page = opened_with_notice(story)
    shown = text_of(story.owner.get(story.all))
    assert waits not in shown
    assert "Support may open what it names without waiting for you" in shown
    assert unasked in shown
    story.owner.post(f"{story.all}/notices", {"after_notice": "ask"})
    shown = text_of(story.owner.get(story.all))
    assert waits in shown
    assert unasked in shown, "what is open stays open"
    story.owner.post(f"{page}/revoke")
    assert unasked not in text_of(story.owner.get(story.all))


def test_an_access_that_nobody_approved_says_why_it_could_open(story: Story) -> None:
    why = "It opened without waiting for you, because an Administrator had allowed support to do that"
    shown = text_of(story.owner.get(opened_with_notice(story)))
    assert why in shown
    assert "Revoke it now" in shown
    story.owner.post(story.page, {"action": "approve", "item": str(story.item), "hours": "1", "later": "0"})
    assert why not in text_of(story.owner.get(story.page))


def test_the_list_gives_no_end_to_come_to_what_is_revoked_or_over(story: Story) -> None:
    story.owner.post(story.page, {"action": "approve", "item": str(story.item), "hours": "1", "later": "0"})
    assert "Until" in text_of(story.owner.get(story.all))
    story.owner.post(f"{story.page}/revoke")
    shown = text_of(story.owner.get(story.all))
    assert "Until" not in shown
    assert "Revoked" in shown
    story.superuser.execute(
        "UPDATE djms.access_grant SET revoked_at = null, revoked_by = null, starts = now() - interval '2 hours',"
        " ends = now() - interval '1 hour' WHERE request_id = %s",
        [story.request],
    )
    shown = text_of(story.owner.get(story.all))
    assert "Until" not in shown
    assert "Over since" in shown


def test_an_account_says_whether_support_may_tell_it_afterwards(story: Story) -> None:
    assert "must always wait" in text_of(story.owner.get(story.all))
    story.owner.post(f"{story.all}/notices", {"after_notice": "allow"})
    assert "you are told by mail at once" in text_of(story.owner.get(story.all))
    story.owner.post(f"{story.all}/notices", {"after_notice": "ask"})
    assert "must always wait" in text_of(story.owner.get(story.all))
