"""Build the model directory: speech, network, decoding graph.

With --graph-only the network stays as it is and only words and patterns are taken anew from
hotline.txt; that takes seconds and needs no PyTorch.
"""

import argparse
import logging
import os
import sys
import time
from pathlib import Path

from tiny_model import language_model, model_folder, phrases, pronunciation, utterances
from tiny_model.espeak import Espeak
from tiny_model.units import Units

_log = logging.getLogger("build")


def build_acoustic(model: Path, said: phrases.Phrases, units: Units, count: int, epochs: int) -> None:
    """Train a network on `count` new utterances and write it."""
    from tiny_model import train  # only here, so that --graph-only needs no PyTorch

    processes = os.cpu_count() or 1
    data = utterances.render(utterances.plan(said, count, seed=1), processes)
    check = utterances.render(utterances.plan(said, 200, seed=2), processes)
    _log.info("%d utterances, %.1f h", len(data), sum(item.seconds for item in data) / 3600)
    layers, prior = train.train(data, check, units, epochs)
    model_folder.write_acoustic(model, layers, prior, units)


def build_graph(model: Path, said: phrases.Phrases, units: Units, espeak: Espeak) -> int:
    """Write the decoding graph; the number of its words."""
    lexicon = pronunciation.lexicon(said.vocabulary(), said.readings, espeak)
    bigrams = language_model.estimate(language_model.training_sentences(said), list(lexicon))
    model_folder.write_graph(model, units, lexicon, bigrams)
    return len(lexicon)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="the model directory")
    parser.add_argument("--utterances", type=int, default=5000)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--graph-only", action="store_true", help="new words or patterns, same network")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    begin = time.monotonic()
    said, espeak = phrases.load(), Espeak()
    if options.graph_only:
        units = model_folder.read_units(options.model)
    else:
        units = Units(*pronunciation.inventory(said.vocabulary(), espeak))
        build_acoustic(options.model, said, units, options.utterances, options.epochs)
    words = build_graph(options.model, said, units, espeak)
    size = sum(path.stat().st_size for path in options.model.rglob("*") if path.is_file())
    _log.info("%d words, %.1f MB, %.0f s", words, size / 1e6, time.monotonic() - begin)


if __name__ == "__main__":
    main()
