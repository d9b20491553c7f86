"""The command line: `./run COMMAND`; alone it serves. Exit status 0 = fine, 1 = found something, 2 = could not run."""

import argparse
import os
import resource
import select
import signal
import sys
from pathlib import Path

from djmixersoft.client.arguments import add_commands
from djmixersoft.ledger.arguments import add_commands as add_ledger
from djmixersoft.operations.refusal import Finding, Refusal
from djmixersoft.staff.arguments import add_commands as add_staff

ROOT = Path(__file__).resolve().parent.parent
NOT_THE_SEALERS = ("secrets", "blobs", "mailbox")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--data", type=Path, default=ROOT / "var", metavar="DIR", help="the data folder (default: var beside ./run)"
    )
    about = "A mixing studio whose privacy policy is its access control."
    top = argparse.ArgumentParser(prog="./run", description=about)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    serve = commands.add_parser("serve", parents=[common], help="start everything (what ./run alone does)")
    serve.add_argument("--site-port", type=_port, default=8443, metavar="N", help="the site's port (default: 8443)")
    serve.add_argument("--desk-port", type=_port, default=8444, metavar="N", help="the desk's port (default: 8444)")

    policy = commands.add_parser("policy", help="check, show, compare or apply the policy")
    actions = policy.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("check", parents=[common], help="find what differs from the policy")
    show = actions.add_parser("show", parents=[common], help="print the uses as a table")
    show.add_argument("--sql", action="store_true", help="print the compiled SQL instead")
    diff = actions.add_parser("diff", parents=[common], help="compare two rules.toml")
    diff.add_argument("old", type=Path, metavar="OLD")
    diff.add_argument("new", type=Path, metavar="NEW")
    actions.add_parser("apply", parents=[common], help="compile the rules into the database")

    promises = commands.add_parser("promises", help="check the promises on the running system")
    actions = promises.add_subparsers(dest="action", metavar="ACTION", required=True)
    verify = actions.add_parser("verify", parents=[common], help="run every probe, and print its evidence")
    form = verify.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a list of objects")
    form.add_argument("--log", action="store_true", help="write log lines to standard error instead, for timers")

    migrate = commands.add_parser("migrate", parents=[common], help="bring the database up to date")
    migrate.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    commands.add_parser("database-sql", parents=[common], help="print what a PostgreSQL of your own needs first")
    bench = commands.add_parser("bench", help="measure, and print figures; alone it lists what can be measured")
    bench.add_argument("name", nargs="?", metavar="NAME")
    bench.add_argument("parts", nargs="*", metavar="PART", help="parts of `bench content` (default: all)")
    bench.add_argument("--mib", type=int, metavar="N", help="how large a file `bench content` streams (default: 4096)")
    bench.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="keep what `bench enforcement` fills, or `bench mutation` finds, for the next run",
    )
    bench.add_argument("--json", action="store_true", help="print one object per line")

    add_commands(commands)
    add_ledger(commands, common)
    add_staff(commands, common)

    # Started by the supervisor, or one by one on machines of their own.
    site = commands.add_parser("site", help="the site's process alone (environment: see settings.py)")
    site.add_argument("--site-port", type=_port, default=8443, metavar="N")
    site.add_argument("--wait", action="store_true", help=argparse.SUPPRESS)
    desk = commands.add_parser("desk", help="the desk's process alone (environment: see settings.py)")
    desk.add_argument("--desk-port", type=_port, default=8444, metavar="N")
    worker = commands.add_parser("worker", help="a worker's process alone (environment: see settings.py)")
    worker.add_argument("name", choices=["mailer", "steward"])
    commands.add_parser("sealer", help="the sealer's process alone (environment: see settings.py)")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run a command, and return its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given = ["serve", *given]
    args = parser().parse_args(given)
    # A core dump would hold keys and Content.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        status = _run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        if not _nobody_reads():
            raise
        # What is left over would be tried once more at the very end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Finding as finding:
        print(finding, file=sys.stderr)
        return 1
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return status


def _nobody_reads() -> bool:
    """Whether whoever read the output has gone, as `head` does; it might be another pipe that broke."""
    output = select.poll()
    output.register(sys.stdout, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in output.poll(0))


def _run(args: argparse.Namespace) -> int:  # noqa: C901, PLR0911, PLR0912 - one case and return for each command
    match args.command:
        case "serve":
            from djmixersoft.operations.supervisor import serve

            return serve(args.data, args.site_port, args.desk_port)
        case "site":
            _give_up("sealer")
            from djmixersoft.operations import site

            return site.run(site.of_site(args.site_port), wait=args.wait)
        case "desk":
            _give_up("sealer", "mailbox")
            from djmixersoft.operations import site

            served = site.of_desk(args.desk_port)
            os.environ |= {"DJMS_PROCESS": "desk", "DJMS_DESK_URL": served.address.origin}
            return site.run(served, wait=False)
        case "worker":
            _give_up("sealer")
            _become(args.name)
            from djmixersoft.operations.worker import run as run_worker

            return run_worker(args.name)
        case "sealer":
            _give_up(*NOT_THE_SEALERS)
            from djmixersoft.operations.sealing import run as run_sealer

            return run_sealer()
        case "database-sql":
            from djmixersoft.operations.bootstrap import operator_sql

            print(operator_sql(), end="")
            return 0
        case "migrate":
            return _migrate(args)
        case "push" | "pull" | "ls":
            from djmixersoft.client.commands import run as run_client

            return run_client(args)
        case "ledger":
            return _ledger(args)
        case "staff":
            return _staff(args)
        case "bench":
            from bench import main as bench

            return bench(args.name, args.json, args.data, args.parts, args.mib)
        case "promises":
            return _promises(args)
        case _:
            return _policy(args)


