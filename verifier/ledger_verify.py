# SPDX-License-Identifier: Apache-2.0
"""Checks what a DJMixerSoft ledger gave you, offline, and says in plain words what it proves and what it doesn't.

`python ledger_verify.py --help` says how. Needs Python 3.11 and the package `cryptography`. Exit status: 0 fine,
1 something is wrong, 2 could not run. The forms: RFC 6962 (tree), c2sp.org (signed-note, tlog-*).
"""

import argparse
import json
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import reduce
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, NoReturn

LOG, HEADS, RECEIPT, EXPORT = (f"djmixersoft-{one}" for one in ("log", "heads", "receipt/v1", "export/v1"))
PROVEN, OPEN, WRONG, UNABLE, FITS = "Proven", "Not proven", "Wrong", "Could not be checked", "Fits together"
SIGNATURE, COSIGNATURE, LONGEST_LINE, LONGEST_FIRST = 1, 4, 1 << 20, 1 << 24  # kinds of Ed25519 key; bytes
NUMBER, HASH, BASE64, NAME = "(0|[1-9][0-9]{0,18})", "[A-Za-z0-9+/]{43}=", "[A-Za-z0-9+/]+={0,2}", r"[^\s+\0-\x20\x7f]+"
NOTE: Final = re.compile(rf"(([a-z-]+/[0-9a-f]{{32}})\n{NUMBER}\n({HASH})\n)\n((?:— {NAME} {BASE64}\n){{1,64}})")
PROOF: Final = re.compile(rf"c2sp\.org/tlog-proof@v1\n(?:extra {BASE64}\n)?index {NUMBER}\n((?:{HASH}\n){{0,63}})\n")
MALFORMED: Final = (ValueError, TypeError, AttributeError, LookupError, RecursionError)  # raised here, besides Stop
Lines = Generator[tuple[str, str], None, Any]  # sentences, each with whether it is PROVEN, OPEN or WRONG


class Stop(Exception):
    """What is found makes all else worthless: (WRONG or UNABLE, a sentence)."""


class Head(NamedTuple):  # what a log's checkpoint says
    origin: str
    size: int
    root: bytes
    text: str  # what is signed
    lines: str  # the signatures under it


def refuse(*_what: object) -> NoReturn:
    raise ValueError


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # no name stands twice in an object
    return found if len(found := dict(pairs)) == len(pairs) else refuse()


parse: Final = json.JSONDecoder(object_pairs_hook=once, parse_float=refuse, parse_constant=refuse).decode


def unbase64(text: str, size: int | None = None) -> bytes:
    data = b64decode(text, validate=True)
    return data if size in {None, len(data)} and b64encode(data).decode() == text else refuse()


def leaf_of(row: dict[str, Any]) -> bytes:  # of an entry's words and salt, or as it stands where these are erased
    if row.get("entry") is None:
        return leaf if (leaf := unbase64(row["leaf"], 33))[0] == 1 else refuse()
    return b"\x01" + sha256(b"djmixersoft/leaf/v1\0" + unbase64(row["salt"], 32) + row["entry"].encode()).digest()


def node(left: bytes, right: bytes) -> bytes:  # RFC 6962 §2.1
    return sha256(b"\x01" + left + right).digest()


def root_of(subtrees: Sequence[bytes]) -> bytes:  # of complete subtrees, from left to right
    return reduce(lambda right, left: node(left, right), subtrees[::-1]) if subtrees else sha256().digest()


def root_by(proof: Sequence[bytes], leaf: bytes, index: int, size: int) -> bytes:  # RFC 6962 §2.1.1
    if size <= 1 or not proof:
        return sha256(b"\0" + leaf).digest() if (size, index, len(proof)) == (1, 0, 0) else refuse()
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return node(root_by(proof[:-1], leaf, index, half), proof[-1])
    return node(proof[-1], root_by(proof[:-1], leaf, index - half, size - half))


def head_of(note: str, kind: str) -> Head:  # kind: what the name of its log begins with
    found = NOTE.fullmatch(note if note.startswith(f"{kind}/") else "") or refuse()
    return Head(found[2], int(found[3]), unbase64(found[4], 32), found[1], found[5])


