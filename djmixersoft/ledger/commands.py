"""What anybody does with the ledger by command. Exit status 0 = fine, 1 = found something, 2 = could not run."""

import argparse
from typing import Final

OF_ANYBODY: Final = ("verify", "export", "witness")
"""The actions that need no installation."""


def run(args: argparse.Namespace) -> int:
    """Do one of `OF_ANYBODY`, and return the exit status."""
    if args.action == "verify":
        # The very file that customers have.
        from verifier.ledger_verify import main as verify

        return verify(args.arguments)
    if args.action == "export":
        from djmixersoft.client.commands import run as run_client

        return run_client(args)
    from djmixersoft.ledger.witness_commands import run as run_witness

    return run_witness(args)
