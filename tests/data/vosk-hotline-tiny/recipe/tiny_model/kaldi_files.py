"""Writers of the binary files that Kaldi's and OpenFst's readers, and so vosk, take.

Written from the file formats; only what a plain network needs.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from .decoding_graph import Graph
from .units import Units

_OPENFST_MAGIC = 2125659606
_OPENFST_VERSION = 2
_EXPANDED_MUTABLE = 0x1 | 0x2  # properties of the transducer; the rest is left unknown
_COMPRESSED_STEPS = 65535.0

Floats = npt.NDArray[np.float32] | npt.NDArray[np.float64]


class Layer(NamedTuple):
    """An affine layer: weights (out, offsets x in), bias, and which frames it takes of the one before."""

    weights: Floats
    bias: Floats
    offsets: Sequence[int]


class KaldiStream:
    """Kaldi's binary stream: tokens end in a blank, numbers carry their size."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        stream.write(b"\0B")

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._stream.write(data)

    def tokens(self, *names: str) -> None:
        """Names, each with a blank behind."""
        for name in names:
            self.raw(name.encode() + b" ")

    def integers(self, *values: int) -> None:
        """Single numbers, one after another."""
        for value in values:
            self.raw(struct.pack("<bi", 4, value))

    def real(self, value: float) -> None:
        """A single-precision number."""
        self.raw(struct.pack("<bf", 4, value))

    def integer_vector(self, values: Sequence[int]) -> None:
        """A std::vector of 32-bit integers."""
        self.raw(struct.pack(f"<bi{len(values)}i", 4, len(values), *values))

    def vector(self, values: npt.ArrayLike) -> None:
        """A Vector<float>."""
        array = np.asarray(values, "<f4")
        self.tokens("FV")
        self.integers(len(array))
        self.raw(array.tobytes())

    def matrix(self, values: Floats) -> None:
        """Two bytes a number (Kaldi's compressed format 2, which every matrix reader takes)."""
        low = float(values.min())
        span = float(values.max()) - low or 1.0
        steps = np.round((values - low) * (_COMPRESSED_STEPS / span))
        self.tokens("CM2")
        self.raw(struct.pack("<ffii", low, span, *values.shape))
        self.raw(np.ascontiguousarray(steps).astype("<u2").tobytes())


def write_transition_model(out: KaldiStream, units: Units) -> None:
    """<TransitionModel>: the HMM of every phone, and which network output is which state."""
    state_counts = sorted({len(states) for states in units.states.values()})
    out.tokens("<TransitionModel>", "<Topology>")
    out.integer_vector(list(units.phone_ids.values()))
    kinds = [state_counts.index(len(units.states[name])) for name, _ in units.phone_ids]
    out.integer_vector([-1, *kinds])  # phone 0 does not exist
    out.integers(len(state_counts))
    for count in state_counts:
        _write_topology(out, count)
    out.tokens("</Topology>", "<Triples>")
    triples = [
        (number, state, pdf)
        for (name, _), number in units.phone_ids.items()
        for state, pdf in enumerate(units.states[name])
    ]
    out.integers(len(triples))
    for triple in triples:
        out.integers(*triple)
    out.tokens("</Triples>", "<LogProbs>")
    out.vector([0.0] + [np.log(0.5)] * units.transition_count)
    out.tokens("</LogProbs>", "</TransitionModel>")


def _write_topology(out: KaldiStream, state_count: int) -> None:
    """A left-to-right HMM: from each state, stay or go on, equally likely."""
    out.integers(state_count + 1)
    for state in range(state_count):
        out.integers(state, 2)
        for target in (state, state + 1):
            out.integers(target)
            out.real(0.5)
    out.integers(-1, 0)  # the end: no state, no way on


def write_network(out: KaldiStream, layers: Sequence[Layer], priors: npt.ArrayLike) -> None:
    """<Nnet3>: affine layers with ReLU between and a log-softmax at the end."""
    out.tokens("<Nnet3>")
    out.raw(("\n" + "\n".join(_node_lines(layers)) + "\n\n").encode())
    out.tokens("<NumComponents>")
    out.integers(2 * len(layers))
    for number, layer in enumerate(layers):
        _write_affine(out, f"affine{number}", layer)
        kind = "LogSoftmax" if number == len(layers) - 1 else "RectifiedLinear"
        _write_nonlinearity(out, _nonlinearity_name(number, layers), kind, len(layer.bias))
    out.tokens("</Nnet3>", "<LeftContext>")
    out.integers(-sum(min(layer.offsets) for layer in layers))
    out.tokens("<RightContext>")
    out.integers(sum(max(layer.offsets) for layer in layers))
    out.tokens("<Priors>")
    out.vector(priors)


def _nonlinearity_name(number: int, layers: Sequence[Layer]) -> str:
    return "logsoftmax" if number == len(layers) - 1 else f"relu{number}"


def _node_lines(layers: Sequence[Layer]) -> Iterator[str]:
    """The network's wiring, in nnet3's own language."""
    before = "input"
    yield f"input-node name={before} dim={layers[0].weights.shape[1] // len(layers[0].offsets)}"
    for number, layer in enumerate(layers):
        taken = ", ".join(f"Offset({before}, {offset})" if offset else before for offset in layer.offsets)
        if len(layer.offsets) > 1:
            taken = f"Append({taken})"
        yield f"component-node name=affine{number} component=affine{number} input={taken}"
        name = _nonlinearity_name(number, layers)
        yield f"component-node name={name} component={name} input=affine{number}"
        before = name
    yield f"output-node name=output input={before} objective=linear"


def _write_affine(out: KaldiStream, name: str, layer: Layer) -> None:
    out.tokens("<ComponentName>", name, "<FixedAffineComponent>", "<LinearParams>")
    out.matrix(layer.weights)
    out.tokens("<BiasParams>")
    out.vector(layer.bias)
    out.tokens("</FixedAffineComponent>")


def _write_nonlinearity(out: KaldiStream, name: str, kind: str, dimension: int) -> None:
    out.tokens("<ComponentName>", name, f"<{kind}Component>", "<Dim>")
    out.integers(dimension)
    for statistic in ("<ValueAvg>", "<DerivAvg>"):
        out.tokens(statistic)
        out.vector([])
    out.tokens("<Count>")
    out.real(0.0)
    out.tokens(f"</{kind}Component>")


def write_openfst(stream: BinaryIO, graph: Graph) -> None:
    """An OpenFst "vector" transducer over the tropical semiring."""
    arc_count = sum(len(leaving) for leaving in graph.arcs)
    stream.write(struct.pack("<i", _OPENFST_MAGIC))
    for text in ("vector", "standard"):
        stream.write(struct.pack("<i", len(text)) + text.encode())
    sizes = (0, len(graph.arcs), arc_count)  # start state, states, arcs
    stream.write(struct.pack("<iiQqqq", _OPENFST_VERSION, 0, _EXPANDED_MUTABLE, *sizes))
    for state, leaving in enumerate(graph.arcs):
        stream.write(struct.pack("<fq", graph.finals.get(state, float("inf")), len(leaving)))
        for arc in leaving:
            stream.write(struct.pack("<iifi", *arc))
