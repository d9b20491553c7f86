"""Receiving files: encrypted chunk by chunk as they arrive, so that plaintext is on no disk and never whole in memory.

A view with ``@purpose("teamwork", transaction="own")`` installs it before anything touches ``request.POST``::

    with receiving(request, store=store, account_id=account_id, maximum=2**31) as upload:
        form = UploadForm(request.POST, request.FILES)            # reads, encrypts and hashes the body
        if upload.refused:
            return render(..., sentence(upload.refused[0], upload.maximum), status=upload.refused[0].status)
        ...
        with upload.keeping() as files, acting_for("teamwork", token=request.token):
            for file in files:
                add_item(...)                                     # rows, and the key wrapped by the account's

Whatever is not kept when ``receiving`` ends is removed: after a refusal, an invalid form, an exception or a cut
connection. After ``kill -9`` it lies, unreadable, among the store's incoming blobs until they are swept.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParser
from django.template.defaultfilters import filesizeformat
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from djmixersoft.vault.blobs import BlobStore, NoRoom
from djmixersoft.vault.cobblestone import Encryptor
from djmixersoft.vault.keys import Key, context, new_blob_id
from djmixersoft.vault.media import HEAD_SIZE, MediaType, media_type

MAXIMUM_FILES: Final = 50
"""Files in one form, unless the view says otherwise: more than a set of a whole night has tracks."""

_FORM_FIELDS: Final = 2**20  # bytes of a request that are not its files


class Reason(StrEnum):
    """Why a file was refused."""

    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    NO_ROOM = "no-room"


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken. Its form's fields and the other files are there all the same."""

    name: str
    reason: Reason

    @property
    def status(self) -> HTTPStatus:
        """The status that says it (RFC 9110 §15.5.14, RFC 4918 §11.5)."""
        is_full = self.reason is Reason.NO_ROOM
        return HTTPStatus.INSUFFICIENT_STORAGE if is_full else HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def sentence(refused: Refused, maximum: int) -> str:
    """Return what to tell the person, in their language; ``maximum`` in bytes for one file."""
    if refused.reason is Reason.TOO_LARGE:
        text = _("%(name)s is too large: a file can have up to %(maximum)s. Nothing of it was kept.")
    elif refused.reason is Reason.TOO_MANY:
        text = _("%(name)s was not taken: that were too many files at once. Please upload it by itself.")
    else:
        text = _("There was no room left to store %(name)s. Please try again later; nothing of it was kept.")
    return text % {"name": refused.name or _("This upload"), "maximum": filesizeformat(maximum)}


if TYPE_CHECKING:
    _Uploaded = UploadedFile[bytes]
