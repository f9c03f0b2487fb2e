"""Training batches: utterances of like length side by side, with the network output for every step.

Features come at 10 ms, steps at 30 ms (Kaldi's frame-subsampling-factor 3).
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from .features import DIMENSION
from .utterances import Mark, Utterance

FRAMES_A_STEP = 3
IGNORED = -100  # the target of a step past an utterance's end
_FRAMES_A_BATCH = 12_000
_FRAME_S, _STEP_S = 0.01, 0.03
_HALF_WINDOW_S = 0.0125  # a feature frame spans 25 ms

Batch = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]
"""Features (utterances, DIMENSION, frames with the context on both sides), targets (utterances, steps)."""


def targets(
    marks: Sequence[Mark], frames: int, shift: int, output_of: Mapping[str, int]
) -> npt.NDArray[np.int64]:
    """Network outputs for the frames `shift`, `shift` + 3, …; every mark gets a step at least."""
    step_count = (frames - shift + FRAMES_A_STEP - 1) // FRAMES_A_STEP
    starts: list[int] = []
    for _, start_s in marks:
        step = int(np.ceil((start_s - _HALF_WINDOW_S - _FRAME_S * shift) / _STEP_S - 0.001))
        starts.append(max(step, starts[-1] + 1 if starts else 0))
    out = np.zeros(step_count, np.int64)
    for (name, _), first, end in zip(marks, starts, [*starts[1:], step_count], strict=True):
        out[first:end] = output_of[name]
    return out


def batches(
    data: Sequence[Utterance], output_of: Mapping[str, int], context: int, rng: np.random.Generator
) -> Iterator[Batch]:
    """All utterances once, in random groups, each from a random one of its first three frames."""
    groups = _groups([len(item.features) for item in data], rng)
    rng.shuffle(groups)
    for group in groups:
        yield _batch([data[index] for index in group], output_of, context, rng)


def _groups(lengths: Sequence[int], rng: np.random.Generator) -> list[list[int]]:
    """Utterances of about the same length, at most _FRAMES_A_BATCH with the padding."""
    about = np.array(lengths) * rng.uniform(0.97, 1.03, len(lengths))
    groups: list[list[int]] = []
    group: list[int] = []
    longest = 0
    for index in np.argsort(about).tolist():
        longest = max(longest, lengths[index])
        if group and longest * (len(group) + 1) > _FRAMES_A_BATCH:
            groups.append(group)
            group, longest = [], lengths[index]
        group.append(index)
    groups.append(group)
    return groups


def _batch(
    items: Sequence[Utterance], output_of: Mapping[str, int], context: int, rng: np.random.Generator
) -> Batch:
    longest = max(len(item.features) for item in items)
    steps = (longest + FRAMES_A_STEP - 1) // FRAMES_A_STEP
    room = FRAMES_A_STEP * (steps - 1) + 1 + 2 * context
    features = np.zeros((len(items), room, DIMENSION), np.float32)
    wanted = np.full((len(items), steps), IGNORED, np.int64)
    for row, item in enumerate(items):
        shift = int(rng.integers(FRAMES_A_STEP))
        target = targets(item.marks, len(item.features), shift, output_of)
        padded = np.pad(item.features[shift:], ((context, context), (0, 0)), "edge")[:room]
        features[row, : len(padded)] = padded
        wanted[row, : len(target)] = target
    return features.transpose(0, 2, 1).copy(), wanted
