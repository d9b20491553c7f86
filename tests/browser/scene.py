"""A crew in the middle of its work, so that pages have something on them. Roles, not people."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import APIRequest

from djmixersoft.ledger.notes import Algorithm
from tests.browser.crew import Person, caller, registered, registered_by_invitation
from tests.browser.living import Site
from tests.browser.tracks import wav
from tests.exhibits import pdf, png
from tests.ledger.growing import key

ODD_NAME = "🎛️ محطة الليل " + "W" * 80
ODD_TRACK = "Closing_set_take_3_" + "long_" * 30 + "— مجموعة.wav"
TRACK = "Tool with a long break.wav"
RIDER = "Rider and set times.pdf"
TRACKS = (("Warm-up, 118 bpm.wav", wav(2, beats_per_minute=118)), ("Peak time, 128 bpm.wav", wav(3)), (TRACK, wav(150)))
MANY = 51  # files, of which a list shows 50 at once
FLYER, HOURS = "Flyer.png", "Hours.txt"
FILES = ((RIDER, pdf()), (FLYER, png(2_000, 900)), (HOURS, b"23:00\tdoors\n" + b"a line of words " * 9_000))

WITNESS = str(key("witness.example/" + "w" * 150, Algorithm.COSIGNATURE).verifier)


@dataclass(frozen=True)
class Links:
    """The paths of mailed links that are still good."""

    confirm: str
    reset: str
    change: str
    unknown_guest: str
    """An invitation for somebody who isn't registered."""
    known_guest: str
    """An invitation for the newcomer."""
    shared: str
    """What shows a track to whoever holds it."""
    locked: str
    """The same, with a password."""
    draft: str
    """A question that waits to be sent."""
    thread: str
    """A question that was."""


@dataclass(frozen=True)
class Scene:
    """Who is there: an Administrator with two accounts, a member, somebody just registered, somebody in no account."""

    site: Site
    admin: Person
    member: Person
    newcomer: Person
    loner: Person
    full_account: str
    """The path of the Administrator's other account, whose list has a second page."""
    items: dict[str, str]
    """The path of each item in the Administrator's account, by its name."""
    folder: str
    """The path of a folder there, with things in it."""
    document: str
    """The path of a document there, in its second version."""
    thrown_away: str
    """The path of what lies in the trash there."""
    question: str
    """The path of a question that the Administrator asked."""
    links: Links


def set_up(site: Site, request: APIRequest) -> Scene:
    admin = registered(site, request, "admin@example.org", "Night Shift")
    admin.upload(*TRACKS, *FILES)
    member = registered_by_invitation(site, request, "resident@example.org", admin)
    member.send("/me/name", name="The resident")
    member.upload((ODD_TRACK, wav(1)))
    second = registered_by_invitation(site, request, "light-jockey@example.org", admin)
    admin.send(f"{admin.account}/members/{member_id(admin, second.email)}", action="promote")
    admin.invite("warm-up@example.org")
    (withdraw,) = re.findall(r'action="([^"]+/withdraw)"', admin.get(f"{admin.account}/members").text())
    admin.send(withdraw)
    full_account = urlsplit(admin.send("/accounts", name=ODD_NAME).url).path
    loops = [(f"Loop {number}.txt", b"a loop in words") for number in range(MANY)]
    admin.upload(*loops[1:], account=full_account)
    admin.upload(loops[0], account=full_account)
    newcomer = registered(site, request, "newcomer@example.org", "Bedroom")
    loner = registered_by_invitation(site, request, "guest@example.org", newcomer)
    loner.send(f"{loner.account}/members/{member_id(newcomer, loner.email)}", action="remove")
    items = admin.items()
    document = written(admin)
    folder, thrown_away = arranged(admin, member, items[TRACK])
    admin.send("/me/tokens", name="Sync on the laptop", rights="read", days="90", password=admin.password)
    return Scene(
        site,
        admin,
        member,
        newcomer,
        loner,
        full_account,
        items,
        folder,
        document,
        thrown_away,
        asked(admin, items[TRACK]),
        _links(site, request, admin, loner, items[TRACK]),
    )


