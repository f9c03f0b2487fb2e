"""The person of a request, as the stores of the house want it."""

from __future__ import annotations

from core.tables import Role
from ivr.house.hands import Hand
from web.api.route import Ask

#: Who decides what callers hear.
LEADERS = frozenset({Role.SHIFT_LEADER, Role.ADMINISTRATOR})


def hand(ask: Ask) -> Hand:
    return Hand(ask.services.sessions, ask.services.clock, ask.account, ask.address)
