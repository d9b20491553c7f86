"""What `./run staff` takes."""

import argparse
from typing import TYPE_CHECKING

from djmixersoft.policy.rules import STAFF_ROLES

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_commands(commands: "_SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    """Add the command with its actions."""
    staff = commands.add_parser("staff", help="say who of your own people may sign in at the desk")
    actions = staff.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", parents=[common], help="let somebody in; prints a one-time link, good for a day")
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("--role", action="append", required=True, choices=STAFF_ROLES, help="may be given several times")
    add.add_argument("--pseudonym", required=True, metavar="NAME", help="what customers are told; never given again")
    renew = actions.add_parser("renew", parents=[common], help="forget a lost password and factors; prints a new link")
    renew.add_argument("email", metavar="EMAIL")
    end = actions.add_parser("end", parents=[common], help="let somebody out, at once")
    end.add_argument("email", metavar="EMAIL")
    actions.add_parser("list", parents=[common], help="list who may sign in, and who could")
