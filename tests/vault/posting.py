"""Making requests that upload."""

import io

from django.core.handlers.wsgi import WSGIRequest

from djmixersoft.vault.blobs import FolderStore
from djmixersoft.vault.cobblestone import Reader
from djmixersoft.vault.keys import context
from djmixersoft.vault.upload import StoredFile
from tests.vault.sealing import ACCOUNT, noise

BOUNDARY = "----a-boundary"
MAXIMUM = 500_000


def form(*parts: tuple[str, bytes] | str, title: str = "Friday") -> bytes:
    """Return a form's body: a field before, the files, a field after."""
    lines = [b'Content-Disposition: form-data; name="title"\r\n\r\n' + title.encode()]
    for name, data in (part for part in parts if not isinstance(part, str)):
        lines.append(
            f'Content-Disposition: form-data; name="track"; filename="{name}"\r\n'.encode()
            + b"Content-Type: text/html\r\n\r\n"
            + data
        )
    lines.append(b'Content-Disposition: form-data; name="after"\r\n\r\nSaturday')
    opening = f"--{BOUNDARY}\r\n".encode()
    return b"".join(opening + line + b"\r\n" for line in lines) + f"--{BOUNDARY}--\r\n".encode()


def posted(body: bytes | io.RawIOBase, length: int | None = None) -> WSGIRequest:
    """Return a request with this body."""
    size = len(body) if isinstance(body, bytes) else 0
    return WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
            "CONTENT_LENGTH": str(size if length is None else length),
            "wsgi.input": io.BytesIO(body) if isinstance(body, bytes) else body,
        }
    )


def read(store: FolderStore, stored: StoredFile) -> bytes:
    """Decrypt what was stored."""
    with store.open(str(stored.stored.blob_id)) as file:
        reader = Reader(file, stored.key, context(ACCOUNT, stored.item_id, stored.stored.blob_id))
        return b"".join(reader.read_range(0, reader.size))


BODY = form(("a.ogg", noise(100_000)), ("b.ogg", noise(50_000)))
