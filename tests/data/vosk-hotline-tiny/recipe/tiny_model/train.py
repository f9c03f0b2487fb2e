"""The acoustic network: a small TDNN from MFCCs to HMM states, and its training.

Only offsets that are multiples of 3 frames lie behind the first layer, so everything runs at 30 ms, the
step vosk counts its word times by.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from .batches import FRAMES_A_STEP, IGNORED, Batch, batches, targets
from .kaldi_files import Layer
from .units import Units
from .utterances import Utterance

_log = logging.getLogger(__name__)

FIRST_SPLICE = 4  # frames of 10 ms on either side
LATER_STEPS = (1, 1, 2, 2)  # of 30 ms on either side, a layer each
CONTEXT = FIRST_SPLICE + FRAMES_A_STEP * sum(LATER_STEPS)
WIDTH = 256
_DROPOUT = 0.1
_PEAK_RATE, _WEIGHT_DECAY, _LABEL_SMOOTHING = 3e-3, 1e-3, 0.02
_SEED = 7
_UTTERANCES_FOR_SCALE = 1000
_SPARE_BATCHES = 4  # an epoch's number of batches varies a little, and the schedule must not run out


class Tdnn(nn.Module):
    """Time-delay network with ReLU and batch normalisation behind each layer but the last."""

    mean: Tensor
    deviation: Tensor

    def __init__(
        self, outputs: int, mean: npt.NDArray[np.float32], deviation: npt.NDArray[np.float32]
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("deviation", torch.from_numpy(deviation))
        first = nn.Conv1d(len(mean), WIDTH, 2 * FIRST_SPLICE + 1, stride=FRAMES_A_STEP)
        later = (nn.Conv1d(WIDTH, WIDTH, 3, dilation=step) for step in LATER_STEPS)
        self.layers = nn.ModuleList([first, *later])
        self.norms = nn.ModuleList(nn.BatchNorm1d(WIDTH) for _ in self.layers)
        self.output = nn.Conv1d(WIDTH, outputs, 1)
        self.dropout = nn.Dropout(_DROPOUT)

    def forward(self, features: Tensor) -> Tensor:
        """(batch, features, frames with CONTEXT on both sides) to (batch, outputs, steps)."""
        hidden = (features - self.mean[:, None]) / self.deviation[:, None]
        for layer, norm in zip(self.layers, self.norms, strict=True):
            hidden = self.dropout(norm(torch.relu(layer(hidden))))
        scores: Tensor = self.output(hidden)
        return scores

    def affine_layers(self) -> Iterator[Layer]:
        """The same network as plain layers, every normalisation folded into the layer that follows."""
        scale, shift = 1 / self.deviation, -self.mean / self.deviation
        layers = [*self.layers, self.output]
        for layer, norm, offsets in zip(layers, [*self.norms, None], _offsets(), strict=True):
            weight = layer.weight.detach().double()  # (out, in, offset)
            bias = layer.bias.detach().double() + (weight * shift.double()[:, None]).sum((1, 2))
            weight = (weight * scale.double()[:, None]).permute(0, 2, 1).flatten(1)
            yield Layer(weight.float().numpy(), bias.float().numpy(), offsets)
            if norm is not None:
                scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
                shift = (norm.bias - norm.running_mean * scale).detach()


def _offsets() -> list[list[int]]:
    """Which frames (of 10 ms) of the layer before each affine layer takes."""
    first = list(range(-FIRST_SPLICE, FIRST_SPLICE + 1))
    return [first, *([-FRAMES_A_STEP * step, 0, FRAMES_A_STEP * step] for step in LATER_STEPS), [0]]


def train(
    data: Sequence[Utterance], check: Sequence[Utterance], units: Units, epochs: int
) -> tuple[list[Layer], npt.NDArray[np.float64]]:
    """The layers of a network trained on `data`, and the share of each output in it (its prior).

    `check`, utterances not trained on, is only reported on.
    """
    torch.manual_seed(_SEED)
    rng = np.random.default_rng(_SEED)
    output_of = units.state_of_mark()
    net = _new_network(data, units.pdf_count)
    prior = _prior(data, units.pdf_count, output_of)
    optimizer = torch.optim.AdamW(net.parameters(), lr=_PEAK_RATE, weight_decay=_WEIGHT_DECAY)
    batches_an_epoch = sum(1 for _ in batches(data, output_of, CONTEXT, rng)) + _SPARE_BATCHES
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, _PEAK_RATE, total_steps=epochs * batches_an_epoch
    )
    for epoch in range(epochs):
        begin = time.monotonic()
        loss = _run_epoch(net, optimizer, schedule, batches(data, output_of, CONTEXT, rng))
        share = _share_right(net, batches(check, output_of, CONTEXT, np.random.default_rng(0)))
        _log.info(
            "epoch %d: loss %.3f, states right on unseen utterances %.3f, %.0f s",
            *(epoch + 1, loss, share, time.monotonic() - begin),
        )
    return list(net.affine_layers()), prior


def _new_network(data: Sequence[Utterance], outputs: int) -> Tdnn:
    sample = np.concatenate([item.features for item in data[:_UTTERANCES_FOR_SCALE]]).astype(np.float32)
    return Tdnn(outputs, sample.mean(0), sample.std(0) + np.float32(1e-3))


def _prior(data: Sequence[Utterance], outputs: int, output_of: Mapping[str, int]) -> npt.NDArray[np.float64]:
    counts = np.ones(outputs)
    for item in data:
        counts += np.bincount(targets(item.marks, len(item.features), 0, output_of), minlength=outputs)
    prior: npt.NDArray[np.float64] = counts / counts.sum()
    return prior


def _run_epoch(
    net: Tdnn,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    epoch: Iterator[Batch],
) -> float:
    """One pass with weight updates; the mean loss."""
    loss_of = nn.CrossEntropyLoss(ignore_index=IGNORED, label_smoothing=_LABEL_SMOOTHING)
    losses = []
    net.train()
    for features, wanted in epoch:
        loss = loss_of(net(torch.from_numpy(features)), torch.from_numpy(wanted))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return float(np.mean(losses))


def _share_right(net: Tdnn, epoch: Iterator[Batch]) -> float:
    """The share of steps whose likeliest output is the wanted one; leaves the network in eval mode."""
    net.eval()
    right = total = 0
    with torch.no_grad():
        for features, wanted in epoch:
            best = net(torch.from_numpy(features)).argmax(1).numpy()
            right += int(((best == wanted) & (wanted != IGNORED)).sum())
            total += int((wanted != IGNORED).sum())
    return right / total
