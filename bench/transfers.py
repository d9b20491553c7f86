"""`bench content upload`: files up and down over https, encrypted, by the same server in plain, and by nginx.

A round does the same in every way, in an order drawn anew; ratios are of medians over the rounds. A file comes down
twice: as it was just uploaded, and (`unseen`) as one comes down of which the process remembers nothing.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench import note
from bench.crate import Crate, make
from bench.figures import NO_GOAL, Figure, median, percentile
from bench.keepers import ENCRYPTED, PLAIN, TRUSTING
from bench.nginx import nginx
from bench.sites import Installation, Served, served
from bench.wire import MIB, Pattern, Received, Wire

SEED = 20261123
ROUNDS = 9
MIB_A_FILE = 256
STEP_MIB = 64  # to a request, as the members' command line sends
RANGES = 1_000
RANGE = 64 * 1024
LARGE_MIB = 4096
LEAST_FREE = 3  # times the large file, so that others on the disk have room too
NGINX = "nginx"


@dataclass
class Way:
    """One way to keep a file: how it is uploaded (answering its path) and asked for, and in which `folder` it lies."""

    name: str
    wire: Wire
    upload: Callable[[str], str]
    folder: Path
    site: Served | None = None
    up: list[float] = field(default_factory=list)
    down: list[float] = field(default_factory=list)
    unseen: list[float] = field(default_factory=list)
    first_byte: list[float] = field(default_factory=list)
    used: list[tuple[float, float]] = field(default_factory=list)


def figures(installation: Installation, size: int | None) -> Iterator[Figure]:
    """Transfers against plain, then a very large file; `size`: of that one in MiB."""
    crate = make(installation.data, installation.superuser, 100)
    with served(installation, ENCRYPTED, PLAIN, TRUSTING) as sites:
        tls = installation.data.secrets / "tls"
        with nginx(tls / "cert.pem", tls / "key.pem") as beside:
            pattern = Pattern(b"track")
            found = [_way(installation, site, crate, pattern) for site in sites]
            if beside:
                found.append(_beside(installation, beside, pattern))
            yield from _transfers(found, pattern)
            yield from _ranges(found)
            for way in found:
                way.wire.close()
    with served(installation, ENCRYPTED) as (site,):
        yield from _large(installation, site, crate, size)


def _way(installation: Installation, site: Served, crate: Crate, pattern: Pattern) -> Way:
    wire = Wire(site.port, installation.certificate, crate.token)

    def upload(name: str) -> str:
        path = wire.upload(crate.account_id, name, pattern, mib=MIB_A_FILE, step=STEP_MIB)
        return f"{path}/file"

    return Way(site.keeper, wire, upload, _blobs(installation), site)


def _beside(installation: Installation, beside: tuple[int, Path], pattern: Pattern) -> Way:
    wire = Wire(beside[0], installation.certificate)

    def upload(name: str) -> str:
        wire.put(f"/{name}", pattern, mib=MIB_A_FILE)
        return f"/{name}"

    return Way(NGINX, wire, upload, beside[1])


def _transfers(ways: list[Way], pattern: Pattern) -> Iterator[Figure]:
    note(f"{MIB_A_FILE} MiB up and down, {len(ways)} ways, {ROUNDS} rounds…")
    draw, hashed = random.Random(SEED), pattern.sha256(MIB_A_FILE)
    for number in range(-1, ROUNDS):
        for way in draw.sample(ways, len(ways)):
            before = _cpu(way)
            began = time.perf_counter()
            path = way.upload(f"round-{number}.flac")
            up, middle = time.perf_counter() - began, _cpu(way)
            received = way.wire.get(path, hashed=number < 0)
            _check(received, MIB_A_FILE * MIB, hashed if number < 0 else "")
            down = _cpu(way) - middle
            # As if it had lain there for long: what is remembered of a file that was changed doesn't count.
            _touch(way.folder)
            unseen = way.wire.get(path)
            _check(unseen, MIB_A_FILE * MIB)
            if number >= 0:
                way.up.append(up)
                way.down.append(received.seconds)
                way.unseen.append(unseen.seconds)
                way.first_byte.append(unseen.first_byte)
                way.used.append((middle - before, down))
            _remove(way.folder)
    for index, direction in enumerate(("upload", "download")):
        times = {way.name: (way.up, way.down)[index] for way in ways}
        yield from _against(direction, times)
        for way in ways:
            yield _speed(direction, way, times[way.name], index)
    yield from _against("download_unseen", {way.name: way.unseen for way in ways}, goal=NO_GOAL)
    for way in ways:
        value = median(way.first_byte) * 1000
        ends = (min(way.first_byte) * 1000, max(way.first_byte) * 1000)
        yield Figure(f"download_unseen_first_byte_{way.name}_ms", value, "ms", NO_GOAL, len(way.first_byte), ends)


def _against(direction: str, times: dict[str, list[float]], goal: str = ">= 0.8") -> Iterator[Figure]:
    """How fast encrypted is, of each other way's speed; the spread is that of the rounds."""
    ours = times[ENCRYPTED]
    for name, theirs in times.items():
        if name == ENCRYPTED:
            continue
        paired = [their / our for our, their in zip(ours, theirs, strict=True)]
        suffix, wanted = ("", goal) if name == PLAIN else (f"_to_{name}", NO_GOAL)
        value = median(theirs) / median(ours)
        yield Figure(f"{direction}_ratio{suffix}", value, "ratio", wanted, len(paired), (min(paired), max(paired)))


