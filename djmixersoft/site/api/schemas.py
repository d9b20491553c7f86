"""What programs send and get. Times are in UTC (RFC 3339), sizes in bytes, hashes in hexadecimal."""

import unicodedata
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, Field

from djmixersoft.content.services.documents import LONGEST as LONGEST_TEXT
from djmixersoft.content.services.shares import DAYS, MOST_DAYS
from djmixersoft.people.passwords import LONGEST as LONGEST_PASSWORD
from djmixersoft.people.passwords import SHORTEST
from djmixersoft.site.content_forms import LONGEST_ITEM_NAME


def _printable(value: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in value) or not value.strip():
        raise ValueError("must not be blank, nor have control characters in it")
    return unicodedata.normalize("NFC", value)


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not have NUL in it")
    return value


Name = Annotated[str, Field(min_length=1, max_length=LONGEST_ITEM_NAME), AfterValidator(_printable)]
Label = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_printable)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_without_nul)]
Remark = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(_without_nul)]
Ids = Annotated[list[UUID], Field(min_length=1, max_length=5_000)]
Version = Annotated[int, Field(ge=1, le=2**31 - 2)]
PageNumber = Annotated[int, Field(ge=1, le=100_000)]


class Problem(Schema):
    """Why something wasn't done, as a sentence for people."""

    sentence: str


class Account(Schema):
    """An account that the token is good for."""

    id: UUID
    name: str
    is_administrator: bool


class Room(Schema):
    """How many bytes an account's files take, and how many they may."""

    used: int
    quota: int


class Item(Schema):
    """A folder, file or document. `added_by`: a name or an address, '' for somebody who left."""

    id: UUID
    parent_id: UUID | None
    kind: str
    name: str
    size: int
    sha256: str
    media_type: str
    added_by: str
    added_at: datetime


class Items(Schema):
    """A page of items, and whether there is a next one."""

    items: list[Item]
    more: bool


class Wanted(Schema):
    """What is looked for; what isn't given doesn't matter. Days are in UTC, both included."""

    q: Annotated[str, Field(max_length=200), AfterValidator(_without_nul)] = ""
    kind: Literal["", "audio", "image", "file", "folder", "document"] = ""
    tag: Annotated[str, Field(max_length=100), AfterValidator(_without_nul)] = ""
    since: date | None = None
    until: date | None = None
    page: PageNumber = 1


class NewFolder(Schema):
    """A folder that is to be; without `parent_id` at the top."""

    name: Name
    parent_id: UUID | None = None


class Renamed(Schema):
    """Another name."""

    name: Name


class Some(Schema):
    """Several items."""

    items: Ids


class Moved(Some):
    """Several items, and the folder that they go to; without one to the top."""

    into: UUID | None = None


class Count(Schema):
    """How many items it was done to."""

    count: int


class Made(Schema):
    """The id of what was made."""

    id: UUID


class Labels(Schema):
    """Tags."""

    tags: Annotated[list[Label], Field(max_length=100)]


class Comment(Schema):
    """What somebody said about an item."""

    id: UUID
    text: str
    by: str
    at: datetime


class Comments(Schema):
    """A page of comments, latest first, and whether there is a next one."""

    comments: list[Comment]
    more: bool


class NewComment(Schema):
    """What is to be said."""

    text: Remark


class NewDocument(NewFolder):
    """A document that is to be."""

    text: Text = ""


class Writing(Schema):
    """A text that was written upon version `base`."""

    text: Text
    base: Version


class Document(Schema):
    """A document as it is now."""

    id: UUID
    name: str
    parent_id: UUID | None
    version: int
    text: str
    changed_by: str
    changed_at: datetime


class Saved(Schema):
    """The version that a document is now."""

    version: int


class Conflicting(Problem):
    """Somebody saved the document meanwhile: what it says now."""

    version: int
    text: str
    changed_by: str


class DocumentVersion(Schema):
    """A version in a document's history."""

    number: int
    size: int
    made_by: str
    made_at: datetime
    is_present: bool


class Thrown(Schema):
    """Something in the trash; `inside`: how many items lie in it."""

    id: UUID
    kind: str
    name: str
    inside: int
    by: str
    at: datetime


class Trash(Schema):
    """A page of the trash, latest first, and whether there is a next one."""

    items: list[Thrown]
    more: bool


class WantedLink(Schema):
    """For how many days a link is to work, and the password that it is to want, if any."""

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = DAYS
    password: Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST_PASSWORD)] | None = None


class NewLink(Schema):
    """A link that was just made; `url` is told this once."""

    id: UUID
    url: str


class Use(Schema):
    """That a link was used: looked at, played or taken; `name`: an item's, where it is told item by item."""

    what: Literal["looked", "played", "taken"]
    name: str
    times: int
    latest: datetime


class Link(Schema):
    """A link to people outside; `gone`: what it shows is in the trash. `uses`: in all; `latest`: item by item."""

    id: UUID
    item_id: UUID
    name: str
    has_password: bool
    created_by: str
    created_at: datetime
    expires: datetime
    state: Literal["open", "revoked", "expired", "gone"]
    uses: list[Use]
    latest: list[Use]


class Links(Schema):
    """A page of links, and whether there is a next one."""

    links: list[Link]
    more: bool
