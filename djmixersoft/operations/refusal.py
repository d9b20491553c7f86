"""The one kind of error that the command line turns into a sentence."""


class Refusal(Exception):
    """What was asked for can't be done; the message is one sentence that says why, and what to do (exit status 2)."""


class Finding(Refusal):
    """It could be done, and what it found forbids going on (exit status 1)."""
