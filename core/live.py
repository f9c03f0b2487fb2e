"""Names of what changes by the second, in Redis: for consoles, never for the ledger."""

from __future__ import annotations

#: Pub/sub channel of live messages, JSON objects with a `type`.
CHANNEL = "hotline:live"
#: Hash: extension → the seat as it is now, JSON.
SEATS = "hotline:seats"
#: State of live help, JSON: `{"on", "streams", "limit", "lag_s", "dropped", "model", "is_test_model"}`.
HELP = "hotline:live_help"


def said_in(call_id: str) -> str:
    """Key of the list of sentences of a call that was followed, oldest first, JSON."""
    return f"{HELP}:{call_id}"
