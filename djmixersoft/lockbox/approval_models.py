"""Keys by which an account's Administrators sign what they approve, and what was signed. Doors write every row."""

from django.db import models
from django.db.models.functions import Now


class ApprovalKey(models.Model):
    """A passkey of an account's. It counts since `admitted_at`, until `ends_at`.

    `public_key`: as the passkey gave it (COSE); `spki`: the same as everybody reads it (RFC 5280 §4.1.2.7). `sealed`,
    `verifier`: as of second factors (people.models.Factor). `expires`: when it is forgotten that was never admitted.
    `signed_by`, `terms`: which key signed last that it be admitted or dropped, and the digest of those words.
    """

    pk = models.CompositePrimaryKey("account_id", "id")
    account_id = models.UUIDField()
    id = models.UUIDField()
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    spki = models.BinaryField()
    name = models.TextField()
    sealed = models.BinaryField()
    verifier = models.BinaryField()
    sign_count = models.BigIntegerField(db_default=0)
    added_by = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())
    admitted_at = models.DateTimeField(null=True)
    expires = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    signed_by = models.UUIDField(null=True)
    terms = models.BinaryField(null=True)

    class Meta:
        db_table = "approval_key"
        indexes = (models.Index(fields=("expires",), name="approval_key_expires"),)


class Statement(models.Model):
    """What an Administrator is to sign, or signed: `statement` is the words, `digest` their SHA-256.

    `about`: what they do ('challenge': no words, it is for making a key); `subject_id`: of which request or key.
    """

    pk = models.CompositePrimaryKey("account_id", "digest")
    account_id = models.UUIDField()
    digest = models.BinaryField()
    about = models.TextField()
    subject_id = models.UUIDField(null=True)
    person_id = models.UUIDField()
    statement = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField()
    key_id = models.UUIDField(null=True)
    client_data = models.BinaryField(null=True)
    authenticator_data = models.BinaryField(null=True)
    signature = models.BinaryField(null=True)
    signed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "approval_statement"
        indexes = (models.Index(fields=("expires",), name="approval_statement_expires"),)
