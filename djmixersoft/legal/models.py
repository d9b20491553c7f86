"""Legal processes: what they demand, who recorded and confirmed it, what was handed over. Doors write every row.

`account_id` comes first in each key. Requests, grants and readings under a process are the lockbox's; the row of a
process that is forgotten takes them with it.
"""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What an authority shows for its demand."""

    WARRANT = "warrant", _("Warrant")
    SUBPOENA = "subpoena", _("Subpoena")
    COURT_ORDER = "court-order", _("Court order")
    AGENCY_REQUEST = "agency-request", _("Agency’s request")
    OTHER = "other", _("Another legal process")


class Telling(models.TextChoices):
    """When the Administrators are told: before anything is unlocked, or at once afterwards."""

    BEFORE = "before", _("before anything is opened")
    AFTER = "after", _("as soon as something is opened")


class Process(models.Model):
    """What an authority demands of an account. It opens nothing before somebody else than `recorded_by` confirms it.

    `silent_until`: a court forbids to tell until then; at most a year after `silent_since`, when that was said last.
    `told_at`: when it was put into the account's log after that. `known_from`: since when, or from when on, its
    Administrators see it. `recipient_key`: the authority's public key (age, X25519).
    """

    pk = models.CompositePrimaryKey("account_id", "id")
    account_id = models.UUIDField()
    id = models.UUIDField(unique=True, db_default=RandomUUID())
    kind = models.TextField(choices=Kind.choices)
    authority = models.TextField()
    reference = models.TextField()
    obliges = models.TextField()
    deadline = models.DateField(null=True)
    whole_account = models.BooleanField(db_default=False)
    telling = models.TextField(choices=Telling.choices)
    silent_until = models.DateTimeField(null=True)
    silent_since = models.DateTimeField(null=True)
    known_from = models.DateTimeField(db_default=Now())
    recipient_key = models.TextField(null=True)
    recorded_by = models.UUIDField()
    recorder = models.TextField()
    recorded_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.UUIDField(null=True)
    confirmer = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    ender = models.TextField(null=True)
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "legal_process"
        indexes = (
            models.Index(models.F("recorded_at").desc(), name="legal_process_latest"),
            models.Index(fields=("known_from",), name="legal_process_forgotten"),
            models.Index(
                fields=("silent_until",),
                name="legal_process_to_tell",
                condition=models.Q(told_at=None, silent_until__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="legal_process_kind"),
            models.CheckConstraint(condition=models.Q(telling__in=Telling.values), name="legal_process_telling"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~models.Q(confirmed_by=models.F("recorded_by")),
                name="legal_process_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(silent_until=None, silent_since=None, told_at=None)
                | models.Q(
                    silent_since__isnull=False,
                    silent_until__gt=models.F("silent_since"),
                    known_from=models.F("silent_until"),
                    telling=Telling.AFTER,
                ),
                name="legal_process_silence",
            ),
        )


class ProcessItem(models.Model):
    """An item that a process covers, by its id; a folder stands for what lies in it when it is opened."""

    pk = models.CompositePrimaryKey("account_id", "process_id", "item_id")
    account_id = models.UUIDField()
    process_id = models.UUIDField()
    item_id = models.UUIDField()

    class Meta:
        db_table = "legal_item"


class Silence(models.Model):
    """That a process is to be silent for longer: asked for by one, and nothing until somebody else confirms it."""

    pk = models.CompositePrimaryKey("account_id", "id")
    account_id = models.UUIDField()
    id = models.UUIDField(unique=True, db_default=RandomUUID())
    process_id = models.UUIDField()
    until = models.DateTimeField()
    words = models.TextField()
    asked_by = models.UUIDField()
    asker = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.UUIDField(null=True)
    confirmer = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "legal_silence"
        indexes = (models.Index(fields=("account_id", "process_id"), name="legal_silence_of_process"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~models.Q(confirmed_by=models.F("asked_by")),
                name="legal_silence_four_eyes",
            ),
        )


class Document(models.Model):
    """The document of a process, encrypted under a key of its own (`wrapped` by the vault's root key)."""

    pk = models.CompositePrimaryKey("account_id", "process_id")
    account_id = models.UUIDField()
    process_id = models.UUIDField()
    name = models.TextField()
    size = models.BigIntegerField()
    sha256 = models.BinaryField()
    sealed = models.BinaryField()
    wrapped = models.BinaryField()

    class Meta:
        db_table = "legal_document"


class Export(models.Model):
    """A bundle that was handed over: how many items, and size (bytes) and SHA-256 of the file as it was encrypted."""

    pk = models.CompositePrimaryKey("account_id", "id")
    account_id = models.UUIDField()
    id = models.UUIDField(unique=True, db_default=RandomUUID())
    process_id = models.UUIDField()
    grant_id = models.UUIDField()
    staff_id = models.UUIDField()
    began_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    items = models.IntegerField(null=True)
    size = models.BigIntegerField(null=True)
    sha256 = models.BinaryField(null=True)

    class Meta:
        db_table = "legal_export"
        indexes = (models.Index(fields=("account_id", "process_id"), name="legal_export_of_process"),)
