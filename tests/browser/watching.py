"""What a browser notices while people use the site: nothing may go wrong out of sight."""

from functools import cached_property

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

SERVER_ERROR = 500
# Chromium's own viewer of PDFs, and what it is made of.
OF_THE_BROWSER = ("chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai/", "chrome://resources/")
# Chromium notes each page that answers 4xx, as the page of a form with a mistake in it does.
NOTE = "Failed to load resource: the server responded with a status of 4"


class Watch:
    """Collects in `wrong`: requests to other hosts, complaints of the console (CSP's among them), failures of ours."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context, self.origin = context, origin
        self.wrong: list[str] = []
        self._pages: set[str] = set()
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.wrong.append(f"an error in a page: {error.error}"))

    @cached_property
    def page(self) -> Page:
        """One page, to be used again and again; each costs a process."""
        return self.context.new_page()

    def take(self) -> list[str]:
        """Return what went wrong, and forget it."""
        found, self.wrong = self.wrong, []
        return found

    def _asked(self, request: Request) -> None:
        if request.is_navigation_request():
            self._pages.add(request.url)
        if not request.url.startswith((f"{self.origin}/", "data:", "about:", *OF_THE_BROWSER)):
            self.wrong.append(f"a request to elsewhere: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= SERVER_ERROR:
            self.wrong.append(f"{response.status} from {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        is_note = message.text.startswith(NOTE) and message.location["url"] in self._pages
        if message.type in {"error", "warning"} and not is_note:
            self.wrong.append(f"the console: {message.text} ({message.location['url']})")
