"""Rows about the company's own people. No purpose may read or write them: doors do (doors/*.sql).

They are none of the site's people: who works here and is a customer too is somebody else in either place.
"""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from djmixersoft.policy.rules import STAFF_ROLES


class Staff(models.Model):
    """Somebody who works here. Customers are told the pseudonym, which is never another's afterwards.

    `email` is lower-case, and forgotten when they leave, as all is by which they could sign in.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    pseudonym = models.TextField(unique=True)
    email = models.TextField(unique=True, null=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staff"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, email__isnull=False)
                | models.Q(ended_at__isnull=False, email__isnull=True),
                name="staff_has_an_address_until_they_leave",
            ),
        )


class StaffRole(models.Model):
    """One of the roles that somebody has; none implies another."""

    pk = models.CompositePrimaryKey("staff_id", "role")
    staff = models.ForeignKey(Staff, models.CASCADE, db_index=False)
    role = models.TextField()

    class Meta:
        db_table = "staff_role"
        constraints = (
            models.CheckConstraint(condition=models.Q(role__in=STAFF_ROLES), name="staff_role_is_one_of_ours"),
        )


class StaffCredential(models.Model):
    """SHA-256 of the Argon2id key (RFC 9106) of somebody's password, and how that key is derived."""

    staff = models.OneToOneField(Staff, models.CASCADE, primary_key=True)
    salt = models.BinaryField()
    memory_kib = models.IntegerField()
    passes = models.IntegerField()
    lanes = models.IntegerField()
    verifier = models.BinaryField()

    class Meta:
        db_table = "staff_credential"


class StaffFactor(models.Model):
    """A second factor: a passkey (Web Authentication), or an app that shows codes (TOTP, RFC 6238).

    `sealed`: a key of the factor's own, wrapped by the vault's root key, which is not in the database; codes follow
    from it, and so does what the desk's process shows as a sign that it looked. `verifier`: the SHA-256 of that sign.
    `last_step`, `sign_count`: the last that was used, so that none is good twice.
    """

    id = models.UUIDField(primary_key=True)
    staff = models.ForeignKey(Staff, models.CASCADE)
    kind = models.TextField()
    name = models.TextField()
    sealed = models.BinaryField()
    verifier = models.BinaryField()
    credential_id = models.BinaryField(null=True, unique=True)
    public_key = models.BinaryField(null=True)
    sign_count = models.BigIntegerField(default=0)
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "staff_factor"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind="totp", credential_id__isnull=True, public_key__isnull=True)
                | models.Q(kind="passkey", credential_id__isnull=False, public_key__isnull=False),
                name="staff_factor_is_of_a_kind",
            ),
        )


class StaffSession(models.Model):
    """One browser in which somebody typed their password; good for anything once a second factor was shown too.

    `challenge`: what a passkey is to sign next. `enrols`: it was begun by a one-time link, to set the first factor.
    `seen_at`: when it was used last, to the minute. `confirmed_at`: when a factor was shown last.
    """

    token_hash = models.BinaryField(primary_key=True)
    id = models.UUIDField(unique=True, db_default=RandomUUID())
    staff = models.ForeignKey(Staff, models.CASCADE)
    device = models.TextField()
    enrols = models.BooleanField(default=False)
    challenge = models.BinaryField(null=True)
    challenge_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField(db_index=True)
    proven_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staff_session"


class StaffLink(models.Model):
    """A one-time link by which somebody sets their password and first factor; the table holds its SHA-256 only."""

    token_hash = models.BinaryField(primary_key=True)
    staff = models.OneToOneField(Staff, models.CASCADE)
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "staff_link"
