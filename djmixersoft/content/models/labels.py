"""What people and programs put on items, what items are found by, and what can be taken back."""

from datetime import timedelta
from typing import Final

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from djmixersoft.accounts.models import Account
from djmixersoft.people.models import Person


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


TAKEN_BACK_WITHIN: Final = timedelta(hours=1)
"""How long something can be taken back; then the door forget_content forgets how."""


class Undo(models.Model):
    """What somebody did at once, so that they can take it back within the hour.

    `before` is by the id of each item, and `after` for all of them, '' where nothing is said here. By `what`:
    'moved': its folder (None for the top); after: where to ('' for the top). 'renamed': its name; after: the new one.
    'trashed': None. 'tagged', 'untagged': the tags that went on or off. 'unsaid': `text` and `written_at` of a comment.
    'replaced', 'forgotten': `name` and `value` of data; after: the new value's JSON.
    """

    pk = models.CompositePrimaryKey("account_id", "id")
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    id = models.UUIDField(db_default=RandomUUID())
    what = models.TextField()
    before = models.JSONField()
    after = models.TextField(db_default="")
    done_by = models.ForeignKey(Person, models.CASCADE, db_column="done_by", related_name="+")
    done_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        db_table = "item_undo"
