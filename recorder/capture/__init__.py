"""Capture (录制): staging copies and their disk, stretches that are not recorded, states and second tries."""
