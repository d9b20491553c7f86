"""Sound for the tests: a kick on each beat and a tone above it, as an uncompressed WAV file."""

import math
import wave
from array import array
from functools import cache
from io import BytesIO

RATE = 22_050  # samples a second
LOUD = 9_000  # of 32,767


@cache
def wav(seconds: int, *, beats_per_minute: int = 120, tone: float = 220.0) -> bytes:
    """Stereo, 16 bits, 88,200 bytes a second."""
    beat = RATE * 60 // beats_per_minute
    one = array("h", (_sample(number, beat, tone) for number in range(beat)))
    stereo = array("h", (sample for sample in one for _channel in range(2))).tobytes()
    wanted = seconds * RATE * 4
    file = BytesIO()
    with wave.open(file, "wb") as track:
        track.setnchannels(2)
        track.setsampwidth(2)
        track.setframerate(RATE)
        track.writeframes((stereo * (wanted // len(stereo) + 1))[:wanted])
    return file.getvalue()


def _sample(number: int, beat: int, tone: float) -> int:
    seconds, fading = number / RATE, 1 - number / beat
    kick = math.sin(2 * math.pi * 55 * seconds) * fading**4
    return int(LOUD * (kick + 0.3 * math.sin(2 * math.pi * tone * seconds)))
