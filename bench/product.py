"""The whole product for the cost benchmark: a real `hotline run`, its parts' CPU time, its ledger's word."""

from __future__ import annotations

import asyncio
import time

from sqlalchemy import func, select

from bench.harness import cpu_s
from bench.load import Load, Placed, place
from hotline.processes import NAMES
from ivr.ledger.tables import Call
from recorder.tables import Recording, RecordingState
from tests.instance import HotlineInstance
from ticketing.tables import Case

#: What is at work while somebody is on the line; the rest is work after the call.
AFTER_CALL = ("recorder", "transcriber")
LINE = tuple(name for name in NAMES if name not in AFTER_CALL)
#: What supervises the parts and shows their logs, on the line's account too.
SUPERVISION = "supervision"
#: After the last call is closed, others still hear of it; seconds.
SETTLE_S = 3.0
#: A real caller's patience; the tests' own overrides are shorter.
_SETTINGS = {"HOTLINE_QUEUE_MAX_WAIT_S": "120", "HOTLINE_FLOW_MENU_WAIT_S": "1.5"}
_KEPT = {RecordingState.VERIFIED, RecordingState.TRANSCRIBED}


class Product:
    """A hotline instance with settings as delivered; a context manager."""

    def __init__(self) -> None:
        self.instance = HotlineInstance(_SETTINGS)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Product:
        try:
            self.instance.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self.instance.close())
        self._runner.close()
        self.instance.stop()
        self.instance.remove()

    def idle(self, seconds: float) -> dict[str, float]:
        """CPU seconds a second of each part with nobody on the line."""
        before = self._cpu()
        time.sleep(seconds)
        return _per(before, self._cpu(), seconds)

    def round(
        self, load: Load, speech: bytes, *, transcribed: bool
    ) -> tuple[Placed, int, dict[str, float], dict[str, float]]:
        """Place the load and wait for the work after it.

        SIPp's word, unrecorded calls, CPU seconds a call of each part until every call was closed in the
        ledger and had its draft case, and until its recording was archived.

        Raises:
            TimeoutError: the work after the calls did not end in time.
        """
        settings = self.instance.settings
        known, calls = self._runner.run(self._recordings()), self._runner.run(self._closed())
        before = self._cpu()
        placed = place(settings, settings.sip.did, load, speech)
        self._runner.run(self._over(calls + load.calls))
        over = _per(before, self._cpu(), load.calls)
        done = {RecordingState.TRANSCRIBED} if transcribed else _KEPT
        new = self._runner.run(self._settled(set(known), done, load))
        cpu = _per(before, self._cpu(), load.calls)
        # Recordings too short to hold the call are as bad as none.
        lost = load.calls - sum(row.duration_s >= 0.9 * load.hold_s for row in new)
        return placed, lost, over, cpu

    def _cpu(self) -> dict[str, float]:
        control = self.instance.control
        pids = {name: control.pid(name) for name in NAMES}
        whole = int((self.instance.state / "run" / "hotline.pid").read_text())
        spent = cpu_s({SUPERVISION: whole, **{name: pid for name, pid in pids.items() if pid}})
        spent[SUPERVISION] -= sum(value for name, value in spent.items() if name != SUPERVISION)
        return spent

    async def _settled(self, known: set[str], done: set[RecordingState], load: Load) -> list[Recording]:
        async with asyncio.timeout(60 + 10 * load.calls):
            while True:
                rows = await self._recordings()
                new = [row for call_id, row in rows.items() if call_id not in known]
                final = {*done, RecordingState.DAMAGED}
                if len(new) >= load.calls and all(row.state in final for row in new):
                    return [row for row in new if row.state in done]
                await asyncio.sleep(0.5)

    async def _over(self, calls: int) -> None:
        async with asyncio.timeout(60):
            while True:
                if await self._closed() >= calls:
                    await asyncio.sleep(SETTLE_S)
                    return
                await asyncio.sleep(0.2)

    async def _closed(self) -> int:
        """How many calls are closed in the ledger and have a draft case."""
        query = select(func.count()).select_from(Call).join(Case, Case.call_id == Call.id)
        async with self.instance.sessions() as session:
            return await session.scalar(query.where(Call.ended_at.is_not(None))) or 0

    async def _recordings(self) -> dict[str, Recording]:
        """Recordings of calls the ledger has closed, by call."""
        async with self.instance.sessions() as session:
            query = select(Recording).join(Call, Call.id == Recording.call_id)
            rows = await session.scalars(query.where(Call.ended_at.is_not(None)))
            return {row.call_id: row for row in rows}


def _per(before: dict[str, float], after: dict[str, float], number: float) -> dict[str, float]:
    return {name: (after[name] - before[name]) / number for name in after}
