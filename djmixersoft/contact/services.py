"""Everything that is written into questions and their threads. The database's doors judge it, and do it."""

from dataclasses import dataclass
from uuid import UUID

from djmixersoft.contact import puzzle
from djmixersoft.contact.models import Topic
from djmixersoft.contact.selectors import Asker
from djmixersoft.policy.purposes import call_door, call_door_row


class AnswerUsed(Exception):
    """The puzzle's answer was taken before: each is good once."""


class NoSuchItem(Exception):
    """The item that was asked about isn't there for whoever asks."""


class TooMany(Exception):
    """Too much was asked of late; `seconds` until more is taken."""

    def __init__(self, seconds: int) -> None:
        """Keep how long to wait."""
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class Question:
    """A question that a person typed; `email` counts where nobody is signed in. `item`: an account's, and its id."""

    topic: Topic
    text: str
    email: str = ""
    item: tuple[UUID, UUID] | None = None

    def __repr__(self) -> str:
        """Keep what was typed out of logs and tracebacks."""
        return "Question(…)"


@dataclass(frozen=True)
class Asked:
    """A question that was taken in. A draft, which waits for its mailed link to be opened, has neither of them yet."""

    id: UUID | None
    reference: str

    @property
    def is_sent(self) -> bool:
        """Whether it is with us already."""
        return self.id is not None


def ask(question: Question, *, asker: Asker, answer: str = "") -> Asked:
    """Takes in a question, for the purpose `contact`, or `teamwork` where it is about an item.

    `answer`: to the puzzle, of who isn't signed in; with none a link is mailed first. Raises puzzle.Wrong, AnswerUsed,
    NoSuchItem and TooMany.
    """
    solved = puzzle.check(answer, asker.puzzle_key) if answer and not asker.email else None
    account_id, item_id = question.item or (None, None)
    row = call_door_row(
        "ask",
        new_topic=question.topic.value,
        words=question.text,
        address=question.email,
        puzzle_hash=solved,
        about_account=account_id,
        about_item=item_id,
    )
    match row["outcome"]:
        case "used":
            raise AnswerUsed
        case "gone":
            raise NoSuchItem
        case "many":
            raise TooMany(row["wait_seconds"])
        case _:
            return Asked(row["ticket"], row["reference"] or "")


def send_draft() -> bool:
    """Sends what waits behind the mailed link that is presented; False where nothing waits (any more)."""
    return bool(call_door("send_draft"))


def say_more(text: str, *, ticket_id: UUID | None = None) -> bool:
    """Adds to the thread whose mailed link is presented, or to one of one's own; False where there is none.

    Raises TooMany.
    """
    row = call_door_row("say_more", thread=ticket_id, words=text)
    if row["outcome"] == "many":
        raise TooMany(row["wait_seconds"])
    return bool(row["outcome"] == "sent")
