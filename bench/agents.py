"""Our own people for `bench lockbox`, accounts with a real file each, and accesses to them, open at once.

People and accounts are made by the superuser. Whatever the lockbox is about goes through pages: files are uploaded,
accesses asked for at the desk and approved on the site.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psycopg

from bench import crowd
from bench.running import Browser, Running
from bench.wire import Pattern, Wire
from djmixersoft.operations.refusal import Refusal
from djmixersoft.vault.keys import FileRootKey, Key, wrap_account_key

AGENTS: Final = 10
HOURS: Final = "8"
_SEE_OTHER: Final = 303
_CANDIDATES: Final = 5
"""Of so many people for each account that is wanted, some administer the same one."""


@dataclass(frozen=True)
class Place:
    """An account with its Administrator's browser, and an item that is really there."""

    browser: Browser
    account_id: UUID
    item_id: UUID


@dataclass(frozen=True)
class Access:
    """What an agent asked for, and the page of it at the desk."""

    agent: Browser
    place: Place
    page: str

    def unlock(self) -> str:
        """Unlock the item; the page that shows it."""
        return sent(self.agent, f"{self.page}/unlock", {"item": str(self.place.item_id)})

    def revoke(self) -> None:
        """Have the Administrator revoke it."""
        sent(self.place.browser, f"/accounts/{self.place.account_id}{self.page}/revoke", {})


def hired(site: Running) -> list[Browser]:
    """Make people with the role `support`, each signed in, with a second factor that counts as shown just now."""
    found = []
    with psycopg.connect(site.superuser(), autocommit=True) as connection:
        for number in range(AGENTS):
            token = secrets.token_hex(32)
            connection.execute(
                b"with one as (insert into djms.staff (pseudonym, email) values (%s, %s) returning id),"
                b" role as (insert into djms.staff_role (staff_id, role) select id, 'support' from one)"
                b" insert into djms.staff_session (token_hash, staff_id, device, expires, seen_at, proven_at,"
                b" confirmed_at, enrols) select sha256(%s), id, 'Firefox on Linux', later, later, later, later, false"
                b" from one, (select now() + interval '8 hours' as later) clock",
                (f"Agent {number}", f"agent{number}@example.com", token.encode()),
            )
            found.append(site.at_the_desk(token))
    return found


def places(site: Running, count: int, people: int) -> list[Place]:
    """Give some accounts of the crowd a key, and each a file of a MiB, uploaded by its Administrator."""
    root, pattern = FileRootKey(site.folder / "secrets" / "root.key"), Pattern(b"unlocked")
    chosen: dict[UUID, str] = {}
    for one in (crowd.in_the_largest(site.superuser()), *_some(site, count, people)):
        chosen.setdefault(one.account_id, one.token)
    found = []
    with psycopg.connect(site.superuser(), autocommit=True) as connection:
        for account_id, token in list(chosen.items())[:count]:
            wrapped = wrap_account_key(root, Key.generate(), account_id=account_id)
            connection.execute(
                b"insert into djms.account_key (account_id, wrapped) values (%s, %s)", (account_id, wrapped)
            )
            wire = Wire(site.port, site.certificate, token)
            path = wire.upload(account_id, "loop.wav", pattern, mib=1, step=1)
            wire.close()
            found.append(Place(site.browser(token), account_id, UUID(path.rpartition("/")[2])))
    if len(found) < count:
        message = f"only {len(found)} accounts were found for {count} accesses"
        raise Refusal(message)
    return found


def _some(site: Running, count: int, people: int) -> Iterator[crowd.Browser]:
    yield from crowd.browsers(site.superuser(), count * _CANDIDATES, people=people)


def asked(agent: Browser, place: Place, *, afterwards: bool = False) -> Access:
    """Ask for access to a place's item; `afterwards`: open it at once, with a notice."""
    form = {
        "account": str(place.account_id),
        "items": str(place.item_id),
        "reason": "wont-play",
        "words": "You wrote that it stops in the middle; we would like to hear where.",
        "hours": HOURS,
    }
    return Access(agent, place, sent(agent, "/access/new", form | ({"afterwards": "1"} if afterwards else {})))


def approved(agent: Browser, place: Place) -> Access:
    """Ask, and have the Administrator approve all of it."""
    access = asked(agent, place)
    answer = {"action": "approve", "item": str(place.item_id), "hours": HOURS, "later": "0"}
    sent(place.browser, f"/accounts/{place.account_id}{access.page}", answer)
    return access


def sent(browser: Browser, path: str, form: dict[str, str]) -> str:
    """Send a form that must be taken; return where it leads. Raises RuntimeError."""
    answer = browser.post(path, form)
    if answer.status != _SEE_OTHER:
        message = f"{path} answered {answer.status}, not {_SEE_OTHER}"
        raise RuntimeError(message)
    return answer.location.partition("?")[0]
