"""What the page that checks receipts needs: its script, and its sentences, those of the verifier's one file."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

SCRIPT: Final = "site/built/verifying.js"
FILE: Final = Path(__file__).resolve().parents[2] / "verifier" / "ledger_verify.py"

TEXTS: Final[Mapping[str, Promise]] = {
    "proven": gettext_lazy("Proven"),
    "fits": gettext_lazy("Fits together"),
    "open": gettext_lazy("Not proven"),
    "wrong": gettext_lazy("Wrong"),
    "unable": gettext_lazy("Could not be checked"),
    "entry": gettext_lazy(
        "This entry is entry %(number)s of the first %(size)s in the log %(origin)s (index %(index)s), "
        "word for word: %(words)s."
    ),
    "place": gettext_lazy(
        "This entry is entry %(number)s of the first %(size)s in the log %(origin)s (index %(index)s)."
    ),
    "gone": gettext_lazy(
        "What the entry said: this file says that it was erased. Its place is proven, its words are gone."
    ),
    "complete": gettext_lazy(
        "All %(size)s entries of %(origin)s up to that size are here, each unchanged and in its place."
    ),
    "erased": gettext_lazy("%(count)s of them are erased: their places are here, their words are gone."),
    "unnamed": gettext_lazy("%(count)s are erased, and no entry says by whom; the first has index %(index)s."),
    "sealed": gettext_lazy("Its head (size %(size)s) is sealed: entry %(number)s of %(all)s in the log %(origin)s."),
    "signed": gettext_lazy("Both heads are signed by the key %(key)s."),
    "no-key": gettext_lazy("Any of this, for you gave no key: anybody can make such a file. It names the key %(key)s."),
    "no-quorum": gettext_lazy("That nobody else was shown another log: no quorum of witnesses was asked for."),
    "witnessed": gettext_lazy("The witness %(name)s cosigned that heads log (%(at)s UTC)."),
    "quorum": gettext_lazy("The policy’s quorum is reached: nobody was shown another log, unless its witnesses lie."),
    "too-few-witnesses": gettext_lazy("The policy’s quorum isn’t reached: too few of its witnesses cosigned."),
    "grew": gettext_lazy("%(origin)s still begins with all %(old)s entries that it had before, unchanged."),
    "unseen": gettext_lazy("That %(origin)s still begins with the %(old)s entries it had: such a file can’t show it."),
    "everything": gettext_lazy(
        "That everything was logged, or is true: a log proves what was put into it, not what was left out."
    ),
    "whose": gettext_lazy(
        "That it is your account’s log: compare its name with that on your page. Nothing vouches for “people”."
    ),
    "another-head": gettext_lazy("The proof leads to another head of %(origin)s: something was changed or exchanged."),
    "another-leaf": gettext_lazy("The entry and its salt don’t give the leaf that stands beside them."),
    "wrong-signature": gettext_lazy("The signature of %(name)s under the head of %(origin)s is wrong."),
    "not-signed": gettext_lazy("The heads of %(origin)s and %(heads)s aren’t both signed by the key that you gave."),
    "too-few": gettext_lazy("The end is missing: %(count)s entries are here, and the log’s head says %(size)s."),
    "bad-line": gettext_lazy("Line %(line)s isn’t an entry as exports have them."),
    "other-entries": gettext_lazy(
        "These aren’t the entries of the log’s head: some were changed, moved, left out or added."
    ),
    "smaller": gettext_lazy("%(origin)s has %(size)s entries here, and had %(old)s already."),
    "rewritten": gettext_lazy("%(origin)s isn’t what it was: its first %(old)s entries are others than before."),
    "other-log": gettext_lazy("These files are of different logs, so none can be said to extend another."),
    "malformed": gettext_lazy("Something in the file isn’t formed as it must be."),
    "unknown": gettext_lazy("%(file)s is no receipt and no export of this ledger, or a damaged one."),
    "bad-key": gettext_lazy("The policy or key that you gave can’t be understood."),
}
"""The verifier's own sentences."""
_OF_THE_PAGE: Final[Mapping[str, Promise]] = {
    "unreadable": gettext_lazy("Your browser couldn’t read the file. Choose it again."),
    "no-ed25519": gettext_lazy(
        "This browser can’t check the signatures (Ed25519). Take a newer one, or the Python file below."
    ),
    "checking": gettext_lazy("Being checked: %(count)s entries so far."),
    "fine": gettext_lazy("Nothing is wrong with it. What that proves, and what it doesn’t:"),
    "not-fine": gettext_lazy("Something is wrong:"),
    "not-checked": gettext_lazy("This could not be checked:"),
}


@cache
def is_built() -> bool:
    """Whether the script is there; a machine that couldn't build it names the Python file as the only way."""
    return finders.find(SCRIPT) is not None


def texts() -> dict[str, str]:
    """The script's sentences, translated; none where there is no script."""
    return {name: str(text) for name, text in {**TEXTS, **_OF_THE_PAGE}.items()} if is_built() else {}
