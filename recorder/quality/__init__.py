"""Quality inspection (质检): score sheets, sampling, pre-scoring, scores, appeals, calibration, reports."""

from recorder.quality.forgetting import forget

__all__ = ["forget"]