def place_of(leaf: bytes, proof: str, kind: str) -> tuple[int, Head]:  # where a leaf is, and in the log of which head
    found = PROOF.match(proof) or refuse()
    index, head = int(found[1]), head_of(proof[found.end() :], kind)
    if root_by([unbase64(one, 32) for one in found[2].split()], leaf, index, head.size) != head.root:
        raise Stop(WRONG, f"The proof leads to another head of {head.origin}: something was changed or exchanged.")
    return index, head


def key_id(name: str, kind: int, key: bytes) -> bytes:
    return sha256(f"{name}\n".encode() + bytes([kind]) + key).digest()[:4]


def key_of(text: str, kind: int) -> tuple[str, int, bytes]:
    found = re.fullmatch(rf"({NAME})\+([0-9a-f]{{8}})\+({BASE64})", text) or refuse()
    key = (found[1], kind, unbase64(found[3], 33)[1:])
    return key if unbase64(found[3])[0] == kind and key_id(*key).hex() == found[2] else refuse()


def times_of(head: Head, key: tuple[str, int, bytes]) -> list[datetime]:  # when it says it signed; a log: 1970
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - only once it is needed, for it is large
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as above

    times, lines = list[datetime](), [line.split(" ") for line in head.lines.split("\n")[:-1]]
    for line in (made for _, name, made in lines if name == key[0]):
        try:
            if (made := unbase64(line))[:4] == key_id(*key):
                time, signature = (0, made[4:]) if key[1] == SIGNATURE else (int.from_bytes(made[4:12]), made[12:])
                text = head.text if key[1] == SIGNATURE else f"cosignature/v1\ntime {time}\n{head.text}"
                Ed25519PublicKey.from_public_bytes(key[2]).verify(signature, text.encode())
                times.append(datetime.fromtimestamp(time, UTC))
        except (InvalidSignature, ValueError, OverflowError, OSError):
            raise Stop(WRONG, f"The signature of {key[0]} under the head of {head.origin} is wrong.") from None
    return times


def check_policy(policy: str, head: Head, heads: Head) -> Lines:  # that both are signed, and the second cosigned
    keys, known, members, seen, quorum, is_signed = [], {"none"}, ["none"], {"none"}, "", False
    for words in filter(None, map(re.compile(r"[^ \t]+").findall, re.sub(r"(?m)^[ \t]*#.*", "", policy).split("\n"))):
        match words:
            case ["log", text] | ["log", text, _]:
                keys.append(key_of(text, SIGNATURE))
                ours = (heads, head) if keys[-1][0] == heads.origin else ()
                if ours and all(times_of(one, (one.origin, *keys[-1][1:])) for one in ours):
                    is_signed = True
                    yield PROVEN, f"Both heads are signed by the key {text}."
            case ["witness", name, text] | ["witness", name, text, _] if name not in known:
                keys.append(key_of(text, COSIGNATURE))
                known.add(name)
                if times := times_of(heads, keys[-1]):
                    seen.add(name)
                    yield PROVEN, f"The witness {name} cosigned that heads log ({max(times):%Y-%m-%d %H:%M:%S} UTC)."
            case ["group", name, how, *of] if name not in known and {*of} <= known:
                count = 1 if how == "any" else len(of) if how == "all" else int(how)
                members += of if 0 < count <= len(of) else refuse()
                known, seen = known | {name}, seen | ({name} if len(seen & {*of}) >= count else set())
            case ["quorum", name] if not quorum and name in known:
                quorum = name
            case _:
                refuse()
    is_unique = len(keys) == len({key for _, _, key in keys}) and len(members) == len({*members})
    if not quorum or not is_unique or re.search(r"[\0-\x08\x0b-\x1f\x7f]", policy):
        refuse()
    if not is_signed:
        raise Stop(WRONG, f"The heads of {head.origin} and {heads.origin} aren’t both signed by the key that you gave.")
    if quorum == "none":
        yield OPEN, "That nobody else was shown another log: no quorum of witnesses was asked for."
    elif quorum in seen:
        yield PROVEN, "The policy’s quorum is reached: nobody was shown another log, unless its witnesses lie."
    else:
        yield WRONG, "The policy’s quorum isn’t reached: too few of its witnesses cosigned."


