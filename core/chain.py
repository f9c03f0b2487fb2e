"""Chained sums: each takes in the one before it, so that nothing earlier can change unseen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

#: Stands before the first link of every chain.
FIRST = "0" * 64


def canonical(value: object) -> bytes:
    """One way of writing JSON, whatever database the value came from: sorted keys, ASCII, times in UTC."""
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=_moment, allow_nan=False
    )
    return text.encode()


def link(previous: str, what: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of what is chained and of the link before."""
    return sha256(previous.encode() + b"\n" + canonical(what)).hexdigest()


def _moment(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no place in a chain")
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")
