"""The ledger, for anybody and without a cookie: how it stands, and what verifiers and witnesses need of it.

The addresses below /ledger/ are those of C2SP tlog-tiles v0.1.0, of the heads log; what entries say is at none of them.
"""

import logging
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from djmixersoft.ledger import selectors
from djmixersoft.ledger.notes import BadNote
from djmixersoft.ledger.policies import NONE, BadPolicy, Policy
from djmixersoft.ledger.tiles import Tile
from djmixersoft.ledger.witnesses import policy_text
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.pages import SHOWN, Context, methods, page

logger = logging.getLogger(__name__)

_TEXT: Final = "text/plain; charset=utf-8"
# A tile never changes, but where a new ledger begins there are others at the same addresses.
_LONG: Final = "public, max-age=3600"


@purpose("visiting")
@methods(*SHOWN)
def ledger(request: HttpRequest) -> HttpResponseBase:
    """Anybody may see how the ledger stands, and read what it can prove and what it can't."""
    heads = selectors.heads()
    context: dict[str, Any] = {"heads": heads}
    if heads:
        text = selectors.cosigned(heads.checkpoint).decode()
        context |= {"checkpoint": text, **_witnesses(heads.key)}
    return page(request, "ledger", context, title=_("The ledger"))


@purpose("visiting")
@methods(*SHOWN)
def checkpoint(request: HttpRequest) -> HttpResponseBase:
    """Anybody may take the checkpoint of the heads log, with the cosignatures that fit it."""
    heads = selectors.heads()
    return _answer(request, selectors.cosigned(heads.checkpoint), _TEXT) if heads else _nothing_sealed()


@purpose("visiting")
@methods(*SHOWN)
def tile(request: HttpRequest, path: str) -> HttpResponseBase:
    """Anybody may take the hashes of the heads log's tree, tile by tile."""
    try:
        found = selectors.heads_tile(Tile.parse(path))
    except (BadNote, ValueError):
        # The latter is of numbers so long that Python refuses to read them.
        return _none(_("This is no address of a tile: C2SP tlog-tiles says how they are made, such as 0/x001/234."))
    if found is None:
        return _none(_("The heads log hasn’t grown this far."))
    response = _answer(request, found, "application/octet-stream")
    response["Cache-Control"] = _LONG
    return response


@purpose("visiting")
@methods(*SHOWN)
def policy(request: HttpRequest) -> HttpResponseBase:
    """Anybody may take what a verifier has to know: the ledger's key, and its witnesses' (C2SP tlog-policy)."""
    key = selectors.heads_key()
    if not key:
        return _nothing_sealed()
    try:
        text = policy_text(key, settings.WITNESSES)
    except BadPolicy as wrong:
        logger.error("there is no policy file for verifiers: %s", wrong)  # noqa: TRY400 - it says all
        return _none(_("The file that names our witnesses is broken; whoever runs this site must mend it."))
    return _answer(request, text.encode(), _TEXT)


def _witnesses(key: str) -> Context:
    """Those that the site asks, each with what it signed last, and others that signed once."""
    signed = {one.witness: one for one in selectors.witnessed()}
    try:
        asked = Policy.parse(policy_text(key, settings.WITNESSES).encode())
    except BadPolicy:
        return {"witnesses": [(one, signed[one]) for one in signed], "quorum": ""}
    keys = dict.fromkeys([*(one.key for one in asked.witnesses.values()), *signed])
    quorum = "" if asked.quorum == NONE else asked.quorum
    return {"witnesses": [(one, signed.get(one)) for one in keys], "quorum": quorum}


def _answer(request: HttpRequest, body: bytes, media_type: str) -> HttpResponseBase:
    """Answer with bytes, or that they are the ones that the asker has already."""
    response = HttpResponse(body, content_type=media_type)
    etag = f'"{sha256(body).hexdigest()}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _nothing_sealed() -> HttpResponse:
    return _none(_("Nothing was sealed yet. Please come back in a moment."))


def _none(sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", content_type=_TEXT, status=HTTPStatus.NOT_FOUND)
