"""One person's uploads to one account, from the first byte to the item: the order in which things become durable.

1. What arrives is encrypted into the store's incoming area; no database connection is held meanwhile.
2. It is made durable there, then its row notes it; only then is it acknowledged.
3. When all is there it is read back, decrypted and hashed; then its blob becomes visible, and then, in one transaction,
   its item appears and its upload goes.

A crash between any two leaves what the next request goes on from. See docs/uploads.md.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content import stores
from djmixersoft.content.selectors import uploads as selectors
from djmixersoft.content.selectors.uploads import Begun, Done, Expired
from djmixersoft.content.services import uploads as services
from djmixersoft.content.services.items import NoSuchFolder
from djmixersoft.content.services.uploads import NoSuchItem, Vanished, Wanted
from djmixersoft.policy.purposes import acting_for, release_connection
from djmixersoft.vault.arriving import Arrival, Rest, held_back
from djmixersoft.vault.blobs import Missing
from djmixersoft.vault.cobblestone import Altered
from djmixersoft.vault.partials import Partial, TakenOver
from djmixersoft.vault.sound import SOUND
from djmixersoft.vault.upload import Stored

logger = logging.getLogger(__name__)


class NoSuchUpload(Exception):
    """There is no such upload, or it isn't one's own."""


class WrongOffset(Exception):
    """What was sent doesn't begin where the upload stands; nothing of it was taken."""

    def __init__(self, offset: int) -> None:
        """Keep where it stands, in bytes."""
        super().__init__("The upload stands elsewhere.")
        self.offset = offset


class TooMuch(Exception):
    """More was sent than the file was to have; nothing of it was taken."""


class OtherFile(Exception):
    """All has arrived, and isn't the file whose SHA-256 was announced. It is gone again."""


