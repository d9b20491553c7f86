"""Storing bytes that come from the program itself, such as a document's: encrypted, durable, then visible."""

from collections.abc import Iterable
from hashlib import sha256
from uuid import UUID

from djmixersoft.vault.blobs import BlobStore
from djmixersoft.vault.cobblestone import Encryptor
from djmixersoft.vault.keys import Key, context, new_blob_id
from djmixersoft.vault.media import HEAD_SIZE, media_type
from djmixersoft.vault.upload import Stored


def store_pieces(
    store: BlobStore, pieces: Iterable[bytes], *, name: str, key: Key, account_id: UUID, item_id: UUID
) -> Stored:
    """Write a blob of an item from pieces, of which none is kept in memory, and return what its rows need.

    `name`: by which, with the first bytes, the type is decided. Raises NoRoom, and whatever the pieces raise: then
    nothing is left. The caller deletes the blob if its rows are not committed; what a crash leaves, a sweep finds.
    """
    blob_id = new_blob_id(account_id)
    encryptor = Encryptor(key, context(account_id, item_id, blob_id))
    plain, sealed, size, sealed_size, head = sha256(), sha256(), 0, 0, b""
    with store.incoming(str(blob_id)) as incoming:
        for piece in pieces:
            plain.update(piece)
            size += len(piece)
            head += piece[: HEAD_SIZE - len(head)]
            ready = encryptor.update(piece)
            sealed.update(ready)
            sealed_size += len(ready)
            incoming.write(ready)
        rest = encryptor.finish()
        sealed.update(rest)
        incoming.write(rest)
        incoming.commit()
    return Stored(
        blob_id=blob_id,
        size=size,
        sha256=plain.digest(),
        media_type=media_type(name, head),
        sealed_size=sealed_size + len(rest),
        sealed_sha256=sealed.digest(),
    )
