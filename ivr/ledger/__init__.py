"""The call ledger: what happened to each call, computed by a pure reducer over switch events."""
