"""What `push`, `pull` and `ls` are called with."""

import argparse
import os
from pathlib import Path


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the three to the command line."""
    common = argparse.ArgumentParser(add_help=False)
    add_site(common)
    push = commands.add_parser("push", parents=[common], help="send files and folders to an account (DJMS_TOKEN)")
    push.add_argument("local", nargs="+", type=Path, metavar="LOCAL")
    push.add_argument("place", metavar="ACCOUNT[/FOLDER]")
    pull = commands.add_parser("pull", parents=[common], help="fetch an account or a folder of it (DJMS_TOKEN)")
    pull.add_argument("place", metavar="ACCOUNT[/FOLDER]")
    pull.add_argument("local", type=Path, metavar="LOCAL")
    ls = commands.add_parser("ls", parents=[common], help="list accounts, or what lies in one (DJMS_TOKEN)")
    ls.add_argument("place", nargs="?", default="", metavar="ACCOUNT[/FOLDER]")


def add_site(parser: argparse.ArgumentParser) -> None:
    """Add which site is asked."""
    parser.add_argument("--site", default=os.environ.get("DJMS_SITE", "https://localhost:8443"), metavar="URL")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="the site's own certificate, if self-signed")
