# SPDX-License-Identifier: Apache-2.0
"""Checks a signed approval of DJMixerSoft, offline, and says in plain words what it proves and what it doesn't.

`python approval_verify.py --help` says how. Needs Python 3.11 and the package `cryptography`. Exit status: 0 fine,
1 something is wrong, 2 could not run. The forms: Web Authentication Level 2 (signature), RFC 6962 (receipts).
"""

import argparse
import json
import sys
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Generator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NoReturn

FORMAT, STATEMENT, RECEIPT = "djmixersoft-approval-file/v1", "djmixersoft-approval/v1", "djmixersoft-receipt/v1"
PROVEN, FITS, OPEN, WRONG, UNABLE = "Proven", "Fits together", "Not proven", "Wrong", "Could not be checked"
MALFORMED: Final = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
PRESENT: Final = 0x01  # a person touched the key (§6.1, bit 0)
LARGEST: Final = 1 << 24  # bytes of a file
Lines = Generator[tuple[str, str], None, None]  # sentences, each with which of the five it is


class Stop(Exception):
    """What is found makes all else worthless: (WRONG or UNABLE, a sentence)."""


def refuse(*_what: object) -> NoReturn:
    raise ValueError


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # no name stands twice in an object
    return found if len(found := dict(pairs)) == len(pairs) else refuse()


parse: Final = json.JSONDecoder(object_pairs_hook=once, parse_float=refuse, parse_constant=refuse).decode


def unbase64(text: str) -> bytes:
    data = b64decode(text, validate=True)
    return data if b64encode(data).decode() == text else refuse()


def wrong(sentence: str) -> NoReturn:
    raise Stop(WRONG, sentence)


def verify(key: bytes, signature: bytes, data: bytes) -> bool:  # key: SubjectPublicKeyInfo
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - only once it is needed, for it is large
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415 - as above

    try:
        match load_der_public_key(key):
            case ec.EllipticCurvePublicKey() as curve:
                curve.verify(signature, data, ec.ECDSA(SHA256()))
            case ed25519.Ed25519PublicKey() as edwards:
                edwards.verify(signature, data)
            case rsa.RSAPublicKey() as primes:
                primes.verify(signature, data, padding.PKCS1v15(), SHA256())
            case _:
                refuse()
    except InvalidSignature:
        return False
    return True


def check_signature(file: dict[str, Any], said: dict[str, Any], digest: bytes) -> Lines:  # §7.2, steps 10 to 20
    client, data = unbase64(file["client_data"]), unbase64(file["authenticator_data"])
    told, key = parse(client.decode()), unbase64(file["key"])
    if told["type"] != "webauthn.get" or told["challenge"] != urlsafe_b64encode(digest).rstrip(b"=").decode():
        wrong("What the key signed is another text than the one in this file.")
    if told["origin"] != file["origin"] or told.get("crossOrigin"):
        wrong("The key signed for a page of another site.")
    if data[:32] != sha256(file["host"].encode()).digest() or not data[32] & PRESENT:
        wrong("The key signed for another site, or without anybody there.")
    if not verify(key, unbase64(file["signature"]), data + sha256(client).digest()):
        wrong("The signature isn’t by this key over this text.")
    yield PROVEN, f"The key {sha256(key).hexdigest()} signed, on a page of {file['origin']}, exactly this:"
    yield PROVEN, "  " + ", ".join(f"{name}: {value}" for name, value in said.items() if name != "items")
    yield PROVEN, f"  {len(said['items'])} items: " + ", ".join(said["items"])


def node(left: bytes, right: bytes) -> bytes:  # RFC 6962 §2.1
    return sha256(b"\x01" + left + right).digest()


def root_by(proof: list[bytes], leaf: bytes, index: int, size: int) -> bytes:  # RFC 6962 §2.1.1
    if size <= 1 or not proof:
        return sha256(b"\0" + leaf).digest() if (size, index, len(proof)) == (1, 0, 0) else refuse()
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return node(root_by(proof[:-1], leaf, index, half), proof[-1])
    return node(proof[-1], root_by(proof[:-1], leaf, index - half, size - half))


def entry_of(receipt: dict[str, Any]) -> tuple[dict[str, Any], str]:  # what it says, and in which log
    if receipt["format"] != RECEIPT or not isinstance(receipt["entry"], str):
        refuse()
    leaf = sha256(b"djmixersoft/leaf/v1\0" + unbase64(receipt["salt"]) + receipt["entry"].encode()).digest()
    head, _, checkpoint = receipt["proof"].partition("\n\n")
    origin, size, root = checkpoint.split("\n")[:3]
    index = next(int(line[6:]) for line in head.split("\n") if line.startswith("index "))
    hashes = [unbase64(line) for line in head.split("\n")[1:] if not line.startswith(("index ", "extra "))]
    if root_by(hashes, b"\x01" + leaf, index, int(size)) != unbase64(root):
        wrong(f"A receipt in this file doesn’t lead to the head of {origin}: something was changed or exchanged.")
    found: dict[str, Any] = parse(receipt["entry"])
    return found, origin


