"""Stands in for Piper: a tone a little longer for each character, or one of the ways it can fail.

Started as Piper is: text on stdin, `--model FILE --output_file FILE`. The model's name chooses what happens.
"""

from __future__ import annotations

import argparse
import math
import struct
import sys
import wave
from pathlib import Path

RATE_HZ = 16000


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--output_file", type=Path, required=True)
    options = parser.parse_args()
    lines = sys.stdin.read().splitlines()
    if options.model.stem == "broken":
        sys.stderr.write("no such model\n")
        return 1
    if options.model.stem == "mute":
        return 0
    Path(f"{options.model}.heard").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    with wave.open(str(options.output_file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        count = RATE_HZ * (200 + 10 * len(lines[-1])) // 1000
        tone = (int(9000 * math.sin(2 * math.pi * 300 * n / RATE_HZ)) for n in range(count))
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in tone))
    return 0


if __name__ == "__main__":
    sys.exit(main())