def check_seal(head: Head, proof: str, policy: str) -> Lines:  # that it is in the heads log; returns the head of that
    index, heads = place_of(head.text.encode(), proof, HEADS)
    yield PROVEN, f"Its head (size {head.size}) is sealed: entry {index + 1} of {heads.size} in the log {heads.origin}."
    if policy:
        try:
            yield from check_policy(policy, head, heads)
        except MALFORMED:
            raise Stop(UNABLE, "The policy or key that you gave can’t be understood.") from None
    else:
        _, name, made = heads.lines.partition("\n")[0].split(" ")
        named = f"{name}+{b64decode(made[:8])[:4].hex()}"
        yield OPEN, f"Any of this, for you gave no key: anybody can make such a file. It names the key {named}."
    return heads


def check_receipt(data: dict[str, Any]) -> Lines:  # returns the log's root by its size
    leaf, entry = leaf_of(data), data["entry"]
    if data.keys() - {"leaf"} != {"format", "entry", "salt", "proof", "head"} or type(entry) is not type(data["salt"]):
        refuse()
    if leaf != unbase64(data.get("leaf", b64encode(leaf).decode())):
        raise Stop(WRONG, "The entry and its salt don’t give the leaf that stands beside them.")
    index, head = place_of(leaf, data["proof"], LOG)
    place = f"is entry {index + 1} of the first {head.size} in the log {head.origin} (index {index})"
    if entry is None:
        yield OPEN, "What the entry said: this file says that it was erased. Its place is proven, its words are gone."
    told = parse("{}" if entry is None else entry)
    words = ", ".join(f"{name}: {value}" if type(value) in {str, int} else refuse() for name, value in told.items())
    yield PROVEN, f"This entry {place}" + (f", word for word: {words}." if words else ".")
    return {head.size: head.root}


def check_export(file: BinaryIO, head: Head, mark: int) -> Lines:  # returns the log's roots at its size and the mark
    edge, roots, erased, unnamed = list[bytes](), {head.size: head.root}, 0, set[int]()
    for index in range(head.size):
        if index == mark:
            roots[index] = root_of(edge)
        if not (line := file.readline(LONGEST_LINE)):
            raise Stop(WRONG, f"The end is missing: {index} entries are here, and the log’s head says {head.size}.")
        try:
            row = parse(line.decode())
            if row.keys() == {"erased", "leaf"} and row["erased"] is True:
                erased += 1
                unnamed.add(index)
            elif row.keys() != {"entry", "salt"} or row["entry"] is None:
                refuse()
            elif "ledger:entry:erased" in row["entry"]:
                said = parse(row["entry"])
                unnamed.discard(said["index"] if said["action"] == "ledger:entry:erased" else -1)
            leaf, at = sha256(b"\0" + leaf_of(row)).digest(), index
        except MALFORMED:
            raise Stop(WRONG, f"Line {index + 2} isn’t an entry as exports have them.") from None
        while at & 1:
            leaf, at = node(edge.pop(), leaf), at >> 1
        edge.append(leaf)
    if root_of(edge) != head.root or file.read(1):
        raise Stop(WRONG, "These aren’t the entries of the log’s head: some were changed, moved, left out or added.")
    yield PROVEN, f"All {head.size} entries of {head.origin} up to that size are here, each unchanged and in its place."
    if erased:
        yield PROVEN, f"{erased} of them are erased: their places are here, their words are gone."
    if unnamed:
        yield WRONG, f"{len(unnamed)} are erased, and no entry says by whom; the first has index {min(unnamed)}."
    return roots


def compare(head: Head, kept: dict[str, Head], roots: dict[int, bytes]) -> Lines:  # with what was before, and keep it
    old = kept.setdefault(head.origin, head)
    if head.size < old.size and not head.origin.startswith(HEADS):
        rolled = "Taken today, that is a log rolled back; a file from before is to be checked without --kept."
        raise Stop(WRONG, f"{head.origin} has {head.size} entries here, and had {old.size} already. {rolled}")
    if roots.get(old.size, old.root) != old.root:
        raise Stop(WRONG, f"{head.origin} isn’t what it was: its first {old.size} entries are others than before.")
    if old.size not in roots:
        yield OPEN, f"That {head.origin} still begins with the {old.size} entries it had: such a file can’t show it."
    elif old is not head:
        yield PROVEN, f"{head.origin} still begins with all {old.size} entries that it had before, unchanged."
    kept[head.origin] = head if old.size in roots else old


