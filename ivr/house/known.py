"""What a flow's text may name on this hotline: prompts, queues, duty phones. Reads and checks texts."""

from __future__ import annotations

from dataclasses import dataclass

from core.settings import Settings
from ivr import queues
from ivr.flows import loader
from ivr.flows.loader import Problem
from ivr.flows.model import Flow
from ivr.prompts import catalogue


@dataclass(frozen=True)
class Known:
    """Names as they were when it was read."""

    prompts: frozenset[str]
    queues: tuple[str, ...]
    forwards: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> Known:
        """
        Raises:
            ivr.prompts.catalogue.CatalogueError, ivr.queues.QueueFileError
        """
        prompts = frozenset(catalogue.load(settings))
        return cls(prompts, tuple(queues.load(settings)), tuple(settings.forward.numbers))

    def parse(self, name: str, text: str) -> Flow:
        """
        Raises:
            ivr.flows.loader.FlowError
        """
        return loader.parse(name, text, self.prompts, self.queues, self.forwards)

    def check(self, name: str, text: str) -> list[Problem]:
        """What is wrong with `text`; nothing when `parse` would take it."""
        return loader.check(name, text, self.prompts, self.queues, self.forwards)
