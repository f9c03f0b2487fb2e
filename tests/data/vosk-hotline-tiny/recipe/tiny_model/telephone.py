"""A telephone line: what is left of speech after 8 kHz, the line's band, noise and A-law."""

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, resample_poly, sosfilt

from .espeak import Samples

RATE_HZ = 8000
SPEECH_LEVEL = 2000.0  # root mean square of speech before the line, of 32768

_FULL_SCALE = (-32768, 32767)
_LINE_BAND = butter(4, [300, 3400], "bandpass", fs=RATE_HZ, output="sos")
_NOISE_TILT = butter(1, 500, "lowpass", fs=RATE_HZ, output="sos")

Signal = npt.NDArray[np.float64]


def telephone(pcm: Samples, rate_hz: int, rng: np.random.Generator, quiet: bool = False) -> Samples:
    """Speech at `rate_hz` as a call carries it, at 8 kHz; `quiet` is a fixed, undisturbed line."""
    signal = at_line_rate(pcm, rate_hz)
    return alaw(to_samples(signal if quiet else _disturb(signal, rng)))


def at_line_rate(pcm: Samples, rate_hz: int) -> Signal:
    """Resampled to 8 kHz and brought to SPEECH_LEVEL."""
    signal = np.asarray(resample_poly(pcm.astype(np.float64), RATE_HZ // 50, rate_hz // 50))
    return signal * (SPEECH_LEVEL / _rms(signal))


def _disturb(signal: Signal, rng: np.random.Generator) -> Signal:
    """Band, handset, noise and gain, each by chance."""
    if rng.random() < 0.7:
        signal = sosfilt(_LINE_BAND, signal)
    if rng.random() < 0.3:  # a handset: a gentle tilt
        tilt = rng.uniform(-0.4, 0.6)
        signal = np.append(signal[0], signal[1:] - tilt * signal[:-1])
    noise = rng.standard_normal(len(signal))
    if rng.random() < 0.5:  # coloured
        noise = sosfilt(_NOISE_TILT, noise)
    noise /= np.sqrt(np.mean(noise**2))
    level = _rms(signal)
    if rng.random() < 0.85:
        decibels = rng.uniform(12, 45)
        signal = signal + noise * level * 10 ** (-decibels / 20)
    gain_decibels = rng.uniform(-16, 10)
    return np.asarray(signal * 10 ** (gain_decibels / 20))


def _rms(signal: Signal) -> float:
    return float(np.sqrt(np.mean(signal**2))) + 1e-9


def to_samples(signal: Signal) -> Samples:
    """Rounded and clipped to 16 bits."""
    return np.clip(np.round(signal), *_FULL_SCALE).astype(np.int16)


def alaw(pcm: Samples) -> Samples:
    """What is left of 16-bit samples after ITU-T G.711 A-law and back."""
    wide = pcm.astype(np.int32)
    magnitude = np.where(wide >= 0, wide, -wide - 1) >> 3  # 12 bits and a sign
    octave = np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32)
    step = np.maximum(octave - 4, 1)  # 16 steps an octave
    value = ((magnitude >> step << step) + (1 << step >> 1)) << 3
    out: Samples = np.where(wide >= 0, value, -value).astype(np.int16)
    return out
