"""`ledger witness`: a witness that logs come to, or one that looks at a site by itself."""

import argparse
import signal
import sys
import time

from djmixersoft.ledger.heads import Damaged
from djmixersoft.ledger.keyfiles import BadKeyFile
from djmixersoft.ledger.listening import PATH, Listener
from djmixersoft.ledger.notes import Algorithm, BadNote, VerifierKey
from djmixersoft.ledger.witnessing import Witness


def run(args: argparse.Namespace) -> int:
    """Do it; print a sentence where it can't be done."""
    # A stop by the system is an end like any other: what was answered is on the disk.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        witness = Witness(args.state, [_log(text) for text in args.log], name=args.name)
        print(f"witness {witness.key.name} {witness.key.verifier}", flush=True)
        return _listen(witness, args.listen, args.port)
    except (BadKeyFile, Damaged, BadNote) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"It can't be done: {error.strerror or error} ({error.filename or args.listen}).", file=sys.stderr)
    return 2


def say(sentence: str) -> None:
    """Print what whoever runs the witness should know, at once."""
    print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), sentence, file=sys.stderr, flush=True)


def _listen(witness: Witness, address: str, port: int) -> int:
    with Listener(witness, address, port, say) as listener:
        host = f"[{address}]" if ":" in address else address
        print(f"Logs may post to http://{host}:{listener.server_port}{PATH}", flush=True)
        listener.serve_forever()
    return 0


def _log(text: str) -> VerifierKey:
    """Read the key of a log. Raises BadNote."""
    try:
        key = VerifierKey.parse(text)
    except BadNote:
        raise BadNote(f"This isn't a log's key: {text[:200]}") from None
    if key.algorithm is not Algorithm.ED25519:
        raise BadNote(f"This is a witness's key, not a log's: {text[:200]}")
    return key
