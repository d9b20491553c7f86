"""Content: what people place in an account, and the keys that open it (clauses 1f, 4a, 4d).

`account_id` comes first in each key. Files lie outside the database, encrypted (vault); what is here of them is whose
they are, what they are called and what they must hash to. Foreign keys of two columns are the migrations' affair.
"""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from djmixersoft.accounts.models import Account
from djmixersoft.people.models import Person


class Kind(models.TextChoices):
    """What an item is. Other data (clause 1f) hang on any of them, as `ItemData`."""

    FOLDER = "folder"
    FILE = "file"
    DOCUMENT = "document"


class Item(models.Model):
    """A folder, file or document of an account, as it is now; what it was before is an `ItemVersion`.

    `parent_id`: the folder it lies in; none at the top. `size` in bytes and `sha256` are those of the plaintext of its
    blob; a folder has none. `trashed_with`: the item whose removal took it to the trash, itself or a folder above it.
    """

    pk = models.CompositePrimaryKey("account_id", "id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    id = models.UUIDField(db_default=RandomUUID())
    kind = models.TextField(choices=Kind.choices, db_default=Kind.FILE)
    parent_id = models.UUIDField(null=True)
    name = models.TextField()
    size = models.BigIntegerField(db_default=0)
    sha256 = models.BinaryField(null=True)
    media_type = models.TextField(db_default="")
    blob_id = models.UUIDField(null=True)
    version = models.IntegerField(db_default=1)
    added_by = models.ForeignKey(Person, models.DO_NOTHING, db_column="added_by", related_name="+")
    added_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(Person, models.DO_NOTHING, db_column="changed_by", related_name="+")
    changed_at = models.DateTimeField(db_default=Now())
    trashed_at = models.DateTimeField(null=True)
    trashed_by = models.ForeignKey(Person, models.DO_NOTHING, null=True, db_column="trashed_by", related_name="+")
    trashed_with = models.UUIDField(null=True)

    class Meta:
        db_table = "item"
        indexes = (
            models.Index("account_id", models.F("added_at").desc(), "id", name="item_latest_first"),
            models.Index(fields=("account_id", "parent_id", "name"), name="item_in_folder"),
            models.Index(
                fields=("account_id", "trashed_with"), name="item_trashed", condition=models.Q(trashed_at__isnull=False)
            ),
            models.Index(fields=("trashed_at",), name="item_expiring", condition=models.Q(trashed_at__isnull=False)),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="item_kind"),
            models.CheckConstraint(
                condition=models.Q(kind=Kind.FOLDER, blob_id=None, sha256=None)
                | (~models.Q(kind=Kind.FOLDER) & models.Q(blob_id__isnull=False, sha256__isnull=False)),
                name="item_has_a_blob_unless_it_is_a_folder",
            ),
            models.CheckConstraint(
                condition=models.Q(trashed_at=None, trashed_with=None, trashed_by=None)
                | models.Q(trashed_at__isnull=False, trashed_with__isnull=False, trashed_by__isnull=False),
                name="item_trashed_as_a_whole",
            ),
        )


