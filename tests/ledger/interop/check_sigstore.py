"""What sigstore-python's Merkle code says of our receipts: a JSON object per line in, true or false per line out.

Its first argument is the folder where the package lies, without what the rest of it would need.
"""

import importlib.util
import json
import sys
from base64 import b64decode
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any


class VerificationError(Exception):
    """Stands for the package's own, whose module needs more than is there."""


def merkle(folder: Path) -> ModuleType:
    errors: Any = ModuleType("sigstore.errors")
    errors.VerificationError = VerificationError
    sys.modules |= {"sigstore": ModuleType("sigstore"), "sigstore.errors": errors}
    spec = importlib.util.spec_from_file_location("merkle", folder / "sigstore" / "_internal" / "merkle.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def holds(module: ModuleType, asked: dict[str, Any]) -> bool:
    _, size, root, *_ = asked["checkpoint"].split("\n")
    proof = SimpleNamespace(
        log_index=asked["index"],
        tree_size=int(size),
        root_hash=b64decode(root),
        hashes=[*map(b64decode, asked["proof"])],
    )
    entry = SimpleNamespace(_inner=SimpleNamespace(inclusion_proof=proof, canonicalized_body=b64decode(asked["leaf"])))
    try:
        module.verify_merkle_inclusion(entry)
    except VerificationError:
        return False
    return True


if __name__ == "__main__":
    loaded = merkle(Path(sys.argv[1]))
    for line in sys.stdin:
        print("true" if holds(loaded, json.loads(line)) else "false")  # noqa: T201 - that is how it answers
