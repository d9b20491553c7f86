"""Probes of what the site's own pages promise, fetched over https as a visitor does."""

import re
import secrets
from contextlib import suppress
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from djmixersoft.policy import catalog
from djmixersoft.policy.fetching import NotTrusted, Page, address, is_local, speaks_unencrypted
from djmixersoft.policy.middleware import SESSION_COOKIE
from djmixersoft.policy.probing import Finding, LiveSystem, probe

PUBLIC = (
    "/",
    "/privacy",
    "/terms",
    "/cookies",
    "/transparency",
    "/register",
    "/sign-in",
    "/password/forgotten",
    "/ledger/verify",
    "/contact",
)
WITH_SCRIPT = ("/studio", "/ledger/verify", "/contact")
SIGNED_IN = ("/studio", "/me", "/me/sessions")
LIMITS = ("superuser", "warranty", 'id="6b"')
OURS = {"'none'", "'self'", "data:"}  # what a Content-Security-Policy may name without naming somebody else
# RFC 5737 and RFC 3849: addresses for examples, which are nobody's.
SOMEWHERE = {"X-Forwarded-For": "203.0.113.77", "X-Real-IP": "203.0.113.77", "Forwarded": 'for="[2001:db8::77]"'}
# The first tells at once that there is none in a line, as in nearly all; what the second finds is looked at closely.
_PERHAPS = re.compile(rb"\.\d{1,3}\.\d{1,3}\.|::|(?::[0-9a-fA-F]{1,4}){6}")
_MAYBE_ADDRESS = re.compile(rb"(?<![\w:.-])[0-9a-fA-F:.]{3,}(?![\w-])")


@probe("2a")
def no_cookie_before_signing_in(system: LiveSystem) -> Finding:
    """No page sets a cookie before somebody signs in, or lets anybody else's page, picture or script set one."""
    forged = f"{SESSION_COOKIE}={secrets.token_urlsafe(32)}"
    pages = [(path, system.get(path, cookie=cookie)) for path in PUBLIC + SIGNED_IN for cookie in ("", forged)]
    setting = [value for _path, page in pages for value in page.header("set-cookie") if "Max-Age=0" not in value]
    open_ones = sum(not _keeps_to_itself(page, _scripts_of(path)) for path, page in pages)
    return Finding(
        not setting and not open_ones,
        f"{len(pages)} pages fetched, with and without a made-up cookie: {len(setting)} set one, "
        f"{open_ones} let the browser load anything from elsewhere, or run a script where none has to be",
    )


def _scripts_of(path: str) -> set[str]:
    """Whose scripts a page may run: ours where a crew works or a receipt is checked, nobody's anywhere else."""
    return {"'self'"} if path in WITH_SCRIPT else {"'none'"}


def _keeps_to_itself(page: Page, scripts: set[str]) -> bool:
    """Whether the browser is told to load nothing but ours, and to run no other scripts than these."""
    policies = [_directives(value) for value in page.header("content-security-policy")]
    return any(
        one.get("default-src") == {"'none'"}
        and one.get("script-src", set()) <= scripts
        and all(sources <= OURS for sources in one.values())
        for one in policies
    )


def _directives(policy: str) -> dict[str, set[str]]:
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


@probe("2b")
def public_pages_need_no_cookie(system: LiveSystem) -> Finding:
    """Each page that needs no log-in answers without a cookie; the others lead to signing in."""
    public = [system.get(path) for path in PUBLIC]
    works = sum(page.status == HTTPStatus.OK and not page.header("set-cookie") for page in public)
    led = sum(_leads_to_signing_in(system.get(path)) for path in SIGNED_IN)
    return Finding(
        works == len(public) and led == len(SIGNED_IN),
        f"{works} of {len(public)} public pages work and set none; {led} of {len(SIGNED_IN)} others lead to signing in",
    )


def _leads_to_signing_in(page: Page) -> bool:
    return page.status == HTTPStatus.SEE_OTHER and page.header("location")[:1] > ["/sign-in"]


@probe("3a")
@probe("3b")
def no_address_is_kept(system: LiveSystem) -> Finding:
    """No column of the database is made for IP addresses, and no log holds one, right after requests that name some."""
    for page in ("/", "/no-such-page", "/studio", "/health?address=203.0.113.77"):
        system.get(page, headers=SOMEWHERE)
    with system.connect("auditor") as auditor:
        columns, made_for_them = catalog.address_columns(auditor)
    logs = sorted((system.data / "log").glob("*.log*")) if system.data else []
    lines, found = 0, 0
    for path in logs:
        more_lines, more = addresses_in(path, urlsplit(address(system.data)).hostname or "")
        lines, found = lines + more_lines, found + more
    kept = not (made_for_them or found or system.rules.categories["network"].tables)
    return Finding(
        kept,
        f"{len(made_for_them)} of {columns} columns are made for IP addresses; {found} found in {lines:,} lines of "
        f"{len(logs)} log files, right after requests that named some",
    )


def addresses_in(path: Path, own: str = "") -> tuple[int, int]:
    """How many lines a log has, and how many IP addresses but for the site's own, which its findings may name."""
    lines, found = 0, 0
    with path.open("rb") as file:
        for line in file:
            lines += 1
            if _PERHAPS.search(line):
                found += sum(_address(match) not in {"", own} for match in _MAYBE_ADDRESS.findall(line))
    return lines, found


def _address(text: bytes) -> str:
    """The IP address that this is, perhaps with a port or a full stop behind it; '' if it is none."""
    bare = text.decode("ascii")
    for one in (bare, bare.rstrip(".:"), bare.partition(":")[0]):
        with suppress(ValueError):
            return "" if ip_address(one).is_unspecified else str(ip_address(one))
    return ""


@probe("6a")
def pages_travel_encrypted(system: LiveSystem) -> Finding:
    """TLS 1.3 with a certificate that verifies, browsers are told to insist on it, and no page comes without."""
    try:
        page = system.get("/")
    except NotTrusted as reason:
        return Finding(kept=False, evidence=str(reason))
    origin = address(system.data)
    insists = any("max-age=" in value for value in page.header("strict-transport-security"))
    # On this machine's own name HSTS would force every other local server to https.
    local = is_local(origin)
    hsts = "on" if insists else "off (an address of this machine only)" if local else "off"
    plain = speaks_unencrypted(origin)
    return Finding(
        page.tls == "TLSv1.3" and (insists or local) and not plain,
        f"{page.tls}, certificate verified, HSTS {hsts}, {'a page' if plain else 'no page'} without encryption",
    )


@probe("6b")
def limits_are_stated(system: LiveSystem) -> Finding:
    """The policy's page says that no warranty is given, and who can get around the rules."""
    text = system.get("/privacy").text
    said = [word for word in LIMITS if word in text]
    return Finding(len(said) == len(LIMITS), f"{len(said)} of {len(LIMITS)} statements found on the page")


@probe("7b")
def the_newsletter_is_not_chosen_beforehand(system: LiveSystem) -> Finding:
    """The box on the form for registering is empty."""
    text = system.get("/register").text
    box = next((part for part in text.split("<input") if 'name="newsletter"' in part), "")
    offered = bool(box)
    ticked = "checked" in box.split(">")[0]
    return Finding(
        offered and not ticked,
        "the form offers the newsletter, unticked" if offered and not ticked else "the box is missing or ticked",
    )