class Spoiled(Exception):
    """The store didn't keep what was written. The upload is gone, and has to be begun again."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an upload is. `size` and `offset` in bytes; `item_id` once it is finished, `expires` until then."""

    id: UUID
    size: int
    offset: int
    metadata: str = ""
    expires: datetime | None = None
    item_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a request brings: `pieces` of together `length` bytes, for the place `offset`.

    `sha256`, where given, is what all of it must hash to, or nothing of it counts.
    """

    offset: int
    length: int
    pieces: Iterable[bytes]
    sha256: bytes | None = None


class Uploads:
    """The uploads to one account of whoever holds the token, a browser's or a program's (`acting_for`).

    Each method is several transactions, none of them around a stream. Each raises NotSignedIn, and MayOnlyRead where a
    program's token can't write.
    """

    def __init__(self, account_id: UUID, *, token: str | None = None, bearer: str | None = None) -> None:
        """Whose, and to which account."""
        self._account_id, self._token, self._bearer = account_id, token, bearer

    def begin(self, wanted: Wanted, part: Part | None = None) -> Progress:
        """Begin an upload, perhaps with its first bytes.

        Raises as `services.begin` and `receive` do, and leaves nothing then.
        """
        with self._acting():
            upload_id, expires = services.begin(account_id=self._account_id, wanted=wanted)
        if part is None and wanted.size:
            return Progress(id=upload_id, size=wanted.size, offset=0, metadata=wanted.metadata, expires=expires)
        try:
            return self.receive(upload_id, part)
        except BaseException:
            with suppress(Exception):
                self.end(upload_id)
            raise

    def receive(self, upload_id: UUID, part: Part | None = None) -> Progress:
        """Take more of a file, or nothing, and tell how far it is; finish it where all of it is there.

        Raises NoSuchUpload, Expired, InUse, TakenOver, WrongOffset, TooMuch, WrongChecksum, OtherFile, Spoiled,
        QuotaFull, NoRoom, and what reading `part.pieces` raises; what of those had arrived before is kept.
        """
        found = self._found(upload_id)
        if isinstance(found, Begun):
            with stores.partials().open(str(upload_id)) as partial:
                # Once more, because the writer before this one may have gone on meanwhile.
                found = self._found(upload_id)
                if isinstance(found, Begun):
                    return self._received(found, partial, part)
                partial.discard()
        if part and part.offset != found.size:
            raise WrongOffset(found.size)
        if part and part.length:
            raise TooMuch
        return Progress(id=upload_id, size=found.size, offset=found.size, item_id=found.item_id)

    def end(self, upload_id: UUID) -> None:
        """Give an upload up, with all that has arrived of it. Raises NoSuchUpload, Expired, InUse, TakenOver."""
        if isinstance(self._found(upload_id), Done):
            raise NoSuchUpload
        with stores.partials().open(str(upload_id)) as partial:
            self._drop(upload_id, partial)

    def _received(self, upload: Begun, partial: Partial, part: Part | None) -> Progress:
        try:
            arrival = Arrival(partial, upload.key, upload.context, size=upload.size, rest=upload.rest)
        except Altered as error:
            raise self._spoiled(upload, partial) from error
        stood = arrival.offset
        if part and part.length and part.offset == stood and upload.is_untouched:
            upload = replace(upload, expires=self._note(upload, upload.rest))
        try:
            if part and part.offset == stood:
                _pour(part, arrival, partial, room=upload.size - stood)
        finally:
            expires = self._noted(upload, arrival)
        progress = _progress(upload, arrival.offset, expires)
        if arrival.offset == upload.size:
            progress = self._finished(upload, arrival, partial)
        if part and part.offset != stood:
            raise WrongOffset(stood)
        return progress

    def _noted(self, upload: Begun, arrival: Arrival) -> datetime:
        """Make durable what has arrived, and write it down."""
        rest = arrival.keep()
        return upload.expires if rest == upload.rest else self._note(upload, rest)

    def _note(self, upload: Begun, rest: Rest) -> datetime:
        with self._acting(), suppress(Vanished):
            return services.note_rest(upload=upload, rest=rest)
        self._found(upload.id)
        raise TakenOver

    def _finished(self, upload: Begun, arrival: Arrival, partial: Partial) -> Progress:
        try:
            stored = arrival.check(upload.id, upload.name)
        except Altered as error:
            raise self._spoiled(upload, partial) from error
        if upload.sha256 not in {None, stored.sha256}:
            self._drop(upload.id, partial)
            raise OtherFile
        # Whatever happens to the transaction, the blob stays visible: a row without its blob would be a loss, a blob
        # without a row is unreadable, and swept.
        partial.commit()
        try:
            self._make_item(upload, stored)
        except NoSuchItem:
            self._drop(upload.id, partial)
            raise Expired from None
        except Vanished:
            self._found(upload.id)
        partial.discard()
        # It was just read back, and lies as it will from now on.
        with suppress(Missing), stores.blobs().open(str(upload.id)) as file:
            SOUND.note(file, upload.size)
        return Progress(id=upload.id, size=upload.size, offset=upload.size, item_id=upload.item_id)

    def _make_item(self, upload: Begun, stored: Stored) -> None:
        try:
            with self._acting():
                services.finish(upload=upload, stored=stored)
        except NoSuchFolder:
            # Thrown away at this very moment; the next look sees that, and does without.
            with self._acting():
                services.finish(upload=upload, stored=stored)
        except NotAllowed:
            raise NoSuchUpload from None

    def _spoiled(self, upload: Begun, partial: Partial) -> Spoiled:
        logger.error("upload %s was damaged in the store", upload.id)
        self._drop(upload.id, partial)
        return Spoiled()

    def _drop(self, upload_id: UUID, partial: Partial) -> None:
        with self._acting():
            try:
                services.forget(account_id=self._account_id, upload_id=upload_id)
                is_ours = True
            except Vanished:
                is_ours = False
        if is_ours:
            partial.withdraw()
        partial.discard()

    def _found(self, upload_id: UUID) -> Begun | Done:
        with self._acting():
            found = selectors.begun(self._account_id, upload_id) or selectors.done(self._account_id, upload_id)
        if found is None:
            raise NoSuchUpload
        return found

    @contextmanager
    def _acting(self) -> Iterator[None]:
        """One transaction of the person's; afterwards the connection is free for others."""
        try:
            with acting_for("teamwork", token=self._token, bearer=self._bearer):
                yield
        finally:
            release_connection()


def _progress(upload: Begun, offset: int, expires: datetime) -> Progress:
    return Progress(id=upload.id, size=upload.size, offset=offset, metadata=upload.metadata, expires=expires)


def _pour(part: Part, arrival: Arrival, partial: Partial, *, room: int) -> None:
    if part.length > room:
        raise TooMuch
    if part.sha256 is None:
        _take(part.pieces, arrival, partial)
        return
    with held_back(stores.partials(), part.pieces, sha256_is=part.sha256) as pieces:
        _take(pieces, arrival, partial)


def _take(pieces: Iterable[bytes], arrival: Arrival, partial: Partial) -> None:
    for piece in pieces:
        arrival.take(piece)
        partial.beat()
