"""Which calls are followed, as many as the limit allows and the machine keeps up with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import structlog

from core.live_help_settings import Live
from recorder.legs import BadCallIdError, Legs, LegUnreadableError, Side
from recorder.live.side import Said, SideListener, Stream
from recorder.transcribe.protocol import TranscribeError

#: Between two looks at the legs, seconds.
LOOK_S = 0.25

log = structlog.get_logger()


@dataclass
class _Followed:
    """A call that is being written down, and for whom."""

    sides: list[SideListener]
    seats: set[str]
    since: float = field(default_factory=monotonic)

    @property
    def lag_s(self) -> float:
        return max(side.lag_s for side in self.sides)

    def close(self) -> None:
        for side in self.sides:
            side.close()


@dataclass(frozen=True)
class Figures:
    """How live help is doing. Lag in seconds, of the slowest call now; `dropped` since the start."""

    streams: int
    lag_s: float
    dropped: int


class LiveHelper:
    """Follows talks: `tell` for each word that comes, `over` at the end of a call."""

    def __init__(
        self,
        settings: Live,
        spool: Path,
        stream: Callable[[], Stream],
        tell: Callable[[str, frozenset[str], Said], Awaitable[None]],
        over: Callable[[str, frozenset[str]], Awaitable[None]],
    ) -> None:
        self._settings, self._spool, self._stream = settings, spool, stream
        self._tell, self._over = tell, over
        self._followed: dict[str, _Followed] = {}
        #: Let go because the machine was too busy; not taken up again.
        self._given_up: set[str] = set()
        self._dropped = 0
        # One thread: two would take the second core from the switch.
        self._pool = ThreadPoolExecutor(1, "live-help")

    @property
    def figures(self) -> Figures:
        lag = max((call.lag_s for call in self._followed.values()), default=0.0)
        return Figures(len(self._followed), round(lag, 2), self._dropped)

    async def talks(self, talking: dict[str, set[str]]) -> None:
        """Who talks now: call id → seats. What is over is let go, what is new taken up if there is room."""
        for call_id in [known for known in self._followed if known not in talking]:
            await self._leave(call_id)
        self._given_up &= set(talking)
        for call_id, seats in talking.items():
            if call_id in self._followed:
                self._followed[call_id].seats = set(seats)
            elif len(self._followed) < self._settings.streams and call_id not in self._given_up:
                self._take_up(call_id, seats)

    async def run(self) -> None:
        """Listen until cancelled."""
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                for call_id in list(self._followed):
                    await self._listen(call_id)
                await self._keep_up()
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)
            for call in self._followed.values():
                call.close()

    def _take_up(self, call_id: str, seats: set[str]) -> None:
        sides: list[SideListener] = []
        try:
            legs = Legs(self._spool, call_id)
            for side in Side:
                sides.append(SideListener(side, legs.path(side), self._stream()))
        except (OSError, BadCallIdError, LegUnreadableError, TranscribeError) as error:
            # Tried again with the next news of the call: the switch may not have begun to write.
            log.debug("a call is not followed", call=call_id, why=str(error))
            for listener in sides:
                listener.close()
            return
        self._followed[call_id] = _Followed(sides, set(seats))

    async def _listen(self, call_id: str) -> None:
        loop = asyncio.get_running_loop()
        for side in self._followed[call_id].sides:
            try:
                news = await loop.run_in_executor(self._pool, lambda side=side: list(side.listen()))  # type: ignore[misc]
            except (OSError, TranscribeError) as error:
                log.warning("a call is not followed any more", call=call_id, why=str(error))
                return await self._give_up(call_id)
            # Meanwhile the call may have ended.
            if call_id not in self._followed:
                return None
            for said in news:
                await self._tell(call_id, frozenset(self._followed[call_id].seats), said)
        return None

    async def _keep_up(self) -> None:
        """The newest of several calls goes first when the machine does not keep up."""
        late = [call_id for call_id, call in self._followed.items() if call.lag_s > self._settings.max_lag_s]
        if late:
            newest = max(late, key=lambda call_id: self._followed[call_id].since)
            log.warning("live help lags behind and lets a call go", call=newest)
            await self._give_up(newest)

    async def _give_up(self, call_id: str) -> None:
        self._dropped += 1
        self._given_up.add(call_id)
        await self._leave(call_id)

    async def _leave(self, call_id: str) -> None:
        call = self._followed.pop(call_id)
        # The thread may be reading this very file.
        await asyncio.get_running_loop().run_in_executor(self._pool, call.close)
        await self._over(call_id, frozenset(call.seats))
