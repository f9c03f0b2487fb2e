"""The way of what is worth telling at once and nowhere kept: Redis pub/sub, from `exchange` to `web`.

Messages are JSON objects with a `type`. One with `to`, a list of extensions, goes to the consoles of those
seats only, as it is.
"""

from __future__ import annotations

LIVE = "hotline:live"
#: Hash: extension → what the seat does at this moment (SeatLive as JSON), kept by the presence keeper.
SEATS = "hotline:seats"
#: Hash: kind → `{kind, text, text_en, since}` as JSON, while the alarm lasts.
ALARMS = "hotline:alarms"
