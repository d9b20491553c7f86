"""Asking for access to Content, what was granted, and what was read. Doors write every row (doors/*.sql).

`account_id` comes first in each key. Whoever works here is known by `staff_id` to the database, and by role and
pseudonym to the account's Administrators; both are noted as they were.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from djmixersoft.lockbox.approval_models import ApprovalKey, Statement  # noqa: F401 - Django looks for them here

HOURS = 8
"""For how many hours, at most, an access is asked for and granted."""


class Reason(models.TextChoices):
    """Why access is asked for; the words beside it are the asker's."""

    DAMAGED = "damaged", _("Something is damaged")
    MISSING = "missing", _("Something is missing")
    WONT_PLAY = "wont-play", _("Something doesn’t play or open")
    WRONG = "wrong", _("Something is shown wrongly")
    ASKED = "asked", _("You asked us to look at it")
    LEGAL = "legal", _("A legal process demands it")


class State(models.TextChoices):
    """What has become of a request. One that nobody answered by `expires` is over, whatever its row says."""

    PENDING = "pending"
    ASKED = "asked"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    OPENED = "opened"


class Basis(models.TextChoices):
    """On what a grant rests."""

    APPROVAL = "approval"
    AFTER_NOTICE = "after-notice"
    LEGAL = "legal"


class What(models.TextChoices):
    """What was done with the bytes of an item that was unlocked. Its name is seen by unlocking it."""

    SHOWN = "shown", _("shown on a page")
    PLAYED = "played", _("played")
    DOWNLOADED = "downloaded", _("downloaded")
    DISCLOSED = "disclosed", _("disclosed to an authority")


class Counted(models.TextChoices):
    """What anybody may learn the number of, in bands. `less`: of those approved; `expired` follows from the others."""

    ASKED = "asked", _("Requests for access to Content")
    APPROVED = "approved", _("of these, approved")
    LESS = "less", _("of those approved, approved for less than was asked")
    DENIED = "denied", _("of these, denied")
    WITHDRAWN = "withdrawn", _("of these, withdrawn")
    EXPIRED = "expired", _("of these, expired unanswered")
    AFTERWARDS = "afterwards", _("Accesses opened with a notice to follow")
    REVOKED = "revoked", _("Accesses that an Administrator revoked")
    PROCESS = "process", _("Legal processes")
    DISCLOSED = "disclosed", _("Disclosures under a legal process")


class Request(models.Model):
    """That somebody here asks to see items of an account (a folder stands for what lies in it), and the answer.

    `hours`: for how long, from the approval on. `state`: `opened` is an access of which the account is told afterwards.
    `question`, `answer`: what an Administrator asked back, and what came. `forget_from`: when the time begins after
    which it is forgotten; None where it belongs to a legal process, and is forgotten with that.
    """

    pk = models.CompositePrimaryKey("account_id", "id")
    account_id = models.UUIDField()
    id = models.UUIDField(db_default=RandomUUID())
    staff_id = models.UUIDField()
    staff_role = models.TextField()
    pseudonym = models.TextField()
    ticket_id = models.UUIDField(null=True)
    process_id = models.UUIDField(null=True)
    items = ArrayField(models.UUIDField())
    reason = models.TextField(choices=Reason.choices)
    words = models.TextField()
    hours = models.IntegerField()
    may_download = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField()
    state = models.TextField(choices=State.choices, db_default=State.PENDING)
    question = models.TextField(db_default="")
    answer = models.TextField(db_default="")
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    forget_from = models.DateTimeField(null=True, db_default=Now())

    class Meta:
        db_table = "access_request"
        indexes = (
            models.Index("account_id", models.F("created_at").desc(), name="access_request_latest"),
            models.Index("staff_id", models.F("created_at").desc(), name="access_request_of_staff"),
            models.Index(fields=("forget_from",), name="access_request_forgotten"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="access_request_state"),
            models.CheckConstraint(condition=models.Q(reason__in=Reason.values), name="access_request_reason"),
            models.CheckConstraint(
                condition=models.Q(staff_role="support", process_id=None)
                | models.Q(staff_role="legal", ticket_id=None, process_id__isnull=False),
                name="access_request_by_role",
            ),
            models.CheckConstraint(
                condition=models.Q(process_id=None) | models.Q(forget_from=None), name="access_request_of_process"
            ),
            models.CheckConstraint(condition=models.Q(hours__range=(1, HOURS)), name="access_request_hours"),
        )


class Grant(models.Model):
    """What of a request was granted: to whom, from when to when, for how many items (`GrantItem`).

    `digest`: the SHA-256 of these terms, as they stand on record too. `process_id`, here and below: the legal process
    that it is for, filled in by the database. `tells_first`: nothing is unlocked before its notice was sent.
    `signed_by`: the approval key that signed what the digest is of.
    """

    pk = models.CompositePrimaryKey("account_id", "id")
    account_id = models.UUIDField()
    id = models.UUIDField(db_default=RandomUUID())
    request_id = models.UUIDField()
    basis = models.TextField(choices=Basis.choices)
    staff_id = models.UUIDField()
    staff_role = models.TextField()
    pseudonym = models.TextField()
    approved_by = models.UUIDField(null=True)
    items = models.IntegerField()
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    may_download = models.BooleanField(db_default=False)
    digest = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)
    process_id = models.UUIDField(null=True)
    tells_first = models.BooleanField(db_default=False)
    signed_by = models.UUIDField(null=True)

    class Meta:
        db_table = "access_grant"
        indexes = (
            models.Index(fields=("account_id", "request_id"), name="access_grant_of_request"),
            models.Index("staff_id", models.F("created_at").desc(), name="access_grant_of_staff"),
            models.Index(
                fields=("revoked_at",), name="access_grant_revoked", condition=models.Q(revoked_at__isnull=False)
            ),
            models.Index(fields=("ends",), name="access_grant_ending"),
            models.Index(fields=("process_id",), name="access_grant_of_process"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(basis=Basis.APPROVAL, approved_by__isnull=False)
                | models.Q(basis=Basis.AFTER_NOTICE, approved_by=None, process_id=None)
                | models.Q(basis=Basis.LEGAL, approved_by=None, process_id__isnull=False),
                name="access_grant_basis",
            ),
        )


