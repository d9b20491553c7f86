"""What `ledger` is called with."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it to the command line."""
    ledger = commands.add_parser("ledger", help="check what the ledger gave out")
    actions = ledger.add_subparsers(dest="action", metavar="ACTION", required=True)
    # What looks like options is for the verifier, which is a program of its own with a parser of its own.
    verify = actions.add_parser(
        "verify", add_help=False, prefix_chars="\0", help="check receipts and exports, offline (verify --help)"
    )
    verify.add_argument("arguments", nargs="*", metavar="FILE")
