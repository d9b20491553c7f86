"""What an account of the small world holds: something in every table of Content, made as its members make it.

Everything that is named carries the account's word; what only ids tell is in the Crew's fields.
"""

import hashlib
import random
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from djmixersoft.content.models import UsedFor
from djmixersoft.content.selectors.shared import holding
from djmixersoft.content.services import data, documents, items, labels, shares, tree, uploads
from djmixersoft.policy.purposes import acting_for
from djmixersoft.vault.keys import Key, new_blob_id
from djmixersoft.vault.media import MediaType
from djmixersoft.vault.upload import Stored, StoredFile


@dataclass(frozen=True)
class Link:
    """A link for people outside. `opening`: what its password, where it has one, opened it with."""

    id: UUID
    secret: str = field(repr=False)
    password: str = field(default="", repr=False)
    opening: str = field(default="", repr=False)


@dataclass(frozen=True)
class Crate:
    """The ids of all items of an account, and its links.

    `items`: five tracks at the top, a folder, a track `inside` and one `thrown` away out of it, and a document. The
    folder is shared by the link `shared`, the first track by `locked`, which has a password, and by `revoked`.
    """

    items: tuple[UUID, ...]
    folder: UUID
    inside: UUID
    thrown: UUID
    document: UUID
    upload: UUID
    shared: Link
    locked: Link
    revoked: Link

    @property
    def files(self) -> tuple[UUID, ...]:
        """The items that have bytes, hence keys."""
        return tuple(item for item in self.items if item != self.folder)


def filled(account_id: UUID, token: str, word: str, chance: random.Random) -> Crate:
    """Fill an account in somebody's name; `token`: what their browser holds."""
    at_top = tuple(uuid4() for _ in range(5))
    inside, thrown = uuid4(), uuid4()
    with acting_for("teamwork", token=token):
        items.add_items(account_id=account_id, files=[_track(account_id, one, word, chance) for one in at_top])
        folder = tree.make_folder(account_id=account_id, parent_id=None, name=f"{word} folder")
        files = [_track(account_id, one, f"{word} inner", chance) for one in (inside, thrown)]
        items.add_items(account_id=account_id, files=files, parent_id=folder)
        tree.trash(account_id=account_id, ids=[thrown])
        document = documents.create_document(
            account_id=account_id, parent_id=None, name=f"{word} set list", text=f"{word} opens"
        )
        documents.save_document(account_id=account_id, item_id=document, base=1, text=f"{word} closes")
        labels.add_tags(account_id=account_id, ids=[at_top[0], inside], tags=[f"{word} tag"])
        labels.comment(account_id=account_id, item_id=inside, text=f"{word} remark")
        data.put(account_id=account_id, item_id=inside, name=f"{word} cues", value=[word])
        wanted = uploads.Wanted(name=f"{word} coming.ogg", size=10**6)
        upload, _until = uploads.begin(account_id=account_id, wanted=wanted)
    return Crate(
        items=(*at_top, folder, inside, thrown, document),
        folder=folder,
        inside=inside,
        thrown=thrown,
        document=document,
        upload=upload,
        shared=_shared(account_id, token, folder, inside),
        locked=_locked(account_id, token, at_top[0], f"{word} {chance.getrandbits(64):016x}"),
        revoked=_revoked(account_id, token, at_top[0]),
    )


def _track(account_id: UUID, item_id: UUID, word: str, chance: random.Random) -> StoredFile:
    return StoredFile(
        name=f"{word} number {chance.getrandbits(32):08x}.ogg",
        item_id=item_id,
        key=Key.generate(),
        stored=Stored(
            blob_id=new_blob_id(account_id),
            size=chance.randrange(10**6, 10**7),
            sha256=chance.randbytes(32),
            media_type=MediaType.OGG,
            sealed_size=10**6,
            sealed_sha256=chance.randbytes(32),
        ),
    )


def _shared(account_id: UUID, token: str, folder: UUID, inside: UUID) -> Link:
    with acting_for("teamwork", token=token):
        link = shares.make_link(account_id=account_id, item_id=folder)
    with holding(link.secret):
        shares.note_use(item_id=inside, used_for=UsedFor.PLAYED)
    return Link(link.id, link.secret)


def _locked(account_id: UUID, token: str, item: UUID, password: str) -> Link:
    sealed = shares.seal(password)
    with acting_for("teamwork", token=token):
        link = shares.make_link(account_id=account_id, item_id=item, sealed=sealed)
    return Link(link.id, link.secret, password, shares.open_link(secret=link.secret, password=password))


def _revoked(account_id: UUID, token: str, item: UUID) -> Link:
    with acting_for("teamwork", token=token):
        link = shares.make_link(account_id=account_id, item_id=item)
        assert shares.revoke_link(account_id=account_id, share_id=link.id)
    return Link(link.id, link.secret)


def hash_of(secret: str) -> bytes:
    """What the database keeps of a link's secret."""
    return hashlib.sha256(secret.encode()).digest()
