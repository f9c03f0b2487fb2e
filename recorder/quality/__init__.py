"""Quality inspection (质检): score sheets, sampling, pre-scoring, scores, appeals, calibration, reports."""
