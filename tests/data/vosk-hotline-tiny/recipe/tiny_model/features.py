"""The MFCCs of Kaldi, exactly as vosk computes them from `conf/mfcc.conf`."""

import kaldi_native_fbank as knf
import numpy as np
import numpy.typing as npt

DIMENSION = 40
_SAMPLE_RATE_HZ = 8000
_LOW_HZ, _HIGH_HZ = 40, 3800
_DITHER = 0  # vosk would otherwise add random noise, and the same audio must give the same result


def mfcc_conf() -> str:
    """The text of `conf/mfcc.conf`."""
    options = {
        "use-energy": "false",
        "sample-frequency": _SAMPLE_RATE_HZ,
        "num-mel-bins": DIMENSION,
        "num-ceps": DIMENSION,
        "low-freq": _LOW_HZ,
        "high-freq": _HIGH_HZ,
        "dither": _DITHER,
    }
    return "".join(f"--{name}={value}\n" for name, value in options.items())


def mfcc(pcm: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
    """Features, (frames at 10 ms, DIMENSION), of samples at 8 kHz."""
    options = knf.MfccOptions()
    options.use_energy = False
    options.frame_opts.samp_freq = float(_SAMPLE_RATE_HZ)
    options.frame_opts.dither = float(_DITHER)
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = DIMENSION
    options.mel_opts.low_freq = float(_LOW_HZ)
    options.mel_opts.high_freq = float(_HIGH_HZ)
    options.num_ceps = DIMENSION
    computer = knf.OnlineMfcc(options)
    computer.accept_waveform(float(_SAMPLE_RATE_HZ), pcm.astype(np.float32).tolist())
    computer.input_finished()
    frames = [computer.get_frame(index) for index in range(computer.num_frames_ready)]
    return np.stack(frames).astype(np.float32)
