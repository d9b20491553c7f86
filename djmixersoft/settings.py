"""Django's settings, all from the environment of the one process; a wrong value stops it with a sentence.

Environment: DJMS_PROCESS (the login without `djms_`), DATABASE_URL (that login's), DJMS_DATA (absolute data folder),
DJMS_URL (public address), DJMS_DESK_URL (the desk's), MAIL_URL (smtp[s]://user:password@host:port; unset = the local
mailbox).
"""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from djmixersoft.operations.addresses import LOOPBACK, desk_address, mail_url, public_address
from djmixersoft.operations.logs import configure_structlog

ROOT = Path(__file__).resolve().parent.parent
# How long a request waits for a connection while others get them; policy/postgresql/reach.py ends it when nobody does.
POOL_SECONDS = 5.0
# A pool tries again by itself for so long; after that the next request makes it.
RECONNECT_SECONDS = 1.0
# Connections of those that serve pages, at most; operations/bootstrap.py allows their logins more.
POOLED = {"site": 10, "desk": 6}


def _database(url: str) -> dict[str, object]:
    """Turn DATABASE_URL into Django's words for it."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        message = "DATABASE_URL must begin with postgresql://; there is one database engine, because it enforces."
        raise ImproperlyConfigured(message)
    options: dict[str, object] = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = options.pop("host", None) or parts.hostname or ""
    options["application_name"] = f"djms-{PROCESS}"
    options["connect_timeout"] = 2
    # What people send is never part of a statement's text, in which the server's views and logs might show it.
    options["server_side_binding"] = True
    # A statement that comes back is planned once a connection and role: a quarter of a page's time at the database.
    options["prepare_threshold"] = 5
    options["options"] = (
        f"-c TimeZone=UTC -c statement_timeout={'0' if PROCESS == 'owner' else '15s'} -c lock_timeout=5s "
        "-c idle_in_transaction_session_timeout=30s"
    )
    if PROCESS in POOLED:
        options["pool"] = {
            "min_size": 1,
            "max_size": POOLED[PROCESS],
            "timeout": POOL_SECONDS,
            "reconnect_timeout": RECONNECT_SECONDS,
        }
    return {
        "ENGINE": "djmixersoft.policy.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
    }


def _secret_key(data: Path | None) -> str:
    """Nothing that Django signs outlives a request here; the key is kept all the same, so that this may change."""
    if data and (data / "secrets" / "django.key").exists():
        return (data / "secrets" / "django.key").read_text("ascii").strip()
    return secrets.token_hex(32)


def _absolute(path: str, name: str) -> Path | None:
    if path and not Path(path).is_absolute():
        message = f"{name} ({path}) must be an absolute path."
        raise ImproperlyConfigured(message)
    return Path(path) if path else None


PROCESS = os.environ.get("DJMS_PROCESS", "site")
DATA_FOLDER = _absolute(os.environ.get("DJMS_DATA", ""), "DJMS_DATA")
SITE_ADDRESS = public_address(os.environ)
# Where this process itself is found; links in mails and on pages for customers lead to the site in any case.
DESK_ADDRESS = desk_address(os.environ)
ADDRESS = DESK_ADDRESS if PROCESS == "desk" else SITE_ADDRESS
PUBLIC_URL = SITE_ADDRESS.origin
MAIL_URL = mail_url(os.environ, SITE_ADDRESS)
WITNESSES = _absolute(os.environ.get("DJMS_WITNESSES", ""), "DJMS_WITNESSES")
# The page that shows the local mailbox exists only where nobody but the person at this machine can reach it.
LOCAL_MAILBOX = not MAIL_URL

DEBUG = False
SECRET_KEY = _secret_key(DATA_FOLDER)
ALLOWED_HOSTS = list(LOOPBACK) if ADDRESS.is_local else [ADDRESS.host]

INSTALLED_APPS = [
    "procrastinate.contrib.django",
    "django.contrib.staticfiles",
    "djmixersoft.policy",
    "djmixersoft.vault",
    "djmixersoft.ledger",
    "djmixersoft.people",
    "djmixersoft.staff",
    "djmixersoft.mail",
    "djmixersoft.accounts",
    "djmixersoft.content",
    "djmixersoft.contact",
    "djmixersoft.lockbox",
    "djmixersoft.legal",
    "djmixersoft.pages",
    "djmixersoft.site",
    "djmixersoft.desk",
]
# What there is twice, once for the site and once for the desk.
URLCONFS = {"site": "djmixersoft.site.urls", "desk": "djmixersoft.desk.urls"}
_SERVED = "desk" if PROCESS == "desk" else "site"
MIDDLEWARE = [
    "djmixersoft.pages.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "djmixersoft.pages.pace.TheirPace",
    "djmixersoft.pages.middleware.CrossOrigin",
    {"site": "djmixersoft.site.middleware.SitePurpose", "desk": "djmixersoft.desk.middleware.DeskPurpose"}[_SERVED],
]
ROOT_URLCONF = URLCONFS[_SERVED]
FACE = {"site": "djmixersoft.site.pages.SITE", "desk": "djmixersoft.desk.pages.DESK"}[_SERVED]
WSGI_APPLICATION = "djmixersoft.wsgi.application"
APPEND_SLASH = False
# No context processor: what a page shows comes from its view, which has a purpose.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [], "string_if_invalid": ""},
    }
]

DATABASES = {"default": _database(os.environ.get("DATABASE_URL") or "postgresql:///djmixersoft?host=/nonexistent")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The policy's middleware opens the one transaction of a request, with role and token in its first statement.
ATOMIC_REQUESTS = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "djmixersoft.operations.static.VersionedStatic"},
}
# Read from the apps' folders at start, so that there is no collecting to forget.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 86_400

# Content never touches a disk in the clear: what is larger than memory should hold is refused, except by the upload
# view, which brings its own handler. (Django's default handler writes to the folder for temporary files.)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024**2  # a document, each of its bytes percent-encoded
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
DATA_UPLOAD_MAX_NUMBER_FILES = 100
MAX_UPLOAD_BYTES = 2 * 1024**3  # a file of Content in a form, which can't be gone on with
MAX_RESUMABLE_BYTES = 64 * 1024**3  # one that can

# JSON lines on standard error without request data; see operations/logs.py for what is left out of them.
configure_structlog()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "djmixersoft.operations.logs.JsonLines"}},
    "handlers": {
        "lines": {"class": "logging.StreamHandler", "formatter": "lines"},
        "none": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["lines"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers would mail the administrators a page with the request in it.
        "django": {"handlers": ["lines"], "level": "ERROR", "propagate": False},
        "django.security.DisallowedHost": {"handlers": ["none"], "propagate": False},
        "djmixersoft": {"handlers": ["lines"], "level": "INFO", "propagate": False},
    },
}