def opened(file: BinaryIO) -> tuple[Head, dict[str, Any], BinaryIO]:  # a receipt, or the first line of an export
    try:
        first = file.readline(LONGEST_FIRST)
        data = parse((first if EXPORT.encode() in first else first + file.read(LONGEST_LINE)).decode())
        is_export = (RECEIPT, EXPORT).index(data["format"]) or (file.read(1) and refuse())
        return head_of(data["checkpoint"] if is_export else data["proof"].partition("\n\n")[2], LOG), data, file
    except MALFORMED:
        raise Stop(UNABLE, f"{file.name} is no receipt and no export of this ledger, or a damaged one.") from None


def check(names: list[str], policy: str, kept: dict[str, Head]) -> Lines:  # also with what was kept, which it renews
    seals = list[Head]()
    with ExitStack() as stack:
        files = [opened(stack.enter_context(Path(name).open("rb"))) for name in names]
        if len({head.origin for head, _, _ in files}) > 1:
            raise Stop(WRONG, "These files are of different logs, so none can be said to extend another.")
        for head, data, file in sorted(files, key=lambda one: one[0].size):
            mark = kept.get(head.origin, head).size
            roots = yield from check_receipt(data) if data["format"] == RECEIPT else check_export(file, head, mark)
            seals.append((yield from check_seal(head, data["head"], policy)))
            yield from compare(head, kept, roots)
    for heads in sorted(seals, key=lambda one: one.size):
        yield from compare(heads, kept, {heads.size: heads.root})
    yield OPEN, "That everything was logged, or is true: a log proves what was put into it, not what was left out."
    yield OPEN, "That it is your account’s log: compare its name with that on your page. Nothing vouches for “people”."


def main(arguments: list[str]) -> int:  # returns the exit status
    parser = argparse.ArgumentParser(prog="ledger_verify.py", description="Check receipts and exports, offline.")
    parser.add_argument("--policy", metavar="FILE", help="whom to believe: the file that our page /ledger names")
    parser.add_argument("--key", metavar="VKEY", help="or the heads log’s key alone (name+id+Base64)")
    parser.add_argument("--kept", metavar="FILE", help="compare with the heads kept there, and keep these")
    parser.add_argument("file", metavar="FILE", nargs="+", help="a receipt or an export; several of one log")
    args, kept, otherwise = parser.parse_args(arguments), dict[str, Head](), (UNABLE, "A file you gave is damaged.")
    if (args.policy and args.key) or (args.kept and not (args.policy or args.key)):
        parser.error("give --policy or --key, not both; --kept needs one: what nobody signed isn’t worth keeping")
    try:
        policy = Path(args.policy).read_text("utf-8") if args.policy else ""
        policy = f"log {args.key}\nquorum none" if args.key else policy
        if args.kept and Path(args.kept).exists():
            notes = parse(Path(args.kept).read_text("utf-8"))
            kept |= {name: head_of(note, name.partition("/")[0]) for name, note in notes.items()}
        otherwise = (WRONG, "Something in the file isn’t formed as it must be.")
        lines = [(FITS if of == PROVEN and not policy else of, text) for of, text in check(args.file, policy, kept)]
        if args.kept and WRONG not in dict(lines):
            text = json.dumps({one.origin: f"{one.text}\n{one.lines}" for one in kept.values()})
            Path(f"{args.kept}.new").write_text(text, "utf-8")
            Path(f"{args.kept}.new").replace(args.kept)
    except Stop as stop:
        lines = [stop.args]
    except (OSError, ImportError) as error:
        lines = [(UNABLE, f"{str(error).partition('] ')[2] or error}.")]
    except MALFORMED:
        lines = [otherwise]
    for kind in (PROVEN, FITS, OPEN, WRONG, UNABLE):
        for text in [f"{kind}:", *(f"  - {sentence}" for of, sentence in lines if of == kind)] * (kind in dict(lines)):
            shown = "".join(one if one.isprintable() else f"\\u{{{ord(one):x}}}" for one in text)
            print(shown.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding or "utf-8"))
    return 2 if UNABLE in dict(lines) else int(WRONG in dict(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
