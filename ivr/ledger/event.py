"""What every event of a call has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class SwitchEvent:
    """One event of one call. `id` is its position in the switch's file, so a repeat is recognised."""

    id: str
    call_id: str
    at: datetime
