"""The work of `migrate`, in a process that holds the owner's login and, on the embedded server, the superuser's."""

import os
from urllib.parse import unquote, urlsplit

import django
import psycopg
from django.core.management import call_command

from djmixersoft.operations.bootstrap import LOGINS, prepare, version_problem
from djmixersoft.operations.refusal import Finding, Refusal

ADVISORY_LOCK = 0x646A6D73  # "djms"


def migrate_here() -> list[str]:
    """Do the work of `migrate` in this process, as the environment says; return what was changed.

    Raises:
        Refusal: the server is too old.
        Finding: the rules are wrong.

    """
    if server := os.environ.pop("DJMS_SUPERUSER_URL", ""):
        passwords = {login: _password(os.environ[f"DATABASE_URL_{login[5:].upper()}"]) for login in LOGINS}
        with psycopg.connect(server, autocommit=True) as connection:
            prepare(connection, os.environ.pop("DJMS_SUPERUSER_INSIDE_URL"), passwords)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as alone:
        if problem := version_problem(alone.info.server_version):
            raise Refusal(problem)
        # Several machines may be brought up to date at once; it lasts as long as this connection.
        alone.execute("SELECT pg_advisory_lock(%s)", (ADVISORY_LOCK,))
        return _migrate_and_apply()


def _migrate_and_apply() -> list[str]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "djmixersoft.settings"
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from djmixersoft.policy.apply import apply
    from djmixersoft.policy.errors import RulesError

    try:
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            return apply(connection)
    except RulesError as error:
        raise Finding(str(error)) from error


def _password(url: str) -> str:
    return unquote(urlsplit(url).password or "")
