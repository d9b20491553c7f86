"""What a crew does with the site, from registering on; told in order, each part standing on those before."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Locator, StorageState, expect

from tests.browser.hands import Hands
from tests.browser.living import PATIENCE, Site
from tests.browser.tracks import wav

PASSWORD = "vinyl crackle under the needle"
NEW_PASSWORD = "turntable under the old bridge"
SET, INTRO = "Set of the opening night.wav", "Intro.wav"
SECONDS = 150
FAR_IN = 0.5 * SECONDS
DAYS_29 = 29 * 24 * 3600  # seconds


@dataclass
class Story:
    """`sit_down` gives somebody a browser, with what an earlier one remembers."""

    site: Site
    sit_down: Callable[..., Hands]
    teller: str
    folder: Path
    account: str = ""
    ranges: list[tuple[int, str]] = field(default_factory=list)

    @property
    def has_scripts(self) -> bool:
        return self.teller != "without-javascript"

    def __post_init__(self) -> None:
        self.admin, self.mate = self.sit_down(), self.sit_down()
        self.admin_email = f"admin-{self.teller}@example.org"
        self.mate_email = f"resident-{self.teller}@example.org"
        self.password = PASSWORD
        (self.folder / SET).write_bytes(wav(SECONDS))
        (self.folder / INTRO).write_bytes(wav(2, tone=330.0))

    def the_administrator_registers(self) -> None:
        hands = self.admin
        hands.go("/")
        hands.follow("Register your crew")
        hands.fill("E-mail", self.admin_email)
        hands.fill("Password", self.password)
        hands.fill("Name of your crew", "Night Shift")
        expect(hands.main.get_by_label("newsletter")).not_to_be_checked()
        hands.tick("I agree")
        hands.press("Register")
        hands.sees("Look in your mail")
        self.open_mail(hands, self.admin_email, "Confirm your address")
        hands.press("Confirm my registration")
        hands.sees("Your registration is confirmed.")
        assert hands.page.context.cookies() == [], "who hasn't signed in has no cookie"

    def signs_in(self, *, stay: bool) -> None:
        self.sign_in(self.admin, stay=stay)

    def sign_in(self, hands: Hands, *, stay: bool = False) -> None:
        hands.go("/sign-in")
        hands.fill("E-mail", self.admin_email)
        hands.fill("Password", self.password)
        if stay:
            hands.tick("Stay signed in")
        hands.press("Sign in")
        hands.sees("Each account is a crate of its own")

    def is_still_signed_in_after_the_browser_was_closed(self) -> None:
        context = self.admin.page.context
        (cookie,) = context.cookies()
        assert cookie["name"] == "__Host-session"
        assert cookie["expires"] > time.time() + DAYS_29
        remembered = after_closing(context)
        assert len(remembered["cookies"]) == 1
        self.admin = self.sit_down(storage_state=remembered)
        self.admin.go("/studio")
        self.admin.sees("Night Shift")

    def somebody_is_invited_and_joins(self) -> None:
        hands = self.admin
        self.open_members()
        hands.fill("Their e-mail address", self.mate_email)
        hands.press("Send the invitation")
        hands.sees("The invitation is on its way.")
        mate = self.mate
        self.open_mail(mate, self.mate_email, "invites you to")
        mate.sees(f"{self.admin_email} invited {self.mate_email}.")
        mate.follow("Register and join")
        mate.fill("Password", PASSWORD)
        mate.tick("I agree")
        mate.press("Register and join")
        mate.sees("You are in. Welcome to the crew.")

    def an_invitation_is_withdrawn(self) -> None:
        hands, somebody = self.admin, f"warm-up-{self.teller}@example.org"
        self.open_members()
        hands.fill("Their e-mail address", somebody)
        hands.press("Send the invitation")
        hands.press("Withdraw", hands.row(somebody))
        hands.sees("The invitation is withdrawn; its link no longer works.")
        self.open_mail(self.mate, somebody, "invites you to")
        self.mate.sees("This invitation was withdrawn.")

    def tracks_are_uploaded_that_the_other_finds(self) -> None:
        hands, mate = self.admin, self.mate
        self.open_account(hands)
        hands.sees("An empty crate, and the night is young.")
        hands.choose("Tracks and other files", [self.folder / SET, self.folder / INTRO])
        if self.has_scripts:
            # What was chosen goes up by itself, and the list is shown anew once it is there.
            expect(hands.main.get_by_role("link", name=INTRO, exact=True)).to_be_visible(timeout=PATIENCE * 1000)
        else:
            hands.press("Upload")
            hands.sees("Your upload is in the crate.")
        self.open_account(mate)
        for name in (SET, INTRO):
            mate.sees(name)

    def one_is_played_and_sought_in(self) -> None:
        mate = self.mate
        mate.page.context.on("response", self.note_range)
        mate.follow(mate.row(SET).get_by_role("link", name="Play"))
        audio = mate.main.locator("audio")
        wait_for_sound(audio, later_than=0.2)
        mate.seek()
        wait_for_sound(audio, later_than=FAR_IN)
        assert {status for status, _part in self.ranges} == {206}
        assert any(int(part.removeprefix("bytes ").partition("-")[0]) > 1_000_000 for _status, part in self.ranges)

    def note_range(self, response: object) -> None:
        url, status, headers = (getattr(response, name) for name in ("url", "status", "headers"))
        if url.endswith("/file"):
            self.ranges.append((status, headers.get("content-range", "")))

    def one_comes_back_bit_for_bit(self) -> None:
        mate, original = self.mate, hashlib.sha256((self.folder / SET).read_bytes()).hexdigest()
        mate.sees(original)
        path = mate.download("Download")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == original

    def one_is_put_into_a_folder(self) -> None:
        hands = self.admin
        self.open_account(hands)
        hands.follow("New folder")
        hands.fill("Name of the folder", "Openings")
        hands.press("Make it")
        hands.sees("The folder is there.")
        self.open_account(hands)
        hands.tick(f"Choose {INTRO}")
        hands.press("Move…")
        hands.press("Openings")
        hands.press("Move into “Openings”")
        hands.sees(f"“{INTRO}” is moved.")
        hands.follow("Openings")
        hands.sees(INTRO)
        hands.tick(f"Choose {INTRO}")
        hands.press("Move…")
        hands.press("Night Shift")
        hands.press("Move into “Night Shift”")

    def one_is_removed(self) -> None:
        hands = self.admin
        self.open_account(hands)
        hands.follow(INTRO)
        hands.press("To the trash")
        hands.sees(f"“{INTRO}” is in the trash.")
        hands.press("Undo")
        hands.sees("It is again as it was.")
        hands.tick(f"Choose {INTRO}")
        hands.press("To the trash")
        hands.follow("Trash")
        hands.tick(f"Choose {INTRO}")
        hands.press("Delete for good")
        hands.sees("It is gone for good.")
        expect(hands.main.get_by_text(INTRO)).to_have_count(0)

    def the_account_changes_hands(self) -> None:
        hands, mate = self.admin, self.mate
        self.open_members()
        hands.press("Make Administrator", hands.row(self.mate_email))
        hands.sees("They are an Administrator now.")
        hands.press("Make a plain member", hands.row(self.mate_email))
        hands.sees("They are a plain member now.")
        hands.press("Step down as Administrator")
        hands.sees("An account always has an Administrator, and this is the last one.")
        hands.open("More", hands.row(self.mate_email))
        hands.press("Hand the account over", hands.row(self.mate_email))
        hands.sees("The account is handed over; you are a plain member of it now.")
        self.open_account(mate)
        mate.follow("Members")
        mate.open("More", mate.row(self.admin_email))
        mate.press("Remove from the account", mate.row(self.admin_email))
        mate.sees("They are no longer in the account.")
        hands.go("/studio")
        hands.sees("No crew yet")

    def sign_ins_are_ended_one_and_all(self) -> None:
        hands, elsewhere = self.admin, self.sit_down()
        self.sign_in(elsewhere)
        self.open_sessions()
        hands.press("Sign out there")
        hands.sees("That sign-in has ended.")
        elsewhere.go("/studio")
        elsewhere.sees("Signing in sets the site’s one cookie")
        self.sign_in(elsewhere)
        self.open_sessions()
        hands.press("Sign out everywhere")
        hands.sees("You are signed out everywhere.")
        elsewhere.go("/studio")
        elsewhere.sees("Signing in sets the site’s one cookie")
        assert hands.page.context.cookies() == elsewhere.page.context.cookies() == []

    def a_forgotten_password_is_set_anew(self) -> None:
        hands = self.admin
        hands.go("/sign-in")
        hands.follow("Password forgotten?")
        hands.fill("E-mail", self.admin_email)
        hands.press("Mail me a link")
        hands.sees(f"If {self.admin_email} is registered here")
        self.open_mail(hands, self.admin_email, "Choose a new")
        self.password = NEW_PASSWORD
        hands.fill("New password", self.password)
        hands.press("Set the password")
        hands.sees("Your new password is set")
        self.sign_in(hands)

    def the_address_is_changed(self) -> None:
        hands, new = self.admin, f"new-admin-{self.teller}@example.org"
        hands.go("/me")
        hands.fill("New e-mail address", new)
        hands.fill("Your password", self.password)
        hands.press("Change the e-mail address")
        hands.sees("A link is on its way to the new address.")
        self.open_mail(hands, new, "Confirm your new address")
        hands.press("Use this address")
        hands.sees("Your e-mail address is changed.")
        self.admin_email = new
        self.sign_in(hands)

    def name_and_address_are_given_and_taken_back(self) -> None:
        hands = self.admin
        hands.go("/me")
        for label, text, what in (
            ("Your name", "The night manager", "name"),
            ("Your postal address", "1 Harbour Road\nOld Town", "address"),
        ):
            hands.fill(label, text)
            hands.press(f"Save the {what}")
            hands.sees(f"Your {what} is saved.")
            expect(hands.main.get_by_label(label)).to_have_value(text)
            hands.fill(label, "")
            hands.press(f"Save the {what}")
            hands.sees(f"Your {what} is removed.")
        hands.tick("Send me the newsletter")
        hands.press("Save the choice")
        hands.sees("You subscribe to the newsletter.")

    def the_administrator_signs_out(self) -> None:
        hands = self.admin
        hands.press("Sign out", hands.page.get_by_role("banner"))
        hands.sees("You are signed out.")
        assert hands.page.context.cookies() == []

    def open_account(self, hands: Hands) -> None:
        """Go to the account, by the studio at first and by its address from then on."""
        if self.account:
            hands.go(self.account)
            return
        hands.go("/studio")
        hands.follow("Night Shift")
        self.account = urlsplit(hands.page.url).path

    def open_members(self) -> None:
        self.open_account(self.admin)
        self.admin.follow("Members")

    def open_sessions(self) -> None:
        self.admin.go("/me")
        self.admin.follow("Where you are signed in")

    def open_mail(self, hands: Hands, email: str, subject: str) -> None:
        """Look into the local mailbox until the mail is there, and open the link in it."""
        mail = hands.row(email).get_by_role("link", name=subject)
        deadline = time.monotonic() + PATIENCE
        hands.go(self.site.mailbox)
        while not mail.count():
            assert time.monotonic() < deadline, f"no mail about {subject!r} came for {email}"
            hands.go(self.site.mailbox)
        hands.follow(mail.first)
        hands.follow(f"{self.site.origin}/")


def after_closing(context: BrowserContext) -> StorageState:
    """Return what a browser remembers once it was closed: cookies of the session are gone."""
    memory = context.storage_state()
    context.close()
    return {**memory, "cookies": [cookie for cookie in memory["cookies"] if cookie["expires"] > 0]}


def wait_for_sound(audio: Locator, *, later_than: float) -> None:
    """Wait until it has played on, beyond a time (seconds)."""
    deadline = time.monotonic() + PATIENCE
    before = 0.0
    while True:
        now, paused, error = audio.evaluate("(one) => [one.currentTime, one.paused, one.error && one.error.message]")
        assert not error, error
        if not paused and now > later_than and 0 < now - before < 1:
            return
        before = now
        assert time.monotonic() < deadline, f"it stands at {now} s, paused: {paused}"
        audio.page.wait_for_timeout(50)