else:  # Django's own class takes no parameter when the program runs
    _Uploaded = UploadedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A blob that was written whole, and what it is to be checked against.

    ``size`` (bytes) and ``sha256`` (32 bytes) are of the plaintext, ``sealed_size`` and ``sealed_sha256`` of the
    ciphertext, so that a check of the store needs no key.
    """

    blob_id: UUID
    size: int
    sha256: bytes
    media_type: MediaType
    sealed_size: int
    sealed_sha256: bytes


class StoredFile(_Uploaded):
    """An upload after its encryption: what its rows need, and no content to read."""

    size: int
    name: str

    def __init__(self, *, name: str, item_id: UUID, key: Key, stored: Stored) -> None:
        """Keep the facts."""
        super().__init__(name=name, content_type=stored.media_type, size=stored.size)
        self.item_id = item_id
        self.key = key
        self.stored = stored

    def close(self) -> None:
        """Do nothing: there is no file to close."""

    def __repr__(self) -> str:
        """Leave the name out: it is Content."""
        return f"<StoredFile: {self.stored.blob_id}>"


class _Receipt:
    """One file while it arrives."""

    def __init__(self, store: BlobStore, account_id: UUID, name: str) -> None:
        self._item_id, self._blob_id, self._key, self.name = uuid4(), new_blob_id(account_id), Key.generate(), name
        self._encryptor = Encryptor(self._key, context(account_id, self._item_id, self._blob_id))
        self._sha256, self.size, self._head = hashlib.sha256(), 0, b""
        self._sealed_sha256, self._sealed_size = hashlib.sha256(), 0
        self.incoming = store.incoming(str(self._blob_id))

    def take(self, plaintext: bytes) -> None:
        self._sha256.update(plaintext)
        self.size += len(plaintext)
        if len(self._head) < HEAD_SIZE:
            self._head += plaintext[: HEAD_SIZE - len(self._head)]
        self._write(self._encryptor.update(plaintext))

    def finish(self) -> StoredFile:
        self._write(self._encryptor.finish())
        return StoredFile(
            name=self.name,
            item_id=self._item_id,
            key=self._key,
            stored=Stored(
                blob_id=self._blob_id,
                size=self.size,
                sha256=self._sha256.digest(),
                media_type=media_type(self.name, self._head),
                sealed_size=self._sealed_size,
                sealed_sha256=self._sealed_sha256.digest(),
            ),
        )

    def _write(self, ciphertext: bytes) -> None:
        self.incoming.write(ciphertext)
        self._sealed_sha256.update(ciphertext)
        self._sealed_size += len(ciphertext)


class EncryptingUploadHandler(FileUploadHandler):
    """Django's way in for files, as the only handler of a request: see this module's text for how to install it."""

    def __init__(
        self, request: HttpRequest, *, store: BlobStore, account_id: UUID, maximum: int, maximum_files: int
    ) -> None:
        """Prepare for files of up to ``maximum`` bytes each."""
        super().__init__(request)
        self.maximum, self.maximum_files = maximum, maximum_files
        self.refused: list[Refused] = []
        self._store, self._account_id = store, account_id
        self._arriving: _Receipt | None = None
        self._arrived: list[tuple[_Receipt, StoredFile]] = []
        self._is_parsing = False

    @contextmanager
    def keeping(self) -> Iterator[list[StoredFile]]:
        """Make every file of the request whole and visible, for a block that commits their rows.

        Raises NoRoom. A block that raises takes the blobs away again; only where the database's connection broke,
        so that nobody knows whether the rows were committed, do they stay: a blob without a row is unreadable and
        found by ``BlobStore.names``, a row without its blob would be a loss.
        """
        arrived, self._arrived = self._arrived, []
        kept: list[str] = []
        try:
            for receipt, stored in arrived:
                receipt.incoming.commit()
                kept.append(str(stored.stored.blob_id))
            yield [stored for _receipt, stored in arrived]
        except (OperationalError, InterfaceError):
            raise
        except BaseException:
            for name in kept:
                self._store.delete(name)
            raise
        finally:
            for receipt, _stored in arrived:
                receipt.incoming.discard()

    def discard(self) -> None:
        """Remove everything that was not kept; may be called twice."""
        self._drop()
        while self._arrived:
            self._arrived.pop()[0].incoming.discard()

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],  # noqa: N803 - Django's name
        content_length: int,
        boundary: str,  # noqa: ARG002 - Django's signature
        encoding: str | None = None,
    ) -> tuple[QueryDict, MultiValueDict[str, "UploadedFile[Any]"]] | None:
        """Have Django parse the body through a guard against cut connections, or not at all where it is too large."""
        if self._is_parsing:
            return None
        if content_length > self.maximum * self.maximum_files + _FORM_FIELDS:
            self.refused.append(Refused("", Reason.TOO_LARGE))
            return QueryDict(), MultiValueDict()
        self._is_parsing = True
        return MultiPartParser(META, _WholeBody(input_data, content_length), [self], encoding).parse()

    def new_file(
        self,
        field_name: str,
        file_name: str,
        content_type: str,
        content_length: int | None,
        charset: str | None = None,
        content_type_extra: dict[str, bytes] | None = None,
    ) -> None:
        """Start a file."""
        super().new_file(field_name, file_name, content_type, content_length, charset, content_type_extra)
        if len(self._arrived) >= self.maximum_files:
            self._refuse(Reason.TOO_MANY)
        try:
            self._arriving = _Receipt(self._store, self._account_id, file_name)
        except NoRoom as error:
            self._refuse(Reason.NO_ROOM, error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Encrypt, hash and store a part of it."""
        receipt = self._arriving
        if receipt is None or start + len(raw_data) > self.maximum:
            self._refuse(Reason.TOO_LARGE)
        else:
            try:
                receipt.take(raw_data)
            except NoRoom as error:
                self._refuse(Reason.NO_ROOM, error)

    def file_complete(self, file_size: int) -> StoredFile | None:  # noqa: ARG002 - Django's signature
        """Finish the file; it goes into ``request.FILES``, and stays invisible in the store until it is kept."""
        receipt = self._arriving
        if receipt is None:
            return None
        try:
            stored = receipt.finish()
        except NoRoom:
            self._drop()
            self.refused.append(Refused(receipt.name, Reason.NO_ROOM))
            return None
        self._arriving = None
        self._arrived.append((receipt, stored))
        return stored

    def upload_interrupted(self) -> None:
        """Drop the file that was arriving."""
        self._drop()

    def _refuse(self, reason: Reason, cause: Exception | None = None) -> None:
        self._drop()
        self.refused.append(Refused(self.file_name or "", reason))
        raise SkipFile from cause

    def _drop(self) -> None:
        receipt, self._arriving = self._arriving, None
        if receipt is not None:
            receipt.incoming.discard()


@contextmanager
def receiving(
    request: HttpRequest, *, store: BlobStore, account_id: UUID, maximum: int, maximum_files: int = MAXIMUM_FILES
) -> Iterator[EncryptingUploadHandler]:
    """Install the handler for a block, and remove at its end what was not kept.

    Raises AttributeError where something has read the body already: then it is too late to keep it off the disk.
    """
    handler = EncryptingUploadHandler(
        request, store=store, account_id=account_id, maximum=maximum, maximum_files=maximum_files
    )
    request.upload_handlers = [handler]
    try:
        yield handler
    finally:
        handler.discard()


class _WholeBody(io.BufferedIOBase):
    """A request's body that ends with an error, not quietly, where it is shorter than was announced."""

    def __init__(self, source: IO[bytes], length: int) -> None:
        super().__init__()
        self._source, self._left = source, length

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data = self._source.read(wanted) if wanted else b""
        if wanted and not data:
            raise UnreadablePostError("the connection ended before the upload did")
        self._left -= len(data)
        return data
