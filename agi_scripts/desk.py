"""What the handlers of one FastAGI server share: put together once, when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from agi_scripts.facts import CaseFile
from agi_scripts.ratings import Ratings
from agi_scripts.speech import SpokenValues
from core.clock import Clock, SystemClock
from core.db import SessionFactory
from core.settings import Settings
from ivr.flows.ports import Cases, Speech, Visits, World
from ivr.house.keeper import HouseKeeper
from ivr.house.known import Known
from ivr.house.model import House


class Keeper(Protocol):
    """Where the current House comes from."""

    @property
    def current(self) -> House: ...


@dataclass(frozen=True)
class Desk:
    """Everything a call may need besides its own channel."""

    settings: Settings
    keeper: Keeper
    cases: Cases
    visits: Visits
    speech: Speech = field(default_factory=SpokenValues)
    clock: Clock = field(default_factory=SystemClock)

    def world(self, house: House, caller: str) -> World:
        """What the flow of one call may ask."""
        flow = self.settings.flow
        return World(
            cases=self.cases,
            visits=self.visits,
            speech=self.speech,
            caller=caller,
            articles=house.articles,
            forwards=frozenset(name for name, number in self.forwards.items() if number),
            menu_wait_s=flow.menu_wait_s,
            digit_wait_s=flow.digit_wait_s,
        )

    @property
    def forwards(self) -> Mapping[str, str]:
        return self.settings.forward.numbers


def make(settings: Settings, sessions: SessionFactory) -> tuple[Desk, HouseKeeper]:
    """The desk, and the keeper that has to run beside the server.

    Raises:
        ivr.flows.loader.FlowError, ivr.prompts.catalogue.CatalogueError, ivr.queues.QueueFileError
    """
    keeper = HouseKeeper(settings, sessions, Known.of(settings).parse)
    cases = CaseFile(sessions, settings.flow.lookup_s)
    return Desk(settings, keeper, cases, Ratings(sessions, settings, SystemClock())), keeper
