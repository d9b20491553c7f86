"""What can be on record: a closed list, who did what to which thing."""

from enum import StrEnum
from hashlib import sha256
from typing import Final

from djmixersoft.ledger.merkle import leaf_hash

SALT: Final = 32  # bytes
_PREFIX: Final = b"djmixersoft/leaf/v1\0"


class Action(StrEnum):
    """`subject:thing:action`. The door `record` takes no other."""

    ACCOUNT_CREATED = "administrator:account:created"
    ACCOUNT_RENAMED = "administrator:account:renamed"
    ACCOUNT_DELETED = "administrator:account:deleted"
    INVITATION_SENT = "administrator:invitation:sent"
    INVITATION_WITHDRAWN = "administrator:invitation:withdrawn"
    MEMBERSHIP_BEGUN = "person:membership:begun"
    MEMBERSHIP_LEFT = "member:membership:left"
    MEMBERSHIP_ENDED = "administrator:membership:ended"
    ADMINISTRATOR_MADE = "administrator:administrator:made"
    ADMINISTRATOR_UNMADE = "administrator:administrator:unmade"
    WITNESS_NAMED = "administrator:witness:named"
    WITNESS_DROPPED = "administrator:witness:dropped"
    LINK_MADE = "member:link:made"
    LINK_REVOKED = "member:link:revoked"
    TERMS_AGREED = "person:terms:agreed"
    NEWSLETTER_SUBSCRIBED = "person:newsletter:subscribed"
    NEWSLETTER_UNSUBSCRIBED = "person:newsletter:unsubscribed"
    EMAIL_CHANGED = "person:email:changed"
    PASSWORD_CHANGED = "person:password:changed"  # noqa: S105 - an event, not a password
    TOKEN_MADE = "person:token:made"  # noqa: S105 - as above
    TOKEN_ENDED = "person:token:ended"  # noqa: S105 - as above
    ACCESS_REQUESTED = "staff:access:requested"
    ACCESS_ANSWERED = "staff:access:answered"
    ACCESS_WITHDRAWN = "staff:access:withdrawn"
    ACCESS_OPENED = "staff:access:opened"
    ACCESS_APPROVED = "administrator:access:approved"
    ACCESS_DENIED = "administrator:access:denied"
    ACCESS_ASKED = "administrator:access:asked"
    ACCESS_REVOKED = "administrator:access:revoked"
    ITEM_UNLOCKED = "staff:item:unlocked"
    ITEM_READ = "staff:item:read"
    READING_CLOSED = "staff:reading:closed"
    NOTICE_SENT = "system:notice:sent"
    NOTICE_ACKNOWLEDGED = "administrator:notice:acknowledged"
    AFTER_NOTICE_ALLOWED = "administrator:after-notice:allowed"
    AFTER_NOTICE_FORBIDDEN = "administrator:after-notice:forbidden"
    PROCESS_RECORDED = "staff:process:recorded"
    PROCESS_CONFIRMED = "staff:process:confirmed"
    PROCESS_ENDED = "staff:process:ended"
    PROCESS_SILENCED = "staff:process:silenced"
    PROCESS_DISCLOSED = "staff:process:disclosed"
    PROCESS_TOLD = "system:process:told"
    APPROVAL_KEY_ADDED = "administrator:approval-key:added"
    APPROVAL_KEY_DROPPED = "administrator:approval-key:dropped"
    APPROVAL_KEY_LOST = "administrator:approval-key:lost"
    APPROVAL_KEY_KEPT = "administrator:approval-key:kept"
    FACTOR_ADDED = "person:factor:added"
    FACTOR_DROPPED = "person:factor:dropped"
    RECOVERY_CODES_MADE = "person:recovery-codes:made"
    RECOVERY_CODE_USED = "person:recovery-codes:used"
    ENTRY_ERASED = "ledger:entry:erased"


def leaf_of(salt: bytes, entry: bytes) -> bytes:
    """Return the leaf of an entry: 33 bytes that tell nothing to whoever lacks the salt."""
    return b"\x01" + sha256(_PREFIX + salt + entry).digest()


def hash_of_leaf(salt: bytes, entry: bytes) -> bytes:
    """Return the hash under which an entry's leaf stands in its log's tree."""
    return leaf_hash(leaf_of(salt, entry))