def check_record(file: dict[str, Any], said: dict[str, Any], digest: bytes) -> Lines:
    if file["receipt"] is None:
        yield OPEN, "That it is on record: the file was taken before its entry was sealed. Take it again."
        return
    entry, origin = entry_of(file["receipt"])
    same = {
        "of": "account",
        "person": "person",
        "request": "request",
        "staff": "staff",
        "from": "from",
        "until": "until",
    }
    fits = all(entry[one] == said[other] for one, other in same.items()) and entry["count"] == len(said["items"])
    if entry["action"] != "administrator:access:approved" or entry["terms"] != digest.hex() or not fits:
        wrong("The receipt in this file is of another entry than that of this approval.")
    yield FITS, f"The entry of this approval, with the SHA-256 of what was signed, is in the log {origin}."
    if file["key_receipt"] is None:
        yield OPEN, "That the key was the account’s: no receipt of its registration is in the file."
        return
    added, its_log = entry_of(file["key_receipt"])
    known = added["action"] == "administrator:approval-key:added" and added["public"] == unbase64(file["key"]).hex()
    if not known or (added["key"], added["of"], its_log) != (entry["key"], said["account"], origin):
        wrong("The key that signed isn’t the one whose registration is in this file.")
    if added["at"] > said["at"]:
        wrong("The key was registered after it signed this.")
    yield FITS, f"That key was registered for this account on {added['at']}, by the same log."


def check(file: dict[str, Any], print_: str, log: str) -> Lines:
    if file["format"] != FORMAT:
        raise Stop(UNABLE, "This is no signed approval, or of a form that this program doesn’t know.")
    said, digest = parse(file["statement"]), sha256(file["statement"].encode()).digest()
    if said["format"] != STATEMENT or said["about"] != "access":
        wrong("What was signed isn’t the approval of an access.")
    yield from check_signature(file, said, digest)
    yield from check_record(file, said, digest)
    if print_ and print_.replace(":", "").strip().lower() != sha256(unbase64(file["key"])).hexdigest():
        wrong("The key that signed isn’t the one whose fingerprint you gave.")
    if print_:
        yield PROVEN, "It is the key whose fingerprint you gave: nobody without that key can have made this."
    else:
        yield OPEN, "That the key is yours: anybody can make a key. Compare the fingerprint above with what you noted."
    if log and (file["receipt"] is None or entry_of(file["receipt"])[1] != log):
        wrong("The entry isn’t in the log whose name you gave.")
    yield OPEN, "That the entries are sealed: check the receipts with ledger_verify.py (--receipts writes them)."
    yield OPEN, "What the screen showed whoever signed: a key signs what a page of that site asked it to."


def main(arguments: list[str]) -> int:  # returns the exit status
    parser = argparse.ArgumentParser(prog="approval_verify.py", description="Check a signed approval, offline.")
    parser.add_argument("--key", metavar="FINGERPRINT", default="", help="of your key, noted when it was registered")
    parser.add_argument(
        "--log", metavar="NAME", default="", help="of your account’s log, as its page of records has it"
    )
    parser.add_argument("--receipts", metavar="FOLDER", help="write the receipts there, for ledger_verify.py")
    parser.add_argument("file", metavar="FILE", help="the approval")
    args = parser.parse_args(arguments)
    lines: list[tuple[str, str]] = []
    try:
        with Path(args.file).open("rb") as opened:
            data = opened.read(LARGEST)
        try:
            file = parse(data.decode())
            file["format"].encode()
        except MALFORMED:
            raise Stop(UNABLE, f"{args.file} is no signed approval, or a damaged one.") from None
        lines = list(check(file, args.key, args.log))
        for name in ("receipt", "key_receipt") if args.receipts else ():
            if file[name] is not None:
                text = json.dumps(file[name], ensure_ascii=False, indent=1) + "\n"
                (Path(args.receipts) / f"{name}.json").write_text(text, "utf-8")
    except Stop as stop:
        lines = [(stop.args[0], stop.args[1])]
    except (OSError, ImportError) as error:
        lines = [(UNABLE, f"{str(error).partition('] ')[2] or error}.")]
    except MALFORMED:
        lines = [(WRONG, "Something in the file isn’t formed as it must be.")]
    for kind in (PROVEN, FITS, OPEN, WRONG, UNABLE):
        for text in [f"{kind}:", *(f"  - {sentence}" for of, sentence in lines if of == kind)] * (kind in dict(lines)):
            shown = "".join(one if one.isprintable() else f"\\u{{{ord(one):x}}}" for one in text)
            print(shown.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding or "utf-8"))
    return 2 if UNABLE in dict(lines) else int(WRONG in dict(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
