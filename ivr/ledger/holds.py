"""Notes when a seat presses hold on its own phone, which the switch's event file does not tell.

The switch says it by AMI, to whoever listens just then. The note goes to a file of the same form beside the
event file, and the watcher, the one writer of the ledger, reads both: neither database nor Redis is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import structlog

from core.clock import Clock
from core.settings import Settings
from ivr.switch.cel import FIELDS, SEAT_CHANNEL

#: Names of the switch's events.
HELD, RESUMED = "Hold", "Unhold"

log = structlog.get_logger()


class Listens(Protocol):
    """As much of the switch as this needs (ivr.switch.ami.Switch)."""

    def listen(self, names: Iterable[str], hear: Callable[[Mapping[str, str]], None]) -> None: ...


def path(settings: Settings) -> Path:
    """The file of notes."""
    return settings.asterisk_dir / "log" / "cel-custom" / "holds.log"


class Holds:
    """Writes a line for each hold of a seat and each end of one."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock

    def listen(self, switch: Listens) -> None:
        """From now on."""
        switch.listen((HELD, RESUMED), self.hear)

    def hear(self, told: Mapping[str, str]) -> None:
        """An event of the switch; those of other lines than seats' say nothing."""
        if told["event"] not in (HELD, RESUMED) or not SEAT_CHANNEL.match(told.get("channel", "")):
            return
        fields = {
            "type": told["event"].upper(),
            "time": f"{self._clock.now().timestamp():.6f}",
            "linked_id": told.get("linkedid", ""),
            "unique_id": told.get("uniqueid", ""),
            "channel": told["channel"],
        }
        line = " ".join(quote(fields.get(name, ""), safe="") for name in FIELDS)
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            log.error("a seat's hold is not noted", channel=told["channel"], why=str(error))
