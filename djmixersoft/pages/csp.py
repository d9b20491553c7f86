"""What our pages may load and run (Content Security Policy Level 3). Nothing but what is named here."""

from typing import Final

CSP: Final = (
    "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Where the crew works, our own script may run, and ask this site for data.
STUDIO_CSP: Final = CSP.replace("script-src 'none'", "script-src 'self'; connect-src 'self'")


def with_frame(policy: str) -> str:
    """Let a page show a file of this site's in a frame, which is sandboxed by what the file is sent with."""
    return f"{policy}; frame-src 'self'"


# Where somebody checks what we gave them: our own script may run, and ask nobody for anything, us included.
CHECKING_CSP: Final = CSP.replace("script-src 'none'", "script-src 'self'")
