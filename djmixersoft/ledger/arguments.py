"""What `ledger` is called with."""

import argparse
from pathlib import Path

from djmixersoft.client.arguments import add_site


def add_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add `ledger` and its actions to the command line; `common`: the options of what works on an installation."""
    ledger = commands.add_parser("ledger", help="export and verify a record, be a witness, check it, erase")
    actions = ledger.add_subparsers(dest="action", metavar="ACTION", required=True)
    # What looks like options is for the verifier, which is a program of its own with a parser of its own.
    verify = actions.add_parser(
        "verify", add_help=False, prefix_chars="\0", help="check receipts and exports, offline (verify --help)"
    )
    verify.add_argument("arguments", nargs="*", metavar="FILE")
    export = actions.add_parser("export", help="fetch an account's record as it is sealed (DJMS_TOKEN)")
    add_site(export)
    export.add_argument("account", metavar="ACCOUNT")
    export.add_argument("file", type=Path, metavar="FILE")
    _add_witness(actions)
    fsck = actions.add_parser("fsck", parents=[common], help="read everything on record again")
    fsck.add_argument("--log", action="store_true", help="write log lines to standard error instead, for timers")
    actions.add_parser("begin-anew", parents=[common], help="begin a new ledger where the old one can't go on")
    erase = actions.add_parser("erase", parents=[common], help="erase what one entry says; that it was stays on record")
    erase.add_argument("origin", metavar="LOG", help="the log's name, as in its checkpoint")
    erase.add_argument("index", type=int, metavar="INDEX", help="the entry's place in it, from 0")


def _add_witness(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    witness = actions.add_parser("witness", help="cosign a log's checkpoints while it only grows")
    witness.add_argument("--log", action="append", required=True, metavar="VKEY", help="a log's key, again for more")
    witness.add_argument("--state", type=Path, required=True, metavar="DIR", help="where key and cosignatures are kept")
    witness.add_argument("--name", default="", metavar="NAME", help="the key's name, when it is made (default: random)")
    listen = witness.add_argument_group("let logs come")
    listen.add_argument("--listen", default="127.0.0.1", metavar="ADDR", help="default: 127.0.0.1, behind your proxy")
    listen.add_argument("--port", type=_port, default=8460, metavar="N", help="default: 8460; 0 for any")
    follow = witness.add_argument_group("or look at a site")
    follow.add_argument("--follow", default="", metavar="URL", help="the site whose ledger to look at")
    follow.add_argument("--certificate", type=Path, metavar="FILE", help="the site's own certificate, if self-signed")
    follow.add_argument("--every", type=_seconds, default=60, metavar="SECONDS", help="how often (default: 60)")
    follow.add_argument("--hand-in", action="store_true", help="hand what was cosigned to the site, which shows it")
    follow.add_argument("--once", action="store_true", help="look once, and end")


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:  # noqa: PLR2004 - RFC 9293: 16 bits
        message = f"{text!r} is no port; ports go from 1 to 65535, and 0 is any"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _seconds(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= 86_400:  # noqa: PLR2004 - a day
        message = f"{text!r} isn't a number of seconds from 1 to 86400"
        raise argparse.ArgumentTypeError(message)
    return int(text)
