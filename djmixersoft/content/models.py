"""Content: what people place in an account, and the keys that open it (clauses 1f, 4a, 4d)."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from djmixersoft.accounts.models import Account
from djmixersoft.people.models import Person


class Item(models.Model):
    """One file of an account. `size` in bytes and `sha256` are those of the plaintext; the blob is named by `id`."""

    pk = models.CompositePrimaryKey("account_id", "id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    id = models.UUIDField(db_default=RandomUUID())
    name = models.TextField()
    size = models.BigIntegerField()
    sha256 = models.BinaryField()
    media_type = models.TextField()
    added_by = models.ForeignKey(Person, models.DO_NOTHING, db_column="added_by")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "item"
        indexes = (models.Index("account_id", models.F("added_at").desc(), "id", name="item_latest_first"),)


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
