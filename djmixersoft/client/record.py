"""`ledger export`: an account's record, as far as it is sealed, into a file that can be verified offline."""

import argparse
import json
from pathlib import Path

from djmixersoft.client.asking import PIECE, UNREACHABLE, Refused, Site


def export_record(site: Site, args: argparse.Namespace) -> int:
    """Fetch it whole, or leave what is there as it was. Raises Refused."""
    account, target = site.account(args.account), Path(args.file)
    part = target.with_name(f".{target.name}.part")
    try:
        with site.stream(f"/api/v1/accounts/{account}/record") as source, part.open("wb") as file:
            while piece := source.read(PIECE):
                file.write(piece)
        _expect_whole(part)
        part.replace(target)
    except UNREACHABLE as error:
        raise Refused(f"It could not be fetched or kept ({type(error).__name__}). Please try again.") from None
    finally:
        part.unlink(missing_ok=True)
    return 0


def _expect_whole(file: Path) -> None:
    """A server that is ended while it sends can't say so; the first line says how many entries follow."""
    with file.open("rb") as lines:
        size = int(json.loads(next(lines))["checkpoint"].split("\n")[1])
        if sum(line.endswith(b"\n") for line in lines) != size:
            raise Refused("Only a part of it came. Please try again.")
