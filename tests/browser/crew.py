"""People who use the site without looking at it, to set up what the browser then looks at."""

import re
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from playwright.sync_api import APIRequest, APIRequestContext, APIResponse, StorageState

from tests.browser.living import Site

PASSWORD = "vinyl crackle under the needle"


@dataclass
class Person:
    """Somebody registered and signed in; `account` is the path of the account that they started with, if any."""

    site: Site
    email: str
    calls: APIRequestContext
    account: str = ""
    password: str = PASSWORD

    def get(self, path: str) -> APIResponse:
        response = self.calls.get(path)
        assert response.ok, (path, response.status)
        return response

    def send(self, path: str, **fields: str) -> APIResponse:
        """Send a form, and follow to the page that comes then."""
        response = self.calls.post(path, form=dict(fields))
        assert response.ok, (path, response.status, response.text())
        return response

    def upload(self, *tracks: tuple[str, bytes], account: str = "") -> None:
        """Send files to their account, or to another one."""
        files = [SimpleUploadedFile(name, content) for name, content in tracks]
        body = encode_multipart(BOUNDARY, {"tracks": files})
        path = f"{account or self.account}/upload"
        response = self.calls.post(path, data=body, headers={"Content-Type": MULTIPART_CONTENT})
        assert response.ok, (path, response.status)

    def items(self) -> dict[str, str]:
        """The path of each item in the account, by its name."""
        found = re.findall(r'<a href="(/accounts/[^"/]+/items/[^"/]+)"><bdi>([^<]*)', self.get(self.account).text())
        return {name: path for path, name in found}

    def sign_in(self) -> None:
        self.send("/sign-in", email=self.email, password=self.password, stay="on")

    def start_registering(self, account_name: str) -> None:
        self.send("/register", email=self.email, password=self.password, account_name=account_name, agree="on")

    def invite(self, email: str) -> str:
        """Return the path of the link that they get."""
        self.send(f"{self.account}/invitations", email=email)
        return self.site.link(email, "invites you")

    def memory(self) -> StorageState:
        """What their browser would remember: the cookie."""
        return self.calls.storage_state()


def caller(site: Site, request: APIRequest) -> APIRequestContext:
    return request.new_context(base_url=site.origin, ignore_https_errors=True)


def registered(site: Site, request: APIRequest, email: str, account_name: str) -> Person:
    person = Person(site, email, caller(site, request))
    person.start_registering(account_name)
    person.send(site.link(email, "Confirm your address"))
    person.sign_in()
    (account,) = re.findall(r'<a href="(/accounts/[^"]+)">', person.get("/studio").text())
    person.account = account
    return person


def registered_by_invitation(site: Site, request: APIRequest, email: str, inviter: Person) -> Person:
    """Register with the link that was mailed; they are signed in by that."""
    person = Person(site, email, caller(site, request), account=inviter.account)
    person.send(inviter.invite(email), password=PASSWORD, agree="on")
    person.sign_in()
    return person
