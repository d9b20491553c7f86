"""What our own checks of the promises found."""

from enum import StrEnum

from django.db import models
from django.db.models.functions import Now


class Status(StrEnum):
    """How a promise stands, as its probe found it."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_ENFORCED = "not-enforced"


class ProbeResult(models.Model):
    """The last finding on one promise, shown under its clause on the privacy page."""

    promise = models.TextField(primary_key=True)
    status = models.TextField()
    evidence = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "probe_result"
