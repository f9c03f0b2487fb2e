"""The model directory, part by part, as vosk expects it."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from . import decoding_graph
from .features import mfcc_conf
from .kaldi_files import KaldiStream, Layer, write_network, write_openfst, write_transition_model
from .language_model import Bigrams
from .pronunciation import Lexicon
from .units import Units

# An acoustic scale of 0.4 makes the fewest errors, and confidence says most there.
_MODEL_CONF = """\
--min-active=200
--max-active=2000
--beam=12.0
--lattice-beam=5.0
--acoustic-scale=0.4
--frame-subsampling-factor=3
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.8
--endpoint.rule4.min-trailing-silence=1.5
"""
_UNITS = Path("am/units.json")  # not vosk's: for a later change of the words
_LEAST_PRIOR = 1e-4


def write_acoustic(
    model: Path, layers: Sequence[Layer], prior: npt.NDArray[np.float64], units: Units
) -> None:
    """`am/` and `conf/`; `prior` is the share of each network output in the training speech."""
    for name in ("am", "conf"):
        (model / name).mkdir(parents=True, exist_ok=True)
    (model / "conf/mfcc.conf").write_text(mfcc_conf())
    (model / "conf/model.conf").write_text(_MODEL_CONF)
    inventory = {"initials": units.initials, "finals": units.finals}
    (model / _UNITS).write_text(json.dumps(inventory) + "\n")
    with (model / "am/final.mdl").open("wb") as stream:
        out = KaldiStream(stream)
        write_transition_model(out, units)
        write_network(out, layers, np.maximum(prior, _LEAST_PRIOR))


def read_units(model: Path) -> Units:
    """The units a model's network was trained on.

    Raises:
        FileNotFoundError: the directory has no network yet.
    """
    return Units(**json.loads((model / _UNITS).read_text()))


def write_graph(model: Path, units: Units, lexicon: Lexicon, bigrams: Bigrams) -> None:
    """`graph/`.

    Raises:
        ValueError: a word is read with units the network was not trained on.
    """
    for word, readings in lexicon.items():
        unknown = {name for reading in readings for name in reading} - set(units.names)
        if unknown:
            raise ValueError(f"{word} has units the network was not trained on: {unknown}")
    folder = model / "graph"
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    word_ids = {word: number for number, word in enumerate(["<eps>", *sorted(lexicon)])}
    (folder / "words.txt").write_text(
        "".join(f"{word} {number}\n" for word, number in word_ids.items()), "utf-8"
    )
    (folder / "phones/word_boundary.int").write_text("".join(line + "\n" for line in units.boundary_lines()))
    with (folder / "HCLG.fst").open("wb") as stream:
        write_openfst(stream, decoding_graph.build(lexicon, units, word_ids, bigrams))
