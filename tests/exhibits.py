"""Small files of the kinds that pages show, made here, so that every byte of them is known."""

import base64
import struct
import zlib

GIF = base64.b64decode("R0lGODlhAQABAIAAAP9rLAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")
WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////"
    "////////wAALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
PAGE = b"<!DOCTYPE html><title>Owned</title><script>document.title = 'run'; top.name = 'run'</script>"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="top.name = \'run\'">'
    b'<script>top.name = \'run\'</script><rect width="9" height="9"/></svg>'
)
POLYGLOT = b"GIF89a/*" + bytes(40) + b"*/=1;top.name='run';//\0;"
"""A GIF by its beginning, which is a script as well."""


def png(width: int = 48, height: int = 32, *, behind: bytes = b"") -> bytes:
    """A picture of stripes, one bit a pixel, with something else behind its end."""
    row = b"\0" + b"\xf0" * -(-width // 8)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height, 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, *zip(*chunks, strict=True))) + behind


def pdf(text: str = "Doors at 23:00", *, script: str = "") -> bytes:
    """One page with a line of text, and a script that a viewer might run when it opens it (ISO 32000-2)."""
    drawn = f"BT /F1 24 Tf 40 100 Td ({text}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R " + ("/OpenAction 6 0 R >>" if script else ">>"),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources 7 0 R >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    objects += [f"<< /S /JavaScript /JS ({script}) >>", "<< /Font << /F1 5 0 R >> >>"]
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        body
        + f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\n"
        f"startxref\n{len(body)}\n%%EOF\n".encode()
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
