"""An authenticator of our own making: a key on somebody's ring, and what a browser says of it."""

import base64
import hashlib
import json
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

from djmixersoft.proving.passkeys import Party

PARTY = Party("desk.example", "https://desk.example:8444", "The desk")
CHALLENGE = bytes(range(32))
PRESENT, ATTESTED = 0x01, 0x40


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True)
class Key:
    """A key on somebody's ring, and how it answers."""

    credential_id: bytes = b"a key's own id"
    host: str = PARTY.host
    origin: str = PARTY.origin
    challenge: bytes = CHALLENGE
    count: int = 7
    flags: int = PRESENT
    framed: bool = False
    kind: str = ""
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self) -> str:
        """What the browser answers to `create`."""
        cose = ES256.from_cryptography_key(self.private.public_key())  # type: ignore[no-untyped-call]  # untyped there
        tail = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor.encode(dict(cose))
        data = self._data(self.flags | ATTESTED) + tail
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"attestationObject": b64(attestation)}, self.client(self.kind or "webauthn.create"))

    def answer(self) -> str:
        """What the browser answers to `get`."""
        client, data = self.client(self.kind or "webauthn.get"), self._data(self.flags)
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer({"authenticatorData": b64(data), "signature": b64(signature)}, client)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def client(self, kind: str) -> bytes:
        said = {"type": kind, "challenge": b64(self.challenge), "origin": self.origin, "crossOrigin": self.framed}
        return json.dumps(said).encode()

    def _answer(self, parts: dict[str, str], client: bytes) -> str:
        response = {"clientDataJSON": b64(client), **parts}
        identity = b64(self.credential_id)
        return json.dumps({"id": identity, "rawId": identity, "type": "public-key", "response": response})
