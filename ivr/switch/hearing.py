"""Who hears what the switch tells by itself (AMI events); used by `ivr.switch.ami` only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog

#: Told an event: its fields in lower case, its name under `event`; of a field that came twice the last value.
Hear = Callable[[Mapping[str, str]], None]
#: Not the switch's own events: the connection to it is gone; it stands (again).
LOST, CONNECTED = "Lost", "Connected"

log = structlog.get_logger()


class Hearing:
    """Hands the events of one connection to whoever asked for them, by name."""

    def __init__(self, register: Callable[[str, Callable[[Any, Any], None]], object]) -> None:
        """`register`: have a function called with (anything, message) for each event of a name."""
        self._register = register
        self._hearers: list[Hear] = []

    def listen(self, names: Iterable[str], hear: Hear) -> None:
        """Call `hear` for each event of one of these names, and when the connection is lost or stands."""
        self._hearers.append(hear)
        for name in names:
            self._register(name, lambda _manager, message: _tell(hear, _fields(message)))

    def say(self, name: str) -> None:
        """Tell everybody of the connection itself: `LOST` or `CONNECTED`."""
        for hear in self._hearers:
            _tell(hear, {"event": name})


def _tell(hear: Hear, fields: Mapping[str, str]) -> None:
    try:
        hear(fields)
    except Exception:  # event consumer, a named boundary: raised further, it would break the connection
        log.exception("an event of the switch was not understood", kind=fields["event"])


def _fields(message: Any) -> dict[str, str]:
    rows = ((name.lower(), value) for name, value in message.items() if name != "content")
    return {name: value[-1] if isinstance(value, list) else str(value) for name, value in rows}
