"""What callers hear: one catalogue, audio built from it."""
