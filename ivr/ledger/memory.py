"""The events of calls in progress, so that not every new one makes the ledger read all the others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from ivr.ledger.events import SwitchEvent

#: Calls kept; many more than there can be at once.
MAX_CALLS = 1000
Known = Mapping[str, SwitchEvent]


class Memory:
    """What has been committed of the latest calls, by call and event id. For the one who writes the ledger.

    What a transaction adds counts only once `keep` is called after its commit; if it fails, call `forget`,
    and everything is read again.
    """

    def __init__(self) -> None:
        self._calls: OrderedDict[str, dict[str, SwitchEvent]] = OrderedDict()
        self._new: dict[str, dict[str, SwitchEvent]] = {}

    def get(self, call_id: str) -> Known | None:
        """The committed events of the call; None when they have to be read."""
        return self._calls.get(call_id)

    def note(self, call_id: str, events: Mapping[str, SwitchEvent]) -> None:
        """All events of the call, should the transaction be committed."""
        self._new[call_id] = dict(events)

    def keep(self) -> None:
        """The transaction is committed."""
        for call_id, events in self._new.items():
            self._calls[call_id] = events
            self._calls.move_to_end(call_id)
        self._new.clear()
        while len(self._calls) > MAX_CALLS:
            self._calls.popitem(last=False)

    def forget(self) -> None:
        """The transaction failed, or may have: trust nothing."""
        self._calls.clear()
        self._new.clear()
