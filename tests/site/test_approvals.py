"""An Administrator signs what they approve, takes it as a file, and anybody checks that without us."""

import base64
import html
import json
import re
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from djmixersoft.lockbox import approving
from tests.lockbox.desk import dismiss
from tests.proving.ring import Key
from tests.site.browsing import PASSWORD, Browser, Person, text_of
from tests.site.test_access import Story
from tests.staff.agents import hidden
from tests.support import ROOT

if TYPE_CHECKING:
    from uuid import UUID

    from tests.conftest import Cluster

Seal = Callable[[], None]
FILE = ROOT / "verifier" / "approval_verify.py"


def asked_of(page: Any) -> dict[str, Any]:  # noqa: ANN401 - a response of the test client
    """What the page asks the browser's passkey."""
    return dict(json.loads(html.unescape(re.findall(r'data-options="([^"]*)"', page.text)[0])))


def challenge_of(page: Any) -> bytes:  # noqa: ANN401 - as above
    return base64.urlsafe_b64decode(asked_of(page)["challenge"] + "==")


@dataclass
class Ring:
    """A key on the ring of somebody who administers an account, and what they do with it on our pages."""

    person: Person
    key: Key = field(
        default_factory=lambda: Key(
            credential_id=secrets.token_bytes(16), host=approving.party().host, origin=approving.party().origin
        )
    )

    @property
    def keys(self) -> str:
        return f"{self.person.crate}/access/keys"

    def register(self, name: str = "On my ring", **more: Any) -> Any:  # noqa: ANN401 - as above
        page = self.person.get(self.keys)
        made = replace(self.key, challenge=challenge_of(page), **more).make()
        return self.person.post(self.keys, {**hidden(page), "name": name, "passkey": made})

    def sign(self, page: Any, **more: Any) -> Any:  # noqa: ANN401 - as above
        self.key = replace(self.key, count=self.key.count + 1)
        answer = replace(self.key, **({"challenge": challenge_of(page)} | more)).answer()
        return self.person.post(f"{self.person.crate}/access/sign", {**hidden(page), "passkey": answer})


@pytest.fixture
def story(cluster: "Cluster", owner: Person, superuser: Any) -> Iterator[Story]:  # noqa: ANN401 - a connection
    made = owner.post(f"{owner.crate}/documents", {"name": "Set list for Friday"})
    one = Story(cluster, superuser, owner, _id(str(made["Location"])))
    yield one
    dismiss(superuser, one.agent)


def _id(location: str) -> "UUID":
    from uuid import UUID  # noqa: PLC0415 - for this alone

    return UUID(location.rpartition("/")[2])


@pytest.fixture
def ring(story: Story) -> Ring:
    """A key that is registered for the account."""
    ring = Ring(story.owner)
    assert ring.register()["Location"] == f"{ring.keys}?done=approval-key-added"
    return ring


def approve(story: Story, **more: str) -> Any:  # noqa: ANN401 - as above
    return story.owner.post(
        story.page, {"action": "approve", "item": str(story.item), "hours": "2", "later": "0"} | more
    )


