"""Calls to citizens: whom we may call, on which channels, and what became of it."""
