"""Names of what live help keeps in Redis."""

from __future__ import annotations

#: State of live help, JSON: `{"on", "streams", "limit", "lag_s", "dropped", "model", "is_test_model"}`.
STATE = "hotline:live_help"


def said_in(call_id: str) -> str:
    """Key of the list of sentences of a call that was followed, oldest first, JSON."""
    return f"{STATE}:{call_id}"
