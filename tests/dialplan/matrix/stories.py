"""Scenarios as the lanes act them out: each once, and once more for a test that is tried again."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from tests.dialplan.matrix.lanes import Lane, Story
from tests.dialplan.matrix.scenarios import SCENARIOS
from tests.seat import evidence
from tests.seat.evidence import Evidence

Told = tuple[Story, Evidence]
#: A scenario takes a dozen seconds; each of its steps has a bound of its own.
_WHOLE_S = 120


class Stories:
    """Who asks waits until a lane of the right sort has acted it out."""

    def __init__(self) -> None:
        self._takes: dict[tuple[str, str], list[asyncio.Future[Told]]] = defaultdict(list)
        self._todo: dict[str, asyncio.Queue[tuple[str, asyncio.Future[Told]]]] = defaultdict(asyncio.Queue)

    def told(self, name: str, kind: str, attempt: int = 1) -> asyncio.Future[Told]:
        """The newest take of a scenario on a device; at least the `attempt`th: it is acted out for that.

        A take that went wrong raises what went wrong, for every test that asks for it.
        """
        takes = self._takes[name, kind]
        while len(takes) < attempt:
            takes.append(asyncio.get_running_loop().create_future())
            self._todo[kind].put_nowait((name, takes[-1]))
        return takes[-1]

    async def work(self, lane: Lane, kind: str) -> None:
        """Act out with this lane whatever is asked for, until cancelled."""
        while True:
            name, take = await self._todo[kind].get()
            story = Story()
            try:
                take.set_result(await _acted(lane, name, story))
            except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to that scenario's tests
                take.set_exception(error)
                await lane.clear(story)

    def forget(self) -> None:
        """Nobody asks any more."""
        for take in (take for takes in self._takes.values() for take in takes):
            take.cancel()
            if not take.cancelled():
                take.exception()  # seen, so that asyncio does not tell of it


async def _acted(lane: Lane, name: str, story: Story) -> Told:
    async with asyncio.timeout(_WHOLE_S):
        await SCENARIOS[name](lane, story)
    return story, await evidence.gather(lane.world.hotline, story.caller)
