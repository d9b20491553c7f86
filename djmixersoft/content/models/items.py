"""Folders, files and documents, what they were before, and the keys and blobs behind them."""

from datetime import timedelta

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Lower, Now

from djmixersoft.accounts.models import Account
from djmixersoft.people.models import Person


class Kind(models.TextChoices):
    """What an item is. Other data (clause 1f) hang on any of them, as `ItemData`."""

    FOLDER = "folder"
    FILE = "file"
    DOCUMENT = "document"


ID_LAST = models.Func("id", function="uuid_send", output_field=models.BinaryField())
"""The id as the last thing to sort by, in a form that keeps an index for sorting from being taken to find one item."""
IS_FOLDER = models.Func("kind", template="((%(expressions)s = 'folder') IS TRUE)", output_field=models.BooleanField())
IS_NO_FOLDER = models.Func(
    "kind", template="((%(expressions)s = 'folder') IS FALSE)", output_field=models.BooleanField()
)
"""Put so that only who lists a folder gets its indexes: `kind = 'document'` doesn't follow from them to a planner."""
_FOLDERS = models.Q(IS_FOLDER, trashed_with=None)
_FILES = models.Q(IS_NO_FOLDER, trashed_with=None)


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
            models.Index("account_id", models.F("added_at").desc(), ID_LAST, name="item_by_time"),
            models.Index(fields=("account_id", "parent_id"), name="item_in_folder"),
            # One for each way of sorting a folder's list, so that a page of it costs the same however much lies there.
            models.Index("account_id", "parent_id", Lower("name"), ID_LAST, name="item_folders", condition=_FOLDERS),
            models.Index("account_id", "parent_id", Lower("name"), ID_LAST, name="item_by_name", condition=_FILES),
            models.Index("account_id", "parent_id", "added_at", ID_LAST, name="item_by_added", condition=_FILES),
            models.Index("account_id", "parent_id", "size", ID_LAST, name="item_by_size", condition=_FILES),
            models.Index(
                "account_id",
                "parent_id",
                "media_type",
                Lower("name"),
                ID_LAST,
                name="item_by_kind",
                condition=_FILES,
            ),
            models.Index(
                fields=("account_id", "trashed_with"), name="item_trashed", condition=models.Q(trashed_at__isnull=False)
            ),
            models.Index(
                fields=("account_id", "trashed_at"), name="item_thrown", condition=models.Q(trashed_with=models.F("id"))
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
    id = models.UUIDField(unique=True)  # vault.keys.new_blob_id
    item_id = models.UUIDField()
    sealed_size = models.BigIntegerField()
    sealed_sha256 = models.BinaryField()
    checked_at = models.DateTimeField(db_default=Now(), db_index=True)
    fault = models.TextField(db_default="")

    class Meta:
        db_table = "blob"
        indexes = (
            models.Index(fields=("account_id", "item_id"), name="blob_of_item"),
            models.Index(fields=("account_id",), name="blob_damaged", condition=~models.Q(fault="")),
        )
        constraints = (models.CheckConstraint(condition=models.Q(sealed_size__gte=0), name="blob_takes_room"),)


UNTOUCHED_FOR = timedelta(hours=1)
"""For how long an upload is kept of which nothing was sent. That it expires so soon tells it from all others."""


class Upload(models.Model):
    """A file on its way in (tus 1.0). `id` names its blob to be (vault.keys.new_blob_id).

    What has arrived lies encrypted in the store, in whole chunks; `tail` is the rest that was acknowledged, sealed
    under the item's key, and `tail_at` the offset where it begins. `replaces`: whether it will be the next version of
    an item that is there already; then `wrapped` is empty, because the key is that item's, and goes when it goes.
    `metadata` is what the client said (tus: Upload-Metadata), word for word; `sha256`, where the client said it, what
    the file must hash to.
    """

    pk = models.CompositePrimaryKey("account_id", "id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    id = models.UUIDField(unique=True)
    item_id = models.UUIDField(db_default=RandomUUID())
    parent_id = models.UUIDField(null=True)
    replaces = models.BooleanField(db_default=False)
    name = models.TextField()
    size = models.BigIntegerField()
    metadata = models.TextField(db_default="")
    sha256 = models.BinaryField(null=True)
    wrapped = models.BinaryField()
    tail = models.BinaryField(db_default=b"")
    tail_at = models.BigIntegerField(db_default=0)
    added_by = models.ForeignKey(Person, models.CASCADE, db_column="added_by")
    added_at = models.DateTimeField(db_default=Now())
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "upload"
        constraints = (models.CheckConstraint(condition=models.Q(size__gte=0), name="upload_has_a_size"),)


QUOTA = 100 * 2**30
"""Bytes that an account's files may take, unless its row says otherwise."""


class Room(models.Model):
    """How many bytes an account's files take, versions and trash included, and how many they may. A trigger counts."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True)
    used = models.BigIntegerField(db_default=0)
    quota = models.BigIntegerField(db_default=QUOTA)

    class Meta:
        db_table = "account_room"
        constraints = (
            models.CheckConstraint(condition=models.Q(used__lte=models.F("quota")), name="account_room_not_exceeded"),
        )
