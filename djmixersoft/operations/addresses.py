"""What the environment says about addresses: the site's, the mail server's, and the database's for each login."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from djmixersoft.operations.refusal import Refusal

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
DEFAULT_PORT = 8443
DEFAULT_DESK_PORT = 8444
HTTPS_PORT = 443
# Processes, and the login of each. The command line's own is `owner`; it may hold the others' addresses too.
PROCESSES = ("site", "desk", "mailer", "analyst", "steward", "sealer", "auditor", "owner")


@dataclass(frozen=True)
class PublicAddress:
    """Under which address browsers know the site; `origin` as in the Origin header, `host` as in the Host header."""

    origin: str
    host: str

    @property
    def is_local(self) -> bool:
        """Tell whether only this machine can use the address."""
        return self.host in LOOPBACK


def public_address(environment: Mapping[str, str], port: int = DEFAULT_PORT) -> PublicAddress:
    """Read DJMS_URL; unset, it is localhost at `port`.

    Raises:
        Refusal: it is no https address of a host.

    """
    return _address("DJMS_URL", environment.get("DJMS_URL"), "studio.example", port)


def desk_address(environment: Mapping[str, str], port: int = DEFAULT_DESK_PORT) -> PublicAddress:
    """Read DJMS_DESK_URL, where our own people find the desk; unset, it is localhost at `port`.

    Raises:
        Refusal: it is no https address of a host.

    """
    return _address("DJMS_DESK_URL", environment.get("DJMS_DESK_URL"), "desk.example", port)


def _address(name: str, given: str | None, example: str, port: int) -> PublicAddress:
    url = given or f"https://localhost:{port}"
    refusal = Refusal(f"{name} ({url}) must look like https://{example} or https://{example}:{port}.")
    try:
        parts = urlsplit(url)
        named_port = parts.port
    except ValueError:
        raise refusal from None
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise refusal
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    suffix = "" if named_port in (None, HTTPS_PORT) else f":{named_port}"
    return PublicAddress(f"https://{host}{suffix}", host)


def mail_url(environment: Mapping[str, str], address: PublicAddress) -> str:
    """Read MAIL_URL; empty means the local mailbox.

    Raises:
        Refusal: it is no address of a mail server, or it is unset where people elsewhere wait for mail.

    """
    url = environment.get("MAIL_URL", "")
    if url:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise Refusal("MAIL_URL must look like smtps://user:password@mail.example:465 (smtp:// means STARTTLS).")
    elif not address.is_local:
        raise Refusal(
            f"MAIL_URL is not set, and people at {address.origin} can't read the local mailbox of this machine; "
            "set MAIL_URL to your mail server's address."
        )
    return url


def without_credentials(url: str) -> str:
    """Return the address without user name and password, for those who need only know that it is set."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def operator_urls(environment: Mapping[str, str]) -> dict[str, str]:
    """Read DATABASE_URL_<PROCESS> of an operator's own PostgreSQL, by process; empty means the embedded one.

    Raises:
        Refusal: some are set, and one that serving needs is not.

    """
    urls = {name: environment.get(f"DATABASE_URL_{name.upper()}", "") for name in PROCESSES}
    urls = {name: url for name, url in urls.items() if url}
    for needed in ("site", "desk", "mailer", "steward", "sealer", "auditor", "owner"):
        if urls and needed not in urls:
            raise Refusal(
                f"DATABASE_URL_{needed.upper()} is not set, while DATABASE_URL_{next(iter(urls)).upper()} is; "
                "with a PostgreSQL of your own every process needs its own login (./run database-sql makes them)."
            )
    return urls


def process_environment(
    environment: Mapping[str, str], process: str, url: str, data: str, address: PublicAddress
) -> dict[str, str]:
    """Return what one process may know: its own login's database, and nobody else's."""
    own = {name: value for name, value in environment.items() if not name.startswith("DATABASE_URL")}
    if own.get("MAIL_URL") and process != "mailer":
        own["MAIL_URL"] = without_credentials(own["MAIL_URL"])
    own |= {"DJMS_PROCESS": process, "DATABASE_URL": url, "DJMS_DATA": data}
    return own | {"DJMS_URL": address.origin}
