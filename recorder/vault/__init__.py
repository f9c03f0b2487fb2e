"""The vault: recordings encrypted where they lie (信封加密, docs/decisions/0014)."""