class GrantItem(models.Model):
    """An item that a grant covers: named itself, or in a folder that was, when it was granted."""

    pk = models.CompositePrimaryKey("account_id", "grant_id", "item_id")
    account_id = models.UUIDField()
    grant_id = models.UUIDField()
    item_id = models.UUIDField()
    staff_id = models.UUIDField()
    process_id = models.UUIDField(null=True)

    class Meta:
        db_table = "access_grant_item"


class Reading(models.Model):
    """That somebody unlocked one item. Nothing of it is shown but to a later transaction than the one in `xid`.

    `ends`: two hours after, or with its grant. A reading that is not closed is its reader's only one.
    """

    pk = models.CompositePrimaryKey("account_id", "id")
    account_id = models.UUIDField()
    id = models.UUIDField(unique=True, db_default=RandomUUID())
    grant_id = models.UUIDField()
    item_id = models.UUIDField()
    staff_id = models.UUIDField()
    at = models.DateTimeField(db_default=models.Func(function="clock_timestamp", output_field=models.DateTimeField()))
    ends = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    process_id = models.UUIDField(null=True)

    class Meta:
        db_table = "reading"
        indexes = (
            models.Index(fields=("account_id", "grant_id"), name="reading_of_grant"),
            models.Index("staff_id", models.F("at").desc(), name="reading_of_staff"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("staff_id",), condition=models.Q(closed_at=None), name="reading_one_at_a_time"
            ),
        )


class ReadingUse(models.Model):
    """What was done with what a reading unlocked: when first, when last, how often. Its key comes only after that."""

    pk = models.CompositePrimaryKey("account_id", "reading_id", "what")
    account_id = models.UUIDField()
    reading_id = models.UUIDField()
    what = models.TextField(choices=What.choices)
    staff_id = models.UUIDField()
    at = models.DateTimeField(db_default=models.Func(function="clock_timestamp", output_field=models.DateTimeField()))
    last_at = models.DateTimeField(
        db_default=models.Func(function="clock_timestamp", output_field=models.DateTimeField())
    )
    times = models.IntegerField(db_default=1)
    process_id = models.UUIDField(null=True)

    class Meta:
        db_table = "reading_use"
        constraints = (models.CheckConstraint(condition=models.Q(what__in=What.values), name="reading_use_what"),)


class Notice(models.Model):
    """That the Administrators are to be told of an access. They are whoever they are when it is sent.

    `not_before`: when it may be sent; `reminded_at`: when they were last told again, because nobody acknowledged it.
    """

    pk = models.CompositePrimaryKey("account_id", "id")
    account_id = models.UUIDField()
    id = models.UUIDField(unique=True, db_default=RandomUUID())
    grant_id = models.UUIDField()
    not_before = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.UUIDField(null=True)
    reminded_at = models.DateTimeField(null=True)
    process_id = models.UUIDField(null=True)

    class Meta:
        db_table = "access_notice"
        indexes = (
            models.Index(fields=("account_id", "grant_id"), name="access_notice_of_grant"),
            models.Index(fields=("not_before",), name="access_notice_unsent", condition=models.Q(sent_at=None)),
            models.Index(
                fields=("sent_at",), name="access_notice_open", condition=models.Q(acknowledged_at__isnull=True)
            ),
        )


class PartingNotice(models.Model):
    """A notice that was unsent when its account was deleted, for one of those who administered it at that moment.

    What it tells of went with the account, so that it holds all that it says. `process_id`: where a court forbids to
    tell of that process, it waits for the day, as the notice would have.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    person_id = models.UUIDField()
    account_name = models.TextField()
    staff_role = models.TextField()
    pseudonym = models.TextField()
    items = models.IntegerField()
    began = models.DateTimeField()
    ends = models.DateTimeField()
    process_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "parting_notice"
        indexes = (
            models.Index(fields=("person_id",), name="parting_notice_of_person"),
            models.Index(fields=("sent_at",), name="parting_notice_sent"),
        )


class Setting(models.Model):
    """Whether an account lets support open an access of which its Administrators are told afterwards; none at first."""

    account_id = models.UUIDField(primary_key=True)
    after_notice = models.BooleanField(db_default=False)
    changed_by = models.UUIDField(null=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "access_setting"


class Tally(models.Model):
    """How often something about accesses happened in a month, of whatever account: `month` is its first day (UTC).

    Of legal processes, in half a year. What was asked for counts in the month of asking, with what came of it.
    """

    pk = models.CompositePrimaryKey("month", "what")
    month = models.DateField()
    what = models.TextField(choices=Counted.choices)
    times = models.IntegerField()

    class Meta:
        db_table = "access_tally"
        constraints = (
            models.CheckConstraint(condition=models.Q(what__in=Counted.values), name="access_tally_closed_list"),
        )
