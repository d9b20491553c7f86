"""Content: what people place in an account, and the keys that open it (clauses 1f, 4a, 4d).

`account_id` comes first in each key. Files lie outside the database, encrypted (vault); what is here of them is whose
they are, what they are called and what they must hash to. Foreign keys of two columns are the migrations' affair.
"""

from djmixersoft.content.models.items import (
    QUOTA,
    UNTOUCHED_FOR,
    AccountKey,
    Blob,
    Item,
    ItemKey,
    ItemVersion,
    Kind,
    Room,
    Upload,
)
from djmixersoft.content.models.labels import Comment, ItemData, Tag, Term, Undo
from djmixersoft.content.models.links import Share, ShareOpening, ShareSecret, ShareUse, UsedFor

__all__ = (
    "QUOTA",
    "UNTOUCHED_FOR",
    "AccountKey",
    "Blob",
    "Comment",
    "Item",
    "ItemData",
    "ItemKey",
    "ItemVersion",
    "Kind",
    "Room",
    "Share",
    "ShareOpening",
    "ShareSecret",
    "ShareUse",
    "Tag",
    "Term",
    "Undo",
    "Upload",
    "UsedFor",
)
