"""Proving who one is by digits (PIN) that the seat does not hear and nobody keeps."""
