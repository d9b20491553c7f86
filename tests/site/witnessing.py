"""Witnesses of the tests: they look at the site's checkpoint, sign it, and hand it in as a program does."""

import time
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings

from djmixersoft.ledger.checkpoints import Checkpoint, Head
from djmixersoft.ledger.notes import Algorithm, Note, SigningKey
from djmixersoft.ledger.sealer import own_key
from tests.ledger.growing import key
from tests.site.browsing import Browser, Person, text_of

PATH = "/ledger/cosignatures"


def new_witness() -> SigningKey:
    return key(f"{uuid4().hex[:20]}.example", Algorithm.COSIGNATURE)


def log_key() -> SigningKey:
    """The key of the tests' own sealer: whoever has it can sign another ledger."""
    return own_key(Path(settings.DATA_FOLDER or "") / "sealer")


def shown(visitor: Browser) -> bytes:
    """The checkpoint that the site shows, with the log's signature."""
    return bytes(visitor.get("/ledger/checkpoint").content)


def size_of(checkpoint: bytes) -> int:
    return Checkpoint.parse(checkpoint).head.size


def cosigned(checkpoint: bytes, *witnesses: SigningKey, at: float = 0) -> bytes:
    text = Note.parse(checkpoint).text
    return checkpoint + "".join(one.line(text, time=int(at or time.time())) for one in witnesses).encode()


def another(checkpoint: bytes, *, more: int = 0) -> bytes:
    """Another ledger of the same size, or a larger one, signed with the log's own key."""
    head = Checkpoint.parse(checkpoint).head
    return Head(head.origin, head.size + more, b"\x01" * 32).signed(log_key())


def hand_in(visitor: Browser, body: bytes, **headers: str) -> Any:  # noqa: ANN401 - a response of the test client
    program = {"Sec-Fetch-Site": "", "User-Agent": ""}
    return visitor.generic("POST", PATH, body, "text/plain; charset=utf-8", headers=program | headers)


def name(person: Person, witness: SigningKey | str, called: str = "Our auditor") -> Any:  # noqa: ANN401 - as above
    pasted = witness if isinstance(witness, str) else f"witness {witness.name} {witness.verifier}"
    return person.post(f"{person.crate}/witnesses", {"name": called, "witness": pasted})


def named(person: Person, witness: SigningKey, called: str = "Our auditor") -> SigningKey:
    answer = name(person, witness, called)
    assert answer.status_code == HTTPStatus.SEE_OTHER, text_of(answer)
    return witness


def page_of(person: Person) -> str:
    answer = person.get(f"{person.crate}/witnesses")
    assert answer.status_code == HTTPStatus.OK
    return text_of(answer)
