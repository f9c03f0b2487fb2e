"""The held-out test, through the real vosk: other speakers, speeds, pitches and sentences.

Ends with status 1 if more than a tenth of the characters of the first test are wrong.
"""

import argparse
import logging
import sys
import time
from pathlib import Path

import vosk
from tiny_model import held_out, phrases
from tiny_model.espeak import Espeak
from tiny_model.measure import Score, measure, recognise
from tiny_model.telephone import telephone

_log = logging.getLogger("evaluate")

_WORST_CER = 0.10
_SENTENCES = 50
_NOISE_DECIBELS = (20, 10, 5, 0)


def _report(title: str, score: Score, show: bool = True) -> None:
    _log.info("%s: %s", title, "\n   ".join(score.lines()))
    if show:
        for mistake in score.mistakes:
            _log.info("   %s", mistake)


def run(model_folder: Path) -> Score:
    """Report every test; the score of the first."""
    begin = time.perf_counter()
    model, espeak = vosk.Model(str(model_folder)), Espeak()
    _log.info("loaded in %.2f s", time.perf_counter() - begin)
    sentences = held_out.of_patterns(phrases.load(), _SENTENCES)
    spoken = held_out.characters
    first = measure(model, espeak, sentences, spoken, telephone)
    _report("held-out, characters", first)
    _report("held-out, pinyin", measure(model, espeak, sentences, held_out.right_pinyin, telephone))
    wide = measure(model, espeak, sentences, spoken, held_out.wideband, rate_hz=16_000)
    _report("held-out, brought to 16 kHz", wide)
    _report("held-out, clean line", measure(model, espeak, sentences, spoken, held_out.clean_line))
    _report("by hand", measure(model, espeak, held_out.by_hand(), spoken, telephone))
    for decibels in _NOISE_DECIBELS:
        score = measure(model, espeak, sentences, spoken, held_out.noisy(decibels))
        _report(f"held-out, white noise at {decibels} dB", score, show=False)
    for name, sound in held_out.without_speech().items():
        _log.info("%s: %s", name, [word["word"] for word in recognise(model, sound)])
    return first


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="the model directory")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    vosk.SetLogLevel(-1)
    return int(run(options.model).cer > _WORST_CER)


if __name__ == "__main__":
    sys.exit(main())
