"""`ledger` on the command line. Exit status 0 = fine, 1 = found something, 2 = could not run."""

import argparse


def run(args: argparse.Namespace) -> int:
    """Do what is asked, and return the exit status."""
    match args.action:
        case "witness":
            from djmixersoft.ledger.witness_commands import run as run_witness

            return run_witness(args)
    raise AssertionError
