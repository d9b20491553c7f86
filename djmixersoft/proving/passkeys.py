"""Passkeys: what a browser is asked for, and whether what it answers is right (Web Authentication Level 2, §7).

What is signed is a challenge of the caller's: a random one to sign in, or a digest of what somebody approves. Whoever
asks keeps it, takes one answer to it, and refuses a count that didn't grow (§7.2, step 21): a sign of a copied key.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2 import cbor
from fido2.cose import ES256, RS256, CoseKey, EdDSA
from fido2.server import Fido2Server
from fido2.webauthn import (
    Aaguid,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

Found = TypeVar("Found")

LONGEST: Final = 16_384
"""Characters of an answer; real ones have less than 4,000."""


class PasskeyRefused(Exception):
    """The answer is none to this challenge, comes from another page, or isn't signed by the key."""


@dataclass(frozen=True)
class Party:
    """Who asks: the `host` that passkeys are made for, and the one `origin` whose pages may ask."""

    host: str
    origin: str
    name: str

    def server(self) -> Fido2Server:
        """The library's verifier for exactly this origin; which make of key it is, is nobody's business."""
        entity = PublicKeyCredentialRpEntity(name=self.name, id=self.host)
        return Fido2Server(entity, verify_origin=lambda origin: origin == self.origin)


@dataclass(frozen=True)
class Registered:
    """A new passkey: its id, its public key (COSE, RFC 9052 §7, in CBOR), and how often it signed."""

    credential_id: bytes
    public_key: bytes
    count: int


@dataclass(frozen=True)
class Answered:
    """Which passkey signed the challenge, and how often it has signed (0 where it doesn't count).

    `client_data`, `authenticator_data`, `signature`: what anybody needs to check that again (§7.2, steps 10 to 20).
    """

    credential_id: bytes
    count: int
    client_data: bytes = field(default=b"", repr=False, compare=False)
    authenticator_data: bytes = field(default=b"", repr=False, compare=False)
    signature: bytes = field(default=b"", repr=False, compare=False)


def creation_options(
    party: Party, *, challenge: bytes, user: tuple[bytes, str], known: Sequence[bytes], discoverable: bool = False
) -> str:
    """Return the options for `navigator.credentials.create`, as JSON.

    `user`: an id that says nothing, and the name that the browser shows. `known`: the ids of passkeys that are there.
    `discoverable`: whether the browser shall find it without being told an id.
    """
    name = user[1]
    options, _state = party.server().register_begin(
        PublicKeyCredentialUserEntity(name=name, id=user[0], display_name=name),
        _descriptors(known),
        resident_key_requirement=(
            ResidentKeyRequirement.REQUIRED if discoverable else ResidentKeyRequirement.DISCOURAGED
        ),
        user_verification=UserVerificationRequirement.PREFERRED,
        challenge=challenge,
    )
    return json.dumps(dict(options)["publicKey"])


def registered(party: Party, *, challenge: bytes, answer: str) -> Registered:
    """Return the passkey that the browser made. Raises PasskeyRefused."""

    def check(said: Mapping[str, Any]) -> Registered:
        _refuse_frames(RegistrationResponse.from_dict(said).response.client_data)
        made = party.server().register_complete(_state(party, challenge), said)
        credential = made.credential_data
        allowed = CoseKey.supported_algorithms()
        if credential is None or credential.public_key.ALGORITHM not in allowed or not _is_whole(credential.public_key):
            raise PasskeyRefused
        return Registered(credential.credential_id, cbor.encode(dict(credential.public_key)), made.counter)

    return _checked(answer, check)


def request_options(party: Party, *, challenge: bytes, known: Sequence[bytes]) -> str:
    """Return the options for `navigator.credentials.get`, as JSON; `known`: the ids of the passkeys that may sign."""
    options, _state = party.server().authenticate_begin(
        _descriptors(known), user_verification=UserVerificationRequirement.PREFERRED, challenge=challenge
    )
    return json.dumps(dict(options)["publicKey"])


def answered(party: Party, *, challenge: bytes, answer: str, keys: Mapping[bytes, bytes]) -> Answered:
    """Return which passkey answered; `keys`: public key by id of those that may. Raises PasskeyRefused."""
    credentials = [
        AttestedCredentialData.create(Aaguid.NONE, credential_id, CoseKey.parse(_decoded(public_key)))
        for credential_id, public_key in keys.items()
    ]

    def check(said: Mapping[str, Any]) -> Answered:
        response = AuthenticationResponse.from_dict(said).response
        _refuse_frames(response.client_data)
        credential = party.server().authenticate_complete(_state(party, challenge), credentials, said)
        data = response.authenticator_data
        parts = bytes(response.client_data), bytes(data), bytes(response.signature)
        return Answered(credential.credential_id, data.counter, *parts)

    return _checked(answer, check)


def spki(public_key: bytes) -> bytes:
    """Return a passkey's public key as every program reads it: SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7).

    Of the kinds that nearly all passkeys are: ES256, Ed25519, RS256. Raises PasskeyRefused for another.
    """
    key = CoseKey.parse(_decoded(public_key))
    parts = dict(key)
    found: PublicKeyTypes
    match key:
        case ES256():
            point = b"\x04" + parts[-2] + parts[-3]
            found = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
        case EdDSA():
            found = Ed25519PublicKey.from_public_bytes(parts[-2])
        case RS256():
            found = RSAPublicNumbers(int.from_bytes(parts[-2]), int.from_bytes(parts[-1])).public_key()
        case _:
            raise PasskeyRefused
    return found.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _checked(answer: str, check: Callable[[Mapping[str, Any]], Found]) -> Found:
    if len(answer) > LONGEST:
        raise PasskeyRefused
    try:
        return check(json.loads(answer))
    except PasskeyRefused:
        raise
    except Exception:  # noqa: BLE001 - it is a stranger's bytes that the library reads, and none of them is our fault
        raise PasskeyRefused from None


def _state(party: Party, challenge: bytes) -> dict[str, Any]:
    """The state that the library made for this challenge when it asked."""
    _options, state = party.server().authenticate_begin(challenge=challenge)
    found: dict[str, Any] = state
    return found


def _refuse_frames(client_data: Any) -> None:  # noqa: ANN401 - the library's, which parsed a stranger's bytes
    """Take no answer that was given in another site's frame (§7.1 step 10 of Level 3)."""
    if json.loads(bytes(client_data)).get("crossOrigin"):
        raise PasskeyRefused


def _is_whole(key: CoseKey) -> bool:
    """Whether a key is one that signatures can be checked with: the library reads over one that was cut off."""
    try:
        key.verify(b"", b"")
    except InvalidSignature:
        return True
    return False


def _descriptors(known: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=one) for one in known]


def _decoded(public_key: bytes) -> Mapping[int, Any]:
    return cast("Mapping[int, Any]", cbor.decode(public_key))
