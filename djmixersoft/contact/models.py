"""Questions to the company, and their threads. Only doors write them (doors/*.sql).

What is said goes with the question, two years after the last change to it. What a stranger typed whose browser solved
no puzzle is a draft, which nobody here can read, until they send it by a mailed link, for two days.
"""

from enum import StrEnum
from typing import Final

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Length, Now
from django.db.models.lookups import Range

from djmixersoft.accounts.models import Account
from djmixersoft.people.models import Person

LONGEST: Final = 10_000
"""Characters of a message."""


class Topic(StrEnum):
    """What a question is about."""

    POLICY = "policy"
    PRACTICES = "practices"
    SUPPORT = "support"
    LEGAL = "legal"
    OTHER = "other"


class State(StrEnum):
    """Whose turn it is."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Ticket(models.Model):
    """A question. `person`: who was signed in when asking, if anybody; `email`: where answers go.

    `address_proven`: whoever asked has shown that mail to the address reaches them. `assigned_to`: the staff member who
    looks after it; no foreign key, as it is kept beyond their time here.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    reference = models.TextField(unique=True)
    topic = models.TextField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, db_constraint=False)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, db_constraint=False)
    email = models.TextField()
    address_proven = models.BooleanField(db_default=False)
    subject = models.TextField()
    state = models.TextField(db_default=State.OPEN.value)
    assigned_to = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        db_table = "ticket"
        indexes = (models.Index(fields=("state", "updated_at"), name="ticket_inbox"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(topic__in=[one.value for one in Topic]), name="ticket_topic"),
            models.CheckConstraint(condition=models.Q(state__in=[one.value for one in State]), name="ticket_state"),
        )


class TicketDraft(models.Model):
    """A question that isn't sent yet. The mailed link holds the secret, the table its SHA-256 only."""

    token_hash = models.BinaryField(primary_key=True)
    topic = models.TextField()
    email = models.TextField()
    text = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "ticket_draft"
        constraints = (
            models.CheckConstraint(condition=models.Q(topic__in=[one.value for one in Topic]), name="draft_topic"),
            models.CheckConstraint(condition=Range(Length("text"), (1, LONGEST)), name="draft_length"),
        )


class TicketLink(models.Model):
    """A mailed link that opens a thread; each mail has its own. The table holds the secret's SHA-256 only."""

    token_hash = models.BinaryField(primary_key=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE, db_constraint=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ticket_link"


class TicketMessage(models.Model):
    """What was said in a thread. `person`: whose thread it is, where they have one here.

    `from_staff`: who answered for the company, and `signature` under which pseudonym; '' for what the asker wrote.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    ticket = models.ForeignKey(Ticket, models.CASCADE, db_constraint=False)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, db_constraint=False)
    from_staff = models.UUIDField(null=True)
    signature = models.TextField(db_default="")
    text = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ticket_message"
        constraints = (
            models.CheckConstraint(condition=Range(Length("text"), (1, LONGEST)), name="ticket_message_length"),
        )


class TicketItem(models.Model):
    """An item that a member named in a question of theirs: by its id, which opens nothing."""

    pk = models.CompositePrimaryKey("account_id", "ticket_id", "item_id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, db_constraint=False)
    item_id = models.UUIDField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, db_constraint=False)

    class Meta:
        db_table = "ticket_item"


class CannedReply(models.Model):
    """An answer that is ready to be used again, as staff wrote it."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    title = models.TextField(unique=True)
    text = models.TextField()
    written_by = models.UUIDField()
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "canned_reply"
        constraints = (
            models.CheckConstraint(condition=Range(Length("text"), (1, LONGEST)), name="canned_reply_length"),
        )
