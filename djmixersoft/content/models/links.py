"""Links by which people outside an account are shown something of it."""

from datetime import timedelta

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from djmixersoft.accounts.models import Account
from djmixersoft.people.models import Person


class UsedFor(models.TextChoices):
    """What a link was used for."""

    LOOKED = "looked"
    PLAYED = "played"
    TAKEN = "taken"


class Share(models.Model):
    """A link that shows an item, and what is in it, to whoever holds it, until it expires or is revoked."""

    pk = models.CompositePrimaryKey("account_id", "id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    id = models.UUIDField(db_default=RandomUUID())
    item_id = models.UUIDField()
    has_password = models.BooleanField()
    created_by = models.ForeignKey(Person, models.DO_NOTHING, db_column="created_by", related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "share"
        indexes = (models.Index(fields=("account_id", "item_id"), name="share_of_item"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(expires__lte=Now() + timedelta(days=366)), name="share_ends"),
        )


class ShareSecret(models.Model):
    """What opens a link: SHA-256 of its token and, where it has a password, of the Argon2id key of that (RFC 9106).

    No purpose may read it; doors compare.
    """

    pk = models.CompositePrimaryKey("account_id", "share_id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    share_id = models.UUIDField()
    token_hash = models.BinaryField(unique=True)
    salt = models.BinaryField(null=True)
    memory_kib = models.IntegerField(null=True)
    passes = models.IntegerField(null=True)
    lanes = models.IntegerField(null=True)
    verifier = models.BinaryField(null=True)

    class Meta:
        db_table = "share_secret"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(salt=None, memory_kib=None, passes=None, lanes=None, verifier=None)
                | models.Q(
                    salt__isnull=False,
                    memory_kib__isnull=False,
                    passes__isnull=False,
                    lanes__isnull=False,
                    verifier__isnull=False,
                ),
                name="share_secret_whole",
            ),
        )


class ShareOpening(models.Model):
    """That a link's password was given: a token that is good until an hour after its last use."""

    token_hash = models.BinaryField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE)
    share_id = models.UUIDField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "share_opening"


class ShareUse(models.Model):
    """What a link was used for, and when; not by whom, which nobody knows."""

    pk = models.CompositePrimaryKey("account_id", "share_id", "id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    share_id = models.UUIDField()
    id = models.UUIDField(db_default=RandomUUID())
    what = models.TextField(choices=UsedFor.choices)
    item_id = models.UUIDField()
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "share_use"
        indexes = (models.Index(fields=("account_id", "share_id", "used_at"), name="share_use_latest"),)
