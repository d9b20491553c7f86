"""What is about to be signed, in words: made of the statement itself, so that the page can't say anything else."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from djmixersoft.content.selectors import items
from djmixersoft.lockbox.approving import Draft
from djmixersoft.site.pages import Text


@dataclass(frozen=True)
class Shown:
    """A statement as a page shows it. `items`: what the items are called today; `facts`: words and values."""

    title: Text
    facts: list[tuple[Text, Text | datetime]]
    items: list[str]
    statement: str
    digest: str


def shown(account_id: UUID, draft: Draft) -> Shown:
    """Put a draft into words."""
    said: dict[str, Any] = json.loads(draft.statement)
    facts: list[tuple[Text, Text | datetime]] = []
    named: list[str] = []
    match said["about"]:
        case "access":
            title: Text = _("You let %(staff)s look") % {"staff": said["staff"]}
            copies = _("may take a copy out of our system") if said["download"] else _("only to look and listen")
            facts = [
                (_("From"), datetime.fromisoformat(said["from"])),
                (_("Until"), datetime.fromisoformat(said["until"])),
                (_("Copies"), copies),
            ]
            wanted = [UUID(one) for one in said["items"]]
            names = items.names(account_id, set(wanted))
            named = [names.get(one, str(one)) for one in wanted]
        case "after-notice":
            title = _("You let support open an access and tell you at once")
        case "key-added":
            title = _("You let another key sign for the account")
        case _:
            title = _("You drop a key that signs for the account")
    return Shown(title, facts, named, draft.statement.decode(), draft.digest.hex())
