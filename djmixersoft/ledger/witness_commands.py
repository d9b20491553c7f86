"""`ledger witness`: a witness that logs come to, or one that looks at a site by itself."""

import argparse
import signal
import sys
import time

from djmixersoft.ledger.fetching import Site, Unreachable
from djmixersoft.ledger.following import Contradiction, NotTaken, hand_in, look
from djmixersoft.ledger.heads import Damaged
from djmixersoft.ledger.keyfiles import BadKeyFile
from djmixersoft.ledger.listening import PATH, Listener
from djmixersoft.ledger.notes import Algorithm, BadNote, VerifierKey
from djmixersoft.ledger.witnessing import Witness


def run(args: argparse.Namespace) -> int:
    """Do it; print a sentence where it can't be done."""
    # A stop by the system is an end like any other: what was answered is on the disk.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if args.hand_in and not args.follow:
        print("--hand-in goes with --follow: a log that comes by itself takes the signature along.", file=sys.stderr)
        return 2
    try:
        witness = Witness(args.state, [_log(text) for text in args.log], name=args.name)
        print(f"witness {witness.key.name} {witness.key.verifier}", flush=True)
        if not args.follow:
            return _listen(witness, args.listen, args.port)
        pause = None if args.once else args.every
        return _follow(witness, Site(args.follow, args.certificate), pause, is_handing_in=args.hand_in)
    except Contradiction as found:
        say(str(found))
        return 1
    except (BadKeyFile, Damaged, BadNote, Unreachable, NotTaken) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"It can't be done: {error.strerror or error} ({error.filename or args.listen}).", file=sys.stderr)
    return 2


def say(sentence: str) -> None:
    """Print what whoever runs the witness should know, at once."""
    print(_now(), sentence, file=sys.stderr, flush=True)


def _listen(witness: Witness, address: str, port: int) -> int:
    with Listener(witness, address, port, say) as listener:
        host = f"[{address}]" if ":" in address else address
        print(f"Logs may post to http://{host}:{listener.server_port}{PATH}", flush=True)
        listener.serve_forever()
    return 0


def _follow(witness: Witness, site: Site, pause: int | None, *, is_handing_in: bool) -> int:
    """Look at a site once, or again and again, however often it is away. Raises what `look` and `hand_in` do."""
    while True:
        try:
            seen = look(site, witness)
            entries = f"{seen.head.size} entries ({seen.head.size - seen.before} since the last)"
            print(f"{_now()} cosigned {entries} of {seen.head.origin}: {seen.file}", flush=True)
            if is_handing_in:
                print(f"{_now()} handed in: {hand_in(site, seen)}", flush=True)
        except (Unreachable, NotTaken) as error:
            if pause is None:
                raise
            say(str(error))
        if pause is None:
            return 0
        time.sleep(pause)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _log(text: str) -> VerifierKey:
    """Read the key of a log. Raises BadNote."""
    try:
        key = VerifierKey.parse(text)
    except BadNote:
        raise BadNote(f"This isn't a log's key: {text[:200]}") from None
    if key.algorithm is not Algorithm.ED25519:
        raise BadNote(f"This is a witness's key, not a log's: {text[:200]}")
    return key