def arranged(admin: Person, member: Person, track: str) -> tuple[str, str]:
    """Put things here and there, and name a witness; the paths of the folder and of what was thrown away."""
    folder = made(admin, ODD_NAME)
    admin.send(f"{admin.account}/folders", name="Sets", folder=folder[-36:])
    admin.send(f"{admin.account}/copy", item=track[-36:], into=folder[-36:])
    member.send(f"{track}/tags", tags="break, peak time, " + "w" * 50)
    admin.send(f"{admin.account}/witnesses", name="Our auditor, " + "w" * 60, witness=WITNESS)
    member.send(f"{track}/comments", comment="Two bars too long?\n\n" + "No. " * 40)
    admin.send(f"{track}/data", data_name="cues", data_value='[{"at": 12.5, "name": "' + "drop " * 40 + '"}]')
    thrown = (
        admin.send(f"{admin.account}/folders", name="Old sets").url.partition("?")[0].removeprefix(admin.site.origin)
    )
    admin.send(f"{admin.account}/throw-away", item=thrown[-36:])
    return folder, thrown.replace("/folders/", "/items/")


def written(admin: Person) -> str:
    """Write a document, and write on; its path."""
    path = admin.send(f"{admin.account}/documents", name="Friday, hour by hour").url.partition("?")[0]
    plan = "# Friday\n\n1. *Warm-up*\n2. Peak time\n\n| 23:00 | doors |\n|---|---|\n| 1:00 | live |\n"
    admin.send(path, base="1", text=plan)
    return path.removeprefix(admin.site.origin)


def made(person: Person, folder: str) -> str:
    """Make a folder at the top; its path."""
    return person.send(f"{person.account}/folders", name=folder).url.partition("?")[0].removeprefix(person.site.origin)


def asked(admin: Person, item: str) -> str:
    """Ask us about an item, in long words; the path of the question."""
    done = admin.send(f"{item}/ask", topic="support", text="It ends too soon:\n\n" + "long_" * 40 + " and so on. " * 30)
    path = done.url.partition("?")[0].removeprefix(admin.site.origin)
    admin.send(path, text="It was the cable.")
    return path


def asked_unseen(site: Site, visitor: Person, email: str, text: str) -> str:
    """Ask as a stranger without a script; the path of the mailed link."""
    visitor.send("/contact", topic="policy", email=email, text=text)
    return site.link(email, "Send your question")


def member_id(administrator: Person, email: str) -> str:
    rows = administrator.get(f"{administrator.account}/members").text().split('<li class="row">')
    found = re.search(r"/members/([0-9a-f-]{36})", next(row for row in rows if email in row))
    assert found
    return found[1]


def shared(member: Person, item: str, password: str = "") -> str:
    """Share an item, and return the path of the link."""
    found = re.search(r"(/shared/[\w-]+)</code>", member.send(f"{item}/share", days="7", password=password).text())
    assert found
    return found[1]


def _links(site: Site, request: APIRequest, admin: Person, loner: Person, track: str) -> Links:
    visitor = Person(site, "promoter@example.org", caller(site, request))
    visitor.start_registering("Club")
    visitor.send("/password/forgotten", email=loner.email)
    loner.send("/me/email", email="guest-list@example.org", password=loner.password)
    thread = asked_unseen(site, visitor, "curious@example.org", "What is kept of this?")
    visitor.send(thread)
    return Links(
        confirm=site.link(visitor.email, "Confirm your address"),
        reset=site.link(loner.email, "Choose a new"),
        change=site.link("guest-list@example.org", "Confirm your new address"),
        unknown_guest=admin.invite("vocalist@example.org"),
        known_guest=admin.invite("newcomer@example.org"),
        shared=shared(admin, track),
        locked=shared(admin, track, "lantern over a wet harbour"),
        draft=asked_unseen(site, visitor, "waiting@example.org", "And of this? " * 60),
        thread=thread,
    )