def ask(*arguments: object) -> tuple[int, str]:
    """What the file says that needs neither the site nor us, and its exit status."""
    done = subprocess.run(
        [sys.executable, str(FILE), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == "" or done.returncode == 2, done.stderr
    return done.returncode, done.stdout


def test_approving_leads_to_what_is_signed_and_the_signature_does_it(story: Story, ring: Ring) -> None:
    page = approve(story)
    assert page.status_code == HTTPStatus.OK
    shown = text_of(page)
    assert f"You let {story.agent.pseudonym} look" in shown
    assert "Set list for Friday" in shown
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "waits for your answer" in text_of(story.owner.get(story.page)), "nothing is done before"
    assert ring.sign(page)["Location"] == f"{story.page}?done=access-approve"
    shown = text_of(story.owner.get(story.page))
    assert "Signed by a key of the account" in shown
    assert "open now" in shown


def test_a_wrong_signature_is_refused_with_a_sentence(story: Story, ring: Ring) -> None:
    page = approve(story)
    for wrong in ({"challenge": bytes(32)}, {"origin": "https://evil.example"}, {"count": 1}):
        answer = ring.sign(page, **wrong)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "This signature wasn’t taken" in text_of(answer)
    for sent in ({}, {"digest": "x", "passkey": "{}"}, {**hidden(page), "passkey": "[" * 10_000}):
        answer = story.owner.post(f"{story.all}/sign", sent)
        assert "This signature wasn’t taken" in text_of(answer)
    assert ring.sign(page)["Location"] == f"{story.page}?done=access-approve"
    assert "This signature wasn’t taken" in text_of(ring.sign(page)), "it is good once"


def test_refusing_and_asking_back_need_no_key(story: Story, ring: Ring) -> None:
    assert ring.person is story.owner
    asked = story.owner.post(story.page, {"action": "ask", "question": "Which minute?"})
    assert asked["Location"] == f"{story.page}?done=access-ask"
    assert story.owner.post(story.page, {"action": "deny"})["Location"] == f"{story.page}?done=access-deny"


def test_a_second_key_and_the_setting_are_signed_and_dropping_too(story: Story, ring: Ring) -> None:
    second = Ring(story.owner)
    page = second.register("In the drawer")
    assert "You let another key sign for the account" in text_of(page)
    assert "waits for a signature by another key" in text_of(story.owner.get(ring.keys))
    assert ring.sign(page)["Location"] == f"{ring.keys}?done=approval-key-added"
    page = story.owner.post(f"{story.all}/notices", {"after_notice": "allow"})
    assert second.sign(page)["Location"] == f"{story.all}?done=access-allowed"
    drops = re.findall(rf'action="({ring.keys}/[0-9a-f-]{{36}})"', story.owner.get(ring.keys).text)
    assert len(drops) == 2
    page = story.owner.post(drops[0], {"action": "drop"})
    assert second.sign(page)["Location"] == f"{ring.keys}?done=approval-key-dropped"
    page = story.owner.post(drops[1], {"action": "drop"})
    assert second.sign(page)["Location"] == f"{ring.keys}?done=approval-key-dropped"
    assert "The account has none" in text_of(story.owner.get(ring.keys))
    assert approve(story)["Location"] == f"{story.page}?done=access-approve"
    said = text_of(story.owner.get(f"{story.owner.crate}/record?kind=access"))
    assert said.count("An approval key was registered") == 2
    assert said.count("An approval key was dropped, with a signature") == 2


def test_a_lost_key_takes_the_password_and_a_week(story: Story, ring: Ring) -> None:
    (lost,) = re.findall(rf'href="({ring.keys}/[0-9a-f-]{{36}}/lost)"', story.owner.get(ring.keys).text)
    assert "ends in 7 days" in text_of(story.owner.get(lost))
    answer = story.owner.post(lost, {"password": "not this one at all"})
    assert (answer.status_code, "This password is not right." in text_of(answer)) == (422, True)
    assert story.owner.post(lost, {"password": PASSWORD})["Location"] == f"{ring.keys}?done=approval-key-lost"
    page = story.owner.get(ring.keys)
    assert "said to be lost" in text_of(page)
    assert "To be signed" in approve(story).text
    key = lost.removesuffix("/lost")
    assert story.owner.post(key, {"action": "keep"})["Location"] == f"{ring.keys}?done=approval-key-kept"
    told = story.superuser.execute(
        "SELECT count(*) FROM djms.mail_message WHERE template = 'approval-key-ending' AND recipient = %s",
        [story.owner.email],
    ).fetchone()
    assert told == (1,)
    said = text_of(story.owner.get(f"{story.owner.crate}/record?kind=access"))
    assert "was said to be lost, and ends on" in said
    assert "that was said to be lost was kept" in said


def test_nobody_else_gets_at_any_of_it(story: Story, ring: Ring, mate: Person, stranger: Person) -> None:
    page = approve(story)
    assert ring.sign(page).status_code == HTTPStatus.SEE_OTHER
    (key,) = re.findall(rf'action="({ring.keys}/[0-9a-f-]{{36}})"', story.owner.get(ring.keys).text)
    paths = [ring.keys, f"{key}/lost", f"{story.page}/approval"]
    posts = [ring.keys, key, f"{key}/lost", f"{story.all}/sign"]
    for path in [*paths, f"{story.page}/approval"]:
        assert story.owner.get(path).status_code == HTTPStatus.OK, path
        for who in (mate, stranger):
            assert who.get(path).status_code == HTTPStatus.NOT_FOUND, path
        assert Browser().get(path)["Location"].startswith("/sign-in?next="), path
    for path in posts:
        for who in (mate, stranger):
            assert who.post(path, {"action": "drop", "password": PASSWORD}).status_code == HTTPStatus.NOT_FOUND, path
        assert Browser().post(path, {}).status_code == HTTPStatus.UNAUTHORIZED, path
    theirs = f"{stranger.crate}/access/keys/{key.rpartition('/')[2]}"
    for other in (theirs, f"{theirs}/lost"):
        assert stranger.post(other, {"action": "keep"}).status_code == HTTPStatus.NOT_FOUND


@dataclass
class Taken:
    """A signed approval that somebody took as a file."""

    folder: Path
    said: dict[str, Any]
    print: str

    def ask(self, *arguments: object, **changed: Any) -> tuple[int, str]:  # noqa: ANN401 - whatever the file may hold
        path = self.folder / "approval.json"
        path.write_text(json.dumps(self.said | changed, ensure_ascii=False))
        return ask(*arguments, path)


@pytest.fixture
def taken(story: Story, ring: Ring, seal: Seal, tmp_path: Path) -> Taken:
    assert ring.sign(approve(story)).status_code == HTTPStatus.SEE_OTHER
    early = story.owner.get(f"{story.page}/approval")
    assert json.loads(early.content)["receipt"] is None, "not sealed yet"
    seal()
    answer = story.owner.get(f"{story.page}/approval")
    assert "attachment" in answer["Content-Disposition"]
    found = re.findall(r'<code class="wraps">([0-9a-f]{64})</code>', story.owner.get(ring.keys).text)
    return Taken(tmp_path, json.loads(answer.content), found[0])


def test_the_file_is_checked_without_us(taken: Taken, vkey: str) -> None:
    status, said = taken.ask("--key", taken.print, "--receipts", taken.folder)
    assert status == 0, said
    assert "nobody without that key can have made this" in said
    assert "That key was registered for this account" in said
    assert "Wrong" not in said
    for name in ("receipt", "key_receipt"):
        receipt = str(taken.folder / f"{name}.json")
        verifier = str(ROOT / "verifier" / "ledger_verify.py")
        done = subprocess.run([sys.executable, verifier, "--key", vkey, receipt], check=False, capture_output=True)
        assert done.returncode == 0, done.stdout
    status, said = taken.ask()
    assert (status, "Compare the fingerprint above" in said) == (0, True)
    status, said = taken.ask(receipt=None)
    assert (status, "the file was taken before its entry was sealed" in said) == (0, True)


def test_the_page_gives_the_very_file(visitor: Browser) -> None:
    assert visitor.get("/ledger/approval_verify.py").content == FILE.read_bytes()


def test_whatever_was_changed_is_found(taken: Taken) -> None:
    statement, receipt = taken.said["statement"], taken.said["receipt"]
    swapped = {**receipt, "entry": receipt["entry"].replace("approved", "refused!")}
    other = base64.b64encode(base64.b64decode(taken.said["signature"])[:-1] + b"\0").decode()
    told = json.loads(base64.b64decode(taken.said["client_data"]))
    elsewhere = base64.b64encode(json.dumps(told | {"origin": "https://evil.example"}).encode()).decode()
    for changed in (
        {"statement": statement.replace('"hours":2', '"hours":8')},
        {"statement": statement.replace('"download":false', '"download":true')},
        {"signature": other},
        {"client_data": elsewhere},
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"receipt": swapped},
        {"receipt": taken.said["key_receipt"]},
        {"key_receipt": receipt},
        {"key": "AAAA"},
        {"signature": "x"},
        {"statement": "{}"},
        {"client_data": 7},
    ):
        status, said = taken.ask("--key", taken.print, **changed)
        assert (status, "Wrong:" in said) == (1, True), changed
    assert taken.ask("--key", "0" * 64)[0] == 1
    assert taken.ask("--log", "djmixersoft-log/0")[0] == 1
    assert taken.ask(format="another")[0] == 2
    assert ask(taken.folder / "missing")[0] == 2
    (taken.folder / "garbage").write_bytes(b"\xff\x00")
    assert ask(taken.folder / "garbage")[0] == 2