def _speed(direction: str, way: Way, times: list[float], index: int) -> Figure:
    size = MIB_A_FILE * MIB / 1e6
    words = ""
    if way.site:
        words = f"{median([used[index] for used in way.used]) / size * 1000:.2f} s of the site's processor time a GB"
    ends = (size / max(times), size / min(times))
    return Figure(f"{direction}_{way.name}_mb_s", size / median(times), "MB/s", NO_GOAL, len(times), ends, words)


def _ranges(ways: list[Way]) -> Iterator[Figure]:
    note(f"{RANGES} ranges of {RANGE // 1024} KiB in a file of {MIB_A_FILE} MiB…")
    draw = random.Random(SEED)
    paths = {way.name: way.upload("ranges.flac") for way in ways}
    times: dict[str, list[float]] = {way.name: [] for way in ways}
    for number in range(-RANGES // 10, RANGES):
        start = draw.randrange(MIB_A_FILE * MIB - RANGE)
        for way in draw.sample(ways, len(ways)):
            received = way.wire.get(paths[way.name], span=(start, start + RANGE))
            _check(received, RANGE)
            if number >= 0:
                times[way.name].append(received.first_byte * 1000)
    for name, theirs in times.items():
        if name != ENCRYPTED:
            yield _extra(name, times[ENCRYPTED], theirs)
    # Both do the very same here, so this is what the others are off by for no reason.
    noise = percentile(times[TRUSTING], 0.99) - percentile(times[PLAIN], 0.99)
    yield Figure("range_first_byte_noise_ms_p99", noise, "ms", NO_GOAL, RANGES, (noise, noise), "trusting less plain")
    for name, values in times.items():
        ends = (min(values), max(values))
        words = f"p99 {percentile(values, 0.99):.2f} ms"
        yield Figure(f"range_first_byte_{name}_p50_ms", median(values), "ms", NO_GOAL, len(values), ends, words)


def _extra(name: str, ours: list[float], theirs: list[float]) -> Figure:
    """How much later the first byte comes: 99th percentile less 99th percentile; the spread is that of rounds."""
    extra = [our - their for our, their in zip(ours, theirs, strict=True)]
    suffix, goal = ("", "<= 5") if name == PLAIN else (f"_to_{name}", NO_GOAL)
    value = percentile(ours, 0.99) - percentile(theirs, 0.99)
    words = "spread: p50 and p99 of the differences in one round"
    ends = (median(extra), percentile(extra, 0.99))
    return Figure(f"range_first_byte_extra_ms_p99{suffix}", value, "ms", goal, len(extra), ends, words)


def _large(installation: Installation, site: Served, crate: Crate, size: int | None) -> Iterator[Figure]:
    disk = os.statvfs(installation.data.path)
    free = disk.f_bavail * disk.f_frsize // MIB
    mib = size or min(LARGE_MIB, free // LEAST_FREE // STEP_MIB * STEP_MIB)
    short = "" if mib >= LARGE_MIB else f" (not {LARGE_MIB}: {'so asked' if size else 'the disk is short'})"
    note(f"{mib} MiB{short} up in pieces of {STEP_MIB} MiB, and down in one stream…")
    wire, pattern = Wire(site.port, installation.certificate, crate.token), Pattern(b"set")
    idle = site.peak_mb()
    site.forget_peak()
    began = time.perf_counter()
    path = wire.upload(crate.account_id, "set.wav", pattern, mib=mib, step=STEP_MIB) + "/file"
    up, peak_up = time.perf_counter() - began, site.peak_mb()
    site.forget_peak()
    received = wire.get(path)
    peak_down = site.peak_mb()
    _check(received, mib * MIB)
    wire.close()
    _remove(_blobs(installation))
    size_mb = mib * MIB / 1e6
    words = f"up {peak_up:.0f}, down {peak_down:.0f}, idle {idle:.0f} MB; {mib} MiB{short}"
    ends = (min(peak_up, peak_down), max(peak_up, peak_down))
    yield Figure("stream_rss_mb", max(peak_up, peak_down), "MB", "<= 150", 1, ends, words)
    yield Figure("stream_upload_mb_s", size_mb / up, "MB/s", NO_GOAL, 1, (size_mb / up,) * 2)
    yield Figure(
        "stream_download_mb_s", size_mb / received.seconds, "MB/s", NO_GOAL, 1, (size_mb / received.seconds,) * 2
    )
    first = received.first_byte
    yield Figure("stream_first_byte_s", first, "s", NO_GOAL, 1, (first, first), "of the whole file, not a range")


def _check(received: Received, size: int, sha256: str = "") -> None:
    if received.size != size or received.sha256 != sha256:
        message = "what came down is not what went up"
        raise AssertionError(message)


def _cpu(way: Way) -> float:
    return way.site.cpu_seconds() if way.site else 0.0


def _blobs(installation: Installation) -> Path:
    return installation.data.path / "blobs"


def _touch(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path)


def _remove(folder: Path) -> None:
    """Take what was stored from the disk, so that writing it there doesn't weigh on what follows."""
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file():
                path.unlink()
