"""Rows about people. Who may read or write them is said in policy/rules.toml, and enforced by the database.

Secrets (verifiers, token hashes) are in tables that no purpose may read: only doors (doors/*.sql) touch them.
"""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now


def is_a_version(column: str) -> models.CheckConstraint:
    """A version of the Terms has no room for words: it goes on record, where no personal information may."""
    check = models.Q(**{f"{column}__regex": r"^[0-9A-Za-z.-]{1,40}$"})
    return models.CheckConstraint(condition=check, name=f"{column}_has_no_words")


class Person(models.Model):
    """Whoever registered and confirmed their address. `email` is lower-case."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    email = models.TextField(unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "person"


class PersonName(models.Model):
    """A name, where the person gave one; their teammates see it."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True)
    name = models.TextField()

    class Meta:
        db_table = "person_name"


class PersonAddress(models.Model):
    """A postal address, where the person gave one; nobody else sees it."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True)
    address = models.TextField()

    class Meta:
        db_table = "person_address"


class Credential(models.Model):
    """SHA-256 of the Argon2id key (RFC 9106) of a person's password, and how that key is derived."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True)
    salt = models.BinaryField()
    memory_kib = models.IntegerField()
    passes = models.IntegerField()
    lanes = models.IntegerField()
    verifier = models.BinaryField()

    class Meta:
        db_table = "credential"


class Session(models.Model):
    """One browser in which a person is signed in. The browser holds the token, the table its SHA-256 only.

    `proven_at`: until then it is good for nothing but a second factor. `challenge`: what a passkey is to sign next.
    """

    token_hash = models.BinaryField(primary_key=True)
    id = models.UUIDField(unique=True, db_default=RandomUUID())
    person = models.ForeignKey(Person, models.CASCADE)
    device = models.TextField()
    stays = models.BooleanField()
    created_at = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField(db_index=True)
    proven_at = models.DateTimeField(null=True, db_default=Now())
    challenge = models.BinaryField(null=True)
    challenge_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "session"


class Factor(models.Model):
    """A second factor: a passkey (Web Authentication), or an app that shows codes (TOTP, RFC 6238).

    `sealed`: a key of the factor's own, wrapped by the vault's root key, which is not in the database; codes follow
    from it, and so does what the site's process shows as a sign that it looked. `verifier`: the SHA-256 of that sign.
    `last_step`, `sign_count`: the last that was used, so that none is good twice.
    """

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE)
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
        db_table = "factor"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind="totp", credential_id__isnull=True, public_key__isnull=True)
                | models.Q(kind="passkey", credential_id__isnull=False, public_key__isnull=False),
                name="factor_is_of_a_kind",
            ),
        )


class RecoveryCode(models.Model):
    """A code that stands in for a second factor, once. The person has it on paper, the table its SHA-256 only."""

    pk = models.CompositePrimaryKey("person_id", "code_hash")
    person = models.ForeignKey(Person, models.CASCADE, db_index=False)
    code_hash = models.BinaryField()

    class Meta:
        db_table = "recovery_code"


class Registration(models.Model):
    """A registration whose mailed link was not opened yet (or was, lately). Not a person."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    email = models.TextField()
    salt = models.BinaryField()
    memory_kib = models.IntegerField()
    passes = models.IntegerField()
    lanes = models.IntegerField()
    verifier = models.BinaryField()
    account_name = models.TextField()
    terms_version = models.TextField()
    newsletter = models.BooleanField()
    token_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "registration"
        constraints = (is_a_version("terms_version"),)


class MailProof(models.Model):
    """A link mailed to a person, to set a password ('password') or to confirm a new address ('email')."""

    token_hash = models.BinaryField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE)
    kind = models.TextField()
    new_email = models.TextField(null=True)
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "mail_proof"


class SignInTry(models.Model):
    """How many tries of a kind there were of late for an address, of which it holds a keyed hash only."""

    email_hash = models.BinaryField(primary_key=True)
    tries = models.IntegerField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "sign_in_try"


class TermsAgreement(models.Model):
    """Which version of the Terms a person agreed to, and when (clause 1e)."""

    pk = models.CompositePrimaryKey("person_id", "version")
    person = models.ForeignKey(Person, models.CASCADE, db_index=False)
    version = models.TextField()
    agreed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "terms_agreement"
        constraints = (is_a_version("version"),)


class Subscription(models.Model):
    """That a person subscribes to the newsletter (clause 7b)."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "subscription"


class ApiToken(models.Model):
    """A token with which a person's programs act as they. The program holds it, the table its SHA-256 only.

    `may_write`: without it, the database answers in transactions that are read only. `account_id`: where given, the one
    account that it is good for (no foreign key: people know of no accounts).
    """

    token_hash = models.BinaryField(primary_key=True)
    id = models.UUIDField(unique=True, db_default=RandomUUID())
    person = models.ForeignKey(Person, models.CASCADE)
    name = models.TextField()
    may_write = models.BooleanField()
    account_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "api_token"


class DoorSecret(models.Model):
    """The key with which doors hash addresses and make salts for unknown ones. One row; no purpose may read it."""

    id = models.BooleanField(primary_key=True, default=True)
    value = models.BinaryField()

    class Meta:
        db_table = "door_secret"
        constraints = (models.CheckConstraint(condition=models.Q(id=True), name="door_secret_one_row"),)
