"""Recordings: ingest, archive, transcribe, play back."""
