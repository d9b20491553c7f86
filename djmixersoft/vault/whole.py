"""Storing bytes that are held in memory anyway, such as a document: encrypted whole, durable, then visible."""

from hashlib import sha256
from uuid import UUID, uuid4

from djmixersoft.vault.blobs import BlobStore
from djmixersoft.vault.cobblestone import Encryptor
from djmixersoft.vault.keys import Key, context
from djmixersoft.vault.media import HEAD_SIZE, media_type
from djmixersoft.vault.upload import Stored


def store_whole(store: BlobStore, data: bytes, *, name: str, key: Key, account_id: UUID, item_id: UUID) -> Stored:
    """Write a blob of an item and return what its rows need. Raises NoRoom.

    The caller deletes it again if its rows are not committed; what a crash leaves, a sweep finds.
    """
    blob_id = uuid4()
    encryptor = Encryptor(key, context(account_id, item_id, blob_id))
    sealed = encryptor.update(data) + encryptor.finish()
    with store.incoming(str(blob_id)) as incoming:
        incoming.write(sealed)
        incoming.commit()
    return Stored(
        blob_id=blob_id,
        size=len(data),
        sha256=sha256(data).digest(),
        media_type=media_type(name, data[:HEAD_SIZE]),
        sealed_size=len(sealed),
        sealed_sha256=sha256(sealed).digest(),
    )
