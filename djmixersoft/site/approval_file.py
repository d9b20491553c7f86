"""A signed approval as a file: what was signed, the signature, and what is on record of it (docs/lockbox.md)."""

import json
from base64 import b64encode
from typing import Any, Final
from uuid import UUID

from djmixersoft.ledger import selectors as ledger
from djmixersoft.ledger.entries import Action
from djmixersoft.lockbox import approving
from djmixersoft.lockbox.approving import Signed

FORMAT: Final = "djmixersoft-approval-file/v1"


def made(account_id: UUID, grant_id: UUID, signed: Signed) -> bytes:
    """Return the file. A receipt is in it once its entry is sealed, which takes a moment."""
    party = approving.party()
    fields = {
        "format": FORMAT,
        "host": party.host,
        "origin": party.origin,
        "statement": signed.statement.decode(),
        "key": _text(signed.key.spki),
        "client_data": _text(signed.client_data),
        "authenticator_data": _text(signed.authenticator_data),
        "signature": _text(signed.signature),
        "receipt": _receipt(account_id, Action.ACCESS_APPROVED, "access", grant_id),
        "key_receipt": _receipt(account_id, Action.APPROVAL_KEY_ADDED, "key", signed.key.id),
    }
    return json.dumps(fields, ensure_ascii=False, indent=1).encode() + b"\n"


def _receipt(account_id: UUID, action: Action, key: str, value: UUID) -> Any:  # noqa: ANN401 - a receipt's own JSON
    log = ledger.log_of_account(account_id)
    index = ledger.index_of(log, action, key, str(value)) if log else None
    found = ledger.receipt(log, index) if log and index is not None else None
    return json.loads(found) if found else None


def _text(data: bytes) -> str:
    return b64encode(data).decode()
