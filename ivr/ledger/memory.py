"""The events of calls in progress, so that not every new one makes the ledger read all the others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from ivr.ledger.event import SwitchEvent

#: Calls kept; many more than there can be at once.
MAX_CALLS = 1000


@dataclass(frozen=True)
class Known:
    """What is known of a call."""

    #: By event id; those of joined threads are among them.
    events: Mapping[str, SwitchEvent]
    #: Its caller has asked for help: that has been told.
    asked: bool
    #: It has legs already: written when it ended.
    has_legs: bool


class Memory:
    """What has been committed of the latest calls. For the one who writes the ledger.

    What a transaction adds counts only once `keep` is called after its commit; if it fails, call `forget`,
    and everything is read again.
    """

    def __init__(self) -> None:
        self._calls: OrderedDict[str, Known] = OrderedDict()
        self._new: dict[str, Known] = {}

    def get(self, call_id: str) -> Known | None:
        """What is committed of the call; None when it has to be read."""
        return self._calls.get(call_id)

    def note(self, call_id: str, known: Known) -> None:
        """What is known of the call, should the transaction be committed."""
        self._new[call_id] = known

    def keep(self) -> None:
        """The transaction is committed."""
        for call_id, known in self._new.items():
            self._calls[call_id] = known
            self._calls.move_to_end(call_id)
        self._new.clear()
        while len(self._calls) > MAX_CALLS:
            self._calls.popitem(last=False)

    def forget(self) -> None:
        """The transaction failed, or may have: trust nothing."""
        self._calls.clear()
        self._new.clear()
