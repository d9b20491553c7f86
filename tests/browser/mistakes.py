"""What people do that can't be taken, and the sentence that they get."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.crew import PASSWORD
from tests.browser.pages import VISITOR
from tests.browser.scene import TRACK, Scene


@dataclass(frozen=True)
class Mistake:
    """Who makes it, how, and what the page says then."""

    who: str
    sentence: str
    make: Callable[[Page, Scene], None]

    @property
    def __name__(self) -> str:
        return self.make.__name__

    def __call__(self, page: Page, scene: Scene) -> None:
        self.make(page, scene)


MISTAKES: list[Mistake] = []


def mistake(who: str, sentence: str) -> Callable[[Callable[[Page, Scene], None]], Callable[[Page, Scene], None]]:
    def note(make: Callable[[Page, Scene], None]) -> Callable[[Page, Scene], None]:
        MISTAKES.append(Mistake(who, sentence, make))
        return make

    return note


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name).first.click()


@mistake(VISITOR, "Registering needs your agreement to the Terms.")
def registering_with_nothing_right(page: Page, _scene: Scene) -> None:
    page.goto("/register")
    page.get_by_label("E-mail").fill("no address")
    page.get_by_label("Password").fill("password12")
    press(page, "Register")


@mistake(VISITOR, "A message is on its way to")
def registering_and_waiting_for_the_mail(page: Page, _scene: Scene) -> None:
    page.goto("/register")
    page.get_by_label("E-mail").fill("dancer@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Name of your crew").fill("Front row")
    page.get_by_label("I agree").check()
    press(page, "Register")


@mistake(VISITOR, "This address and this password don’t go together.")
def a_wrong_password(page: Page, _scene: Scene) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("nobody@example.org")
    page.get_by_label("Password").fill("not the password")
    press(page, "Sign in")


@mistake(VISITOR, "a message is on its way to it")
def forgetting_the_password(page: Page, _scene: Scene) -> None:
    page.goto("/password/forgotten")
    page.get_by_label("E-mail").fill("nobody@example.org")
    press(page, "Mail me a link")


@mistake(VISITOR, "We don’t know this invitation.")
def an_invitation_that_was_cut_off(page: Page, _scene: Scene) -> None:
    page.goto("/invitations/x")


@mistake(VISITOR, "There is nothing at this address")
def an_address_that_leads_nowhere(page: Page, _scene: Scene) -> None:
    page.goto("/no-such-page")


@mistake("admin", "This address doesn’t do that.")
def a_page_that_was_only_an_answer(page: Page, _scene: Scene) -> None:
    page.goto("/sign-out")


@mistake("admin", "This came from a page of another site")
def a_form_on_another_site(page: Page, scene: Scene) -> None:
    page.goto("about:blank")
    page.set_content(
        f'<main><form method="post" action="{scene.site.origin}/me/name"><button>Win</button></form></main>'
    )
    press(page, "Win")


@mistake("admin", "Nothing was chosen, so nothing was done.")
def moving_nothing(page: Page, scene: Scene) -> None:
    page.goto(scene.admin.account)
    press(page, "Move…")


@mistake("member", "A tag has room for 50 characters; one of these has 51.")
def too_long_a_tag(page: Page, scene: Scene) -> None:
    page.goto(scene.items[TRACK])
    page.get_by_label("Add tags").fill("dusk, " + "x" * 51)
    press(page, "Put on")


@mistake("member", "This is no JSON that can be kept")
def a_value_without_its_bracket(page: Page, scene: Scene) -> None:
    page.goto(scene.items[TRACK])
    page.get_by_text("Keep a value").click()
    page.get_by_label("Under which name").fill("cues")
    page.get_by_label("Value", exact=True).fill("[1, 2")
    press(page, "Keep it")


@mistake("admin", "That is not its name, so nothing was deleted.")
def deleting_another_account_than_meant(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.admin.account}/delete")
    page.get_by_label("The account’s name").fill("Night Shirt")
    press(page, "Delete it for good")


@mistake("admin", "This is no e-mail address.")
def changing_the_address_to_none(page: Page, _scene: Scene) -> None:
    page.goto("/me")
    page.get_by_label("New e-mail address").fill("none")
    page.get_by_label("Your password").fill(PASSWORD)
    press(page, "Change the e-mail address")


@mistake("admin", "A password needs at least 10 characters")
def changing_the_password_to_a_short_one(page: Page, _scene: Scene) -> None:
    page.goto("/me")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password").fill("short")
    press(page, "Change the password")


@mistake("admin", "Whoever has this address is in the account already.")
def inviting_a_member(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.admin.account}/members")
    page.get_by_label("Their e-mail address").fill(scene.member.email)
    press(page, "Send the invitation")


@mistake("newcomer", "An account always has an Administrator, and this is the last one.")
def the_last_administrator_stepping_down(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.newcomer.account}/members")
    press(page, "Step down as Administrator")


@mistake("admin", "Please give the account a name.")
def an_account_without_a_name(page: Page, _scene: Scene) -> None:
    page.goto("/studio")
    page.get_by_text("Start another account").click()
    press(page, "Start it")


@mistake("admin", "This is no witness’s key.")
def naming_a_witness_that_is_none(page: Page, scene: Scene) -> None:
    page.goto(f"{scene.admin.account}/witnesses")
    page.get_by_label("Who runs it").fill("Our auditor")
    page.get_by_label("The line that the command printed first").fill("witness w")
    press(page, "Name the witness")
