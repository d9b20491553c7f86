"""Recording a legal process, confirming it, opening access under it, ending it. Who may what is the doors' to say.

At the desk, for the purpose `legal-process`. Each answers in a word what came of it, as its door says (doors/*.sql).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from time import monotonic, sleep
from typing import Final
from uuid import UUID, uuid4

from django.db import connection

from djmixersoft.content import stores
from djmixersoft.legal.bundle import Bundle
from djmixersoft.legal.models import Kind, Telling
from djmixersoft.legal.selectors import Demanded, Opened, proofs
from djmixersoft.lockbox.services import ReadingOver, content_of
from djmixersoft.policy.purposes import acting_for, call_door, call_door_row, release_connection
from djmixersoft.vault.cobblestone import Encryptor
from djmixersoft.vault.keys import Key, process_context, wrap_process_key
from djmixersoft.vault.ranges import Content

PURPOSE: Final = "legal-process"
TELLING: Final = "access-notice"
"""The purpose of telling an account's Administrators, once the day of a silent process has come."""


_PATIENCE: Final = 2.0
"""Seconds for which the end of a bundle waits for the sealer."""
_PAUSE: Final = 0.2  # seconds


@dataclass(frozen=True)
class Paper:
    """The document itself, as it was handed in."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Demand:
    """What an authority demands. `items`: None for the whole account; `silent_until`: until then nobody may be told."""

    account_id: UUID
    kind: Kind
    authority: str
    reference: str
    obliges: str
    deadline: date | None
    items: Sequence[UUID] | None
    telling: Telling
    paper: Paper
    silent_until: datetime | None = None
    recipient_key: str = ""


def record(demand: Demand) -> tuple[str, UUID | None]:
    """Write down what an authority demands: 'recorded' and its id, or why not (record_process.sql)."""
    process_id, paper = uuid4(), demand.paper
    key = Key.generate()
    sealer = Encryptor(key, process_context(process_id))
    outcome = call_door(
        "record_process",
        new_process=process_id,
        in_account=demand.account_id,
        of_kind=demand.kind.value,
        by_authority=demand.authority,
        its_reference=demand.reference,
        it_obliges=demand.obliges,
        until_day=demand.deadline,
        items=None if demand.items is None else list(demand.items),
        when_told=demand.telling.value,
        silence=demand.silent_until,
        recipient=demand.recipient_key or None,
        document_name=paper.name,
        document_size=len(paper.content),
        document_sha256=sha256(paper.content).digest(),
        document_sealed=sealer.update(paper.content) + sealer.finish(),
        document_key=wrap_process_key(stores.root_key(), key, process_id=process_id),
    )
    return str(outcome), process_id if outcome == "recorded" else None


def confirm(process_id: UUID) -> str:
    """Confirm what another officer recorded: 'done', 'unknown', 'decided' or 'same'."""
    return str(call_door("confirm_process", process=process_id))


def end(process_id: UUID) -> str:
    """End a process, and what is open under it: 'done', 'unknown' or 'decided'."""
    return str(call_door("end_process", process=process_id))


def ask_silence(process_id: UUID, *, until: datetime, words: str) -> str:
    """Note that nobody may be told for longer, for another officer to confirm: 'asked', or why not."""
    return str(call_door_row("ask_silence", process=process_id, until_then=until, why=words)["outcome"])


def confirm_silence(silence_id: UUID) -> str:
    """Confirm what another officer asked for: 'done', or why not (confirm_silence.sql)."""
    return str(call_door("confirm_silence", silence=silence_id))


def open_access(
    process_id: UUID, *, items: Sequence[UUID] | None, words: str, hours: int, may_download: bool
) -> tuple[str, UUID | None]:
    """Open an access to what a process covers: 'opened' and the request's id, or why not (open_process_access.sql)."""
    row = call_door_row(
        "open_process_access",
        process=process_id,
        wanted=None if items is None else list(items),
        told=words,
        for_hours=hours,
        download=may_download,
    )
    return row["outcome"], row["new_request"]


@dataclass(frozen=True)
class Handing:
    """An export that has begun, of an access of whoever acts; `token`: their session's."""

    token: str = field(repr=False)
    id: UUID
    demanded: Demanded
    items: Sequence[UUID]

    def bundle(self) -> Bundle:
        """What is to be streamed; each item is read when it is its turn."""
        found = self.demanded
        about = {
            "process": str(found.id),
            "kind": found.kind,
            "authority": found.authority,
            "reference": found.reference,
            "account": str(found.account_id),
            "export": str(self.id),
        }
        return Bundle(found.recipient_key or "", about, list(self.items), self._opened, self._proofs)

    def finish(self, bundle: Bundle) -> None:
        """Put on record what was handed over."""
        with acting_for(PURPOSE, token=self.token):
            call_door(
                "finish_export",
                export=self.id,
                items=len(bundle.given),
                size=bundle.size,
                sha256=bytes.fromhex(bundle.sha256),
            )
        release_connection()

    def _proofs(self) -> list[tuple[str, bytes]]:
        """The receipts of what was disclosed under this access, once all of it is sealed; or of what is by then."""
        deadline = monotonic() + _PATIENCE
        while True:
            with acting_for(PURPOSE, token=self.token, named=str(self.id)):
                found = proofs()
            release_connection()
            if all(found.values()) or monotonic() > deadline:
                return [(name, receipt) for name, receipt in found.items() if receipt]
            sleep(_PAUSE)

    def _opened(self, item: UUID) -> tuple[str, UUID, Content] | str:
        try:
            with acting_for(PURPOSE, token=self.token):
                row = call_door_row("disclose_item", export=self.id, of_item=item)
            if row["new_reading"] is None:
                return str(row["outcome"])
            content = content_of(role="legal", token=self.token, reading_id=row["new_reading"])
        except ReadingOver:
            return "over"
        finally:
            release_connection()
        return content.name, row["new_reading"], content


def begin_export(*, token: str, demanded: Demanded, access: Opened) -> tuple[str, Handing | None]:
    """Begin to hand over what an access covers: 'begun', or why not (begin_export.sql). Raises ConfirmAgain."""
    with acting_for(PURPOSE, token=token):
        row = call_door_row("begin_export", in_account=access.account_id, access=access.id)
    if row["outcome"] != "begun":
        return row["outcome"], None
    return "begun", Handing(token, row["new_export"], demanded, access.items)


def tell_all() -> list[tuple[UUID, str]]:
    """Put silent processes whose day has come into their accounts' logs; what came of each."""
    with acting_for(TELLING), connection.cursor() as cursor:
        cursor.execute("SELECT process FROM djms.processes_to_tell()")
        due = [process for (process,) in cursor]
    found = []
    for process in due:
        with acting_for(TELLING):
            found.append((process, str(call_door("tell_process", process=process))))
    return found
