"""Mail that is to be sent. Only doors write a message, and only the mailer may read it."""

from enum import StrEnum

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from djmixersoft.mail.templates import Template


class State(StrEnum):
    """What has become of a message."""

    QUEUED = "queued"
    SENT = "sent"


class MailMessage(models.Model):
    """A message, written down before it is sent. `secret` is what its link holds, and is forgotten once it is sent."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    template = models.TextField()
    recipient = models.TextField()
    context = models.JSONField(db_default={})
    secret = models.TextField(null=True)
    state = models.TextField(db_default=State.QUEUED.value)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mail_message"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(template__in=[mail.value for mail in Template]), name="mail_message_closed_list"
            ),
        )
