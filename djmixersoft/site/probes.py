"""Probes of what the site's own pages promise, fetched over https as a visitor does."""

import secrets
from urllib.parse import urlsplit

from djmixersoft.policy.middleware import SESSION_COOKIE
from djmixersoft.policy.probes import Finding, LiveSystem, probe

PUBLIC = ("/", "/privacy", "/terms", "/cookies", "/register", "/sign-in", "/password/forgotten")
SIGNED_IN = ("/studio", "/me", "/me/sessions")


@probe("2a")
def no_cookie_before_signing_in(system: LiveSystem) -> Finding:
    """Neither a public page nor one that needs signing in sets a cookie, whatever cookie was sent."""
    forged = f"{SESSION_COOKIE}={secrets.token_urlsafe(32)}"
    pages = [system.get(path, cookie=cookie) for path in PUBLIC + SIGNED_IN for cookie in ("", forged)]
    setting = [value for page in pages for value in page.header("set-cookie") if "Max-Age=0" not in value]
    return Finding(
        not setting, f"{len(pages)} pages fetched, with and without a made-up cookie: {len(setting)} set one"
    )


@probe("2b")
def public_pages_need_no_cookie(system: LiveSystem) -> Finding:
    """Each page that needs no log-in answers without a cookie; the others lead to signing in."""
    public = [system.get(path) for path in PUBLIC]
    works = sum(page.status == 200 and not page.header("set-cookie") for page in public)  # noqa: PLR2004 - HTTP
    shut = [system.get(path) for path in SIGNED_IN]
    led = sum(page.status == 303 and page.header("location")[0].startswith("/sign-in") for page in shut)  # noqa: PLR2004 - HTTP
    kept = works == len(public) and led == len(shut)
    return Finding(
        kept, f"{works} of {len(public)} public pages work and set none; {led} of {len(shut)} others lead to signing in"
    )


@probe("6a")
def pages_travel_encrypted(system: LiveSystem) -> Finding:
    """TLS 1.3 with a certificate that verifies, and browsers are told to insist on it."""
    page = system.get("/")
    insists = any("max-age=" in value for value in page.header("strict-transport-security"))
    # On this machine's own name HSTS would force every other local server to https.
    local = urlsplit(system.address()).hostname in {"localhost", "127.0.0.1", "::1"}
    hsts = "on" if insists else "off (an address of this machine only)" if local else "off"
    return Finding(page.tls == "TLSv1.3" and (insists or local), f"{page.tls}, certificate verified, HSTS {hsts}")


@probe("6b")
def limits_are_stated(system: LiveSystem) -> Finding:
    """The policy's page says that no warranty is given, and who can get around the rules."""
    text = system.get("/privacy").text
    said = [word for word in ("superuser", "warranty", 'id="6b"') if word in text]
    return Finding(len(said) == 3, f"{len(said)} of 3 statements found on the page")  # noqa: PLR2004 - as many as above


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
