"""The ledger's tables: logs of entries, one for each account and each person, and the heads log over them.

A legal process of which nobody may be told yet has a log of its own until they are (docs/legal.md).

Entries are written by the door `record` alone, everything under them by the sealer. Nothing here points at an account
or a person by a foreign key: what is on record outlives them.
"""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now


class Log(models.Model):
    """The log of an account, a person or a silent legal process.

    `origin`: its random name; `edge`: the hashes of its complete subtrees.

    `checkpoint` is the signed head of `size` entries, and `head_index` its place in the heads log; both are missing
    until the first entry is sealed. `witnessed_…`: the same of the head before, the last one that a witness had signed
    over when the log went on; what is proven by it doesn't have to wait for the witnesses to come by again.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID())
    account_id = models.UUIDField(null=True, unique=True)
    person_id = models.UUIDField(null=True, unique=True)
    process_id = models.UUIDField(null=True, unique=True)
    origin = models.TextField(unique=True)
    size = models.BigIntegerField(db_default=0)
    edge = models.BinaryField(db_default=b"")
    checkpoint = models.BinaryField(null=True)
    head_index = models.BigIntegerField(null=True)
    sealed_at = models.DateTimeField(null=True)
    witnessed_size = models.BigIntegerField(db_default=0)
    witnessed_checkpoint = models.BinaryField(null=True)
    witnessed_head_index = models.BigIntegerField(null=True)

    class Meta:
        db_table = "ledger_log"


class Entry(models.Model):
    """An entry's bytes (canonical JSON) and the salt with which its leaf was made; both can be erased."""

    id = models.BigAutoField(primary_key=True)
    log_id = models.UUIDField()
    account_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    process_id = models.UUIDField(null=True)
    entry = models.BinaryField(null=True)
    salt = models.BinaryField(null=True)
    leaf = models.BinaryField()

    class Meta:
        db_table = "ledger_entry"
        indexes = (models.Index(fields=("log_id", "id"), name="ledger_entry_of_log"),)


class Waiting(models.Model):
    """An entry that isn't sealed yet: the outbox. `hash`: its leaf's hash."""

    entry_id = models.BigIntegerField(primary_key=True)
    log_id = models.UUIDField()
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_waiting"


class Actor(models.Model):
    """Who acts in a statement, noted before it does anything; a row for each session of the database."""

    backend = models.IntegerField(primary_key=True)
    transaction = models.BigIntegerField()
    person_id = models.UUIDField(null=True)

    class Meta:
        db_table = "ledger_actor"


class Leaf(models.Model):
    """The place of an entry in its log, and its leaf's hash. Never changed, never removed."""

    pk = models.CompositePrimaryKey("log_id", "index")
    log_id = models.UUIDField()
    index = models.BigIntegerField()
    account_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    process_id = models.UUIDField(null=True)
    hash = models.BinaryField()
    entry_id = models.BigIntegerField(unique=True)

    class Meta:
        db_table = "ledger_leaf"


class Node(models.Model):
    """The hash of 256**level leaves of a log side by side, from `index * 256**level` on."""

    pk = models.CompositePrimaryKey("log_id", "level", "index")
    log_id = models.UUIDField()
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    account_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    process_id = models.UUIDField(null=True)
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_node"


class Heads(models.Model):
    """The heads log: a single row, made by the sealer.

    `trouble`: why it refuses to seal ("forked", "altered" or "stuck"), or "".
    `checked_at`, `damage`: when everything was last read again, and how much was found not to be as it was sealed.
    """

    id = models.SmallIntegerField(primary_key=True)
    key = models.TextField()
    size = models.BigIntegerField()
    edge = models.BinaryField()
    checkpoint = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Now())
    trouble = models.TextField(db_default="")
    checked_at = models.DateTimeField(null=True)
    damage = models.IntegerField(db_default=0)

    class Meta:
        db_table = "ledger_heads"
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="ledger_heads_one_row"),
            models.CheckConstraint(
                condition=models.Q(trouble__in=["", "forked", "altered", "stuck"]), name="ledger_trouble"
            ),
        )


class HeadsLeaf(models.Model):
    """The head of a log, as an entry of the heads log: the hash of its text. The text itself is its owner's to know."""

    index = models.BigIntegerField(primary_key=True)
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_heads_leaf"


class HeadsNode(models.Model):
    """The hash of 256**level leaves of the heads log side by side, from `index * 256**level` on."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_heads_node"


class Cosignature(models.Model):
    """What a witness answered last: its line over the checkpoint of `size` heads."""

    witness = models.TextField(primary_key=True)
    size = models.BigIntegerField()
    checkpoint = models.BinaryField()
    line = models.TextField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ledger_cosignature"


class HandedIn(models.Model):
    """What a witness that accounts have named handed in last; nobody asked it, and no receipt has its line.

    `fits`: whether the checkpoint of `size` heads is of the ledger that is here. What isn't is kept beside what is.
    `stated`: the time that the witness says it signed at (POSIX seconds); `at`: when it came in.
    """

    pk = models.CompositePrimaryKey("witness", "fits")
    witness = models.TextField()
    fits = models.BooleanField()
    size = models.BigIntegerField()
    checkpoint = models.BinaryField()
    line = models.TextField()
    stated = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ledger_handed_in"
