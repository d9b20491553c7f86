"""Whether a request that changes something comes from a page of ours; so forms need no token, and no cookie for one."""

from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def is_cross_origin(request: HttpRequest) -> bool:
    """Tell whether a browser sent this from a page of another origin.

    The rules are those of Go's net/http `CrossOriginProtection`. Browsers say it in `Sec-Fetch-Site`, which no page
    can forge. Older ones at least send `Origin`, to be compared with `Host`; a request with neither header is no
    browser's, so nobody's cookie is abused by it.
    """
    if request.method in _SAFE:
        return False
    site = request.headers.get("Sec-Fetch-Site", "")
    if site:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin", "")
    if not origin:
        return False
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return True
    return not host or host != request.headers.get("Host", "")
