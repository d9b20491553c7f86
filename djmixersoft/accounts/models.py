"""Customers: accounts, who belongs to them, and invitations.

`account_id` comes first in each key, so that a sharded PostgreSQL can distribute by it.
"""

from typing import Final

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from djmixersoft.people.models import Person

WITNESS_KEY: Final = r"^[^+ ]{1,200}\+[0-9a-f]{8}\+B[A-P][A-Za-z0-9+/]{42}$"
"""A witness's key as C2SP signed-note writes it: its name, its id, and 0x04 with 32 bytes in Base64."""


class Account(models.Model):
    """A customer: a DJ, a crew, a club. Run by its Administrators."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    name = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "account"


class Membership(models.Model):
    """That a person belongs to an account. At least one in each account is an Administrator (a trigger sees to it)."""

    pk = models.CompositePrimaryKey("account_id", "person_id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    person = models.ForeignKey(Person, models.CASCADE)
    is_administrator = models.BooleanField(db_default=False)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "membership"


class Invitation(models.Model):
    """An invitation mailed to an address. The link holds the token, the table its SHA-256 only."""

    pk = models.CompositePrimaryKey("account_id", "id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    id = models.UUIDField(db_default=RandomUUID())
    email = models.TextField()
    token_hash = models.BinaryField(unique=True)
    invited_by = models.ForeignKey(Person, models.CASCADE, db_column="invited_by")
    created_at = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField(db_index=True)
    withdrawn_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invitation"


class NamedWitness(models.Model):
    """A witness of the ledger that an Administrator named, by its key. At most 20 an account (a trigger sees to it)."""

    pk = models.CompositePrimaryKey("account_id", "vkey")
    # The foreign keys are the migration's: what is to be done where an account or a person goes, is the database's.
    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    vkey = models.TextField()
    name = models.TextField()
    named_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, db_column="named_by", db_index=False, db_constraint=False
    )
    named_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ledger_witness"
        # By the beginning of a key too, which is all that a signature tells of it.
        indexes = (models.Index(fields=("vkey",), name="ledger_witness_key", opclasses=("text_pattern_ops",)),)
        constraints = (
            models.CheckConstraint(condition=models.Q(vkey__regex=WITNESS_KEY), name="ledger_witness_has_a_key"),
        )