def _migrate(args: argparse.Namespace) -> int:
    if args.here:
        from djmixersoft.operations.migration import migrate_here

        for change in migrate_here():
            print(change)
        return 0
    from djmixersoft.operations import database
    from djmixersoft.operations.datafolder import DataFolder

    data = DataFolder(args.data).open()
    with database.reachable(data, os.environ, prepare_new=False) as server:
        database.migrate(data, server, os.environ)
    return 0


def _staff(args: argparse.Namespace) -> int:
    """Run `staff` as the owner of the database: who holds the machine says who works at the desk."""
    from djmixersoft.operations import database
    from djmixersoft.operations.datafolder import DataFolder

    data = DataFolder(args.data).existing()
    with database.reachable(data, os.environ):
        os.environ.update(database.owner_environment(data, os.environ))
        told = data.path / "run" / "desk-address"
        if not os.environ.get("DJMS_DESK_URL") and told.exists():
            os.environ["DJMS_DESK_URL"] = told.read_text("ascii").strip()
        _become("owner")
        from djmixersoft.staff.commands import run

        return run(args)


def _ledger(args: argparse.Namespace) -> int:
    """Run `ledger`: what customers and witnesses do needs nothing of an installation, what operators do does."""
    from djmixersoft.ledger import commands

    if args.action in commands.OF_ANYBODY:
        return commands.run(args)
    from djmixersoft.operations import anew, database, sealing
    from djmixersoft.operations.datafolder import DataFolder

    if os.environ.get("DJMS_PROCESS") == "sealer":
        _give_up(*NOT_THE_SEALERS)
        return sealing.check(as_log=args.log)
    if args.action == "begin-anew":
        return anew.begin_anew(args.data, os.environ)
    data = DataFolder(args.data).existing()
    with database.reachable(data, os.environ):
        process = "sealer" if args.action == "fsck" else "steward"
        environment = database.owner_environment(data, os.environ)
        os.environ["DATABASE_URL"] = environment[f"DATABASE_URL_{process.upper()}"]
        os.environ["DJMS_DATA"] = str(data.path)
        if process == "sealer":
            return sealing.check(as_log=args.log)
        _become(process)
        return sealing.erase(args.origin, args.index)


def _policy(args: argparse.Namespace) -> int:
    """Run `policy`, with the database where the action needs it."""
    from djmixersoft.operations import database
    from djmixersoft.operations.datafolder import DataFolder

    if args.action == "diff" or (args.action == "show" and not args.sql):
        return _policy_command(args)
    if os.environ.get("DJMS_PROCESS") == "owner":
        return _policy_command(args)
    data = DataFolder(args.data).open()
    with database.reachable(data, os.environ):
        os.environ.update(database.owner_environment(data, os.environ))
        return _policy_command(args)


def _promises(args: argparse.Namespace) -> int:
    """Run the probes, in an environment that has the logins which they try, and not the owner's."""
    from djmixersoft.operations import database
    from djmixersoft.operations.datafolder import DataFolder

    if os.environ.get("DJMS_PROCESS") == "auditor":
        _give_up("sealer")
        return _policy_command(args, "auditor")
    data = DataFolder(args.data).open()
    with database.reachable(data, os.environ):
        environment = database.auditor_environment(data, os.environ)
        os.environ.clear()
        os.environ.update(environment)
        return _policy_command(args, "auditor")


def _policy_command(args: argparse.Namespace, process: str = "owner") -> int:
    _become(process)
    from djmixersoft.policy.commands import run

    return run(args)


def _give_up(*names: str) -> None:
    """Shut this process out of folders of the installation that are none of its business."""
    from djmixersoft.operations.landlock import shut_out

    if data := os.environ.get("DJMS_DATA"):
        shut_out(*(Path(data) / name for name in names))


def _become(process: str) -> None:
    """Set Django up as one of the processes."""
    from djmixersoft.operations.logs import log_uncaught

    os.environ.setdefault("DJMS_PROCESS", process)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "djmixersoft.settings")
    if process != "owner":
        log_uncaught()
    import django

    django.setup()


def _port(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if not 0 < number < 65536:  # noqa: PLR2004 - RFC 9293: 16 bits
        message = f"{text!r} is no port; ports go from 1 to 65535"
        raise argparse.ArgumentTypeError(message)
    return number