class ItemVersion(models.Model):
    """What an item was before its present version: its blob is kept, under the item's key."""

    pk = models.CompositePrimaryKey("account_id", "item_id", "number")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    item_id = models.UUIDField()
    number = models.IntegerField()
    size = models.BigIntegerField()
    sha256 = models.BinaryField()
    media_type = models.TextField()
    blob_id = models.UUIDField()
    made_by = models.ForeignKey(Person, models.DO_NOTHING, db_column="made_by", related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "item_version"


class ItemKey(models.Model):
    """An item's key, wrapped by its account's. Goes with its item (a foreign key that cascades)."""

    pk = models.CompositePrimaryKey("account_id", "item_id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    item_id = models.UUIDField()
    wrapped = models.BinaryField()

    class Meta:
        db_table = "item_key"


class AccountKey(models.Model):
    """An account's key, wrapped by the root key, which no database holds."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True)
    wrapped = models.BinaryField()

    class Meta:
        db_table = "account_key"


class Blob(models.Model):
    """What the ciphertext of an encrypted file must hash to, so that a check needs no key. `fault`: what it found."""

    pk = models.CompositePrimaryKey("account_id", "id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    id = models.UUIDField(unique=True)
    item_id = models.UUIDField()
    sealed_size = models.BigIntegerField()
    sealed_sha256 = models.BinaryField()
    checked_at = models.DateTimeField(db_default=Now(), db_index=True)
    fault = models.TextField(db_default="")

    class Meta:
        db_table = "blob"


class Upload(models.Model):
    """A file on its way in (tus 1.0). `id` names its blob to be.

    What has arrived lies encrypted in the store, in whole chunks; `tail` is the rest that was acknowledged, sealed
    under the item's key, and `tail_at` the offset where it begins. `replaces`: the item whose next version it will be.
    """

    pk = models.CompositePrimaryKey("account_id", "id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    id = models.UUIDField(unique=True, db_default=RandomUUID())
    item_id = models.UUIDField(db_default=RandomUUID())
    parent_id = models.UUIDField(null=True)
    replaces = models.BooleanField(db_default=False)
    name = models.TextField()
    size = models.BigIntegerField()
    wrapped = models.BinaryField()
    tail = models.BinaryField(db_default=b"")
    tail_at = models.BigIntegerField(db_default=0)
    added_by = models.ForeignKey(Person, models.CASCADE, db_column="added_by")
    added_at = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "upload"


class Room(models.Model):
    """How many bytes an account's files take, versions and trash included, and how many they may. A trigger counts."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True)
    used = models.BigIntegerField(db_default=0)
    quota = models.BigIntegerField(db_default=100 * 2**30)

    class Meta:
        db_table = "account_room"
        constraints = (
            models.CheckConstraint(condition=models.Q(used__lte=models.F("quota")), name="account_room_not_exceeded"),
        )


class Tag(models.Model):
    """A word that somebody put on an item, kept as typed."""

    pk = models.CompositePrimaryKey("account_id", "item_id", "tag")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    item_id = models.UUIDField()
    tag = models.TextField()

    class Meta:
        db_table = "item_tag"
        indexes = (models.Index(fields=("account_id", "tag", "item_id"), name="item_tag_found"),)


class Comment(models.Model):
    """What a member said about an item."""

    pk = models.CompositePrimaryKey("account_id", "item_id", "id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    item_id = models.UUIDField()
    id = models.UUIDField(db_default=RandomUUID())
    text = models.TextField()
    written_by = models.ForeignKey(Person, models.DO_NOTHING, db_column="written_by", related_name="+")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "item_comment"


class ItemData(models.Model):
    """A value under a name on an item: cue points, grids, whatever a program keeps there."""

    pk = models.CompositePrimaryKey("account_id", "item_id", "name")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    item_id = models.UUIDField()
    name = models.TextField()
    value = models.JSONField()
    changed_by = models.ForeignKey(Person, models.DO_NOTHING, db_column="changed_by", related_name="+")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "item_data"


class Term(models.Model):
    """What an item is found by: keyed hashes of the beginnings of its words, under a key that only the account's opens.

    `source`: where the word stands: 'name', 'tag', 'comment' or 'text'.
    """

    pk = models.CompositePrimaryKey("account_id", "term", "item_id", "source")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    term = models.BigIntegerField()
    item_id = models.UUIDField()
    source = models.TextField()

    class Meta:
        db_table = "item_term"
        indexes = (models.Index(fields=("account_id", "item_id"), name="item_term_of_item"),)


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


class ShareOpening(models.Model):
    """That a link's password was given: a token for the next hour."""

    token_hash = models.BinaryField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE)
    share_id = models.UUIDField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "share_opening"


class ShareUse(models.Model):
    """What a link was used for, and when; not by whom, which nobody knows. `what`: 'looked', 'played' or 'taken'."""

    pk = models.CompositePrimaryKey("account_id", "share_id", "id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    share_id = models.UUIDField()
    id = models.UUIDField(db_default=RandomUUID())
    what = models.TextField()
    item_id = models.UUIDField()
    used_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        db_table = "share_use"
