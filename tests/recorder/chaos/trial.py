"""Calls in a state folder and a database of their own, and workers forked to be killed at them."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import shutil
import signal
import time
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from core import migrate
from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.settings import Archive, Paths, Settings
from core.tables import Account, Role
from recorder.legs import Legs, Side
from recorder.retention import proposals
from recorder.rights.store import Actor
from recorder.tables import Recording
from tests.recorder.chaos.steps import (
    ANY_INSTANT,
    HEIR_AFTER,
    NOW,
    START,
    STEPS,
    NoFacts,
    Step,
    die,
    remove_one_leg_and_die,
    take_in_and_keep,
)

#: A worker takes about this long from its birth to the end of its first call, in seconds: when it may be hit.
_LIFE_S = 0.4


class Trial:
    """`calls` calls whose legs lie in the spool. WAV, so that every sample can be compared afterwards."""

    def __init__(self, folder: Path, calls: int) -> None:
        paths = Paths(state=folder, native=Settings().paths.native)
        self.settings = Settings(paths=paths, archive=Archive(codec="wav"))
        self._url = f"sqlite+aiosqlite:///{folder / 'hotline.db'}"
        chance = random.Random(calls)
        self.audio = {
            f"hl-1700000000.{number}": {side: chance.randbytes(chance.randrange(1, 8000)) for side in Side}
            for number in range(calls)
        }

    @classmethod
    def new(cls, folder: Path, calls: int) -> Trial:
        """Legs in the spool and an empty database."""
        made = cls(folder, calls)
        made.settings.spool_dir.mkdir(parents=True)
        asyncio.run(migrate.upgrade(made._url))
        for call_id, both in made.audio.items():
            for side, audio in both.items():
                leg = Legs(made.settings.spool_dir, call_id).path(side)
                leg.write_bytes(audio)
                os.utime(leg, (NOW.timestamp() - 2, NOW.timestamp() - 2))
        return made

    def copy(self, folder: Path) -> Trial:
        """The same as it stands now, elsewhere."""
        shutil.copytree(self.settings.paths.state, folder)
        return Trial(folder, len(self.audio))

    def warm_up(self) -> None:
        """Live one whole life in this process: what is loaded and compiled now is not so in every fork."""

        async def live() -> None:
            async with self.database() as sessions:
                await take_in_and_keep(self.settings, sessions, FixedClock(START), lambda _: None)
            await self._work(STEPS["transcript-claimed"], START, is_victim=False)
            await self._sign()
            await self._work(STEPS["deletion-erased"], START, is_victim=False)

        asyncio.run(live())
        gc.freeze()

    def prepare(self) -> None:
        """Archive all calls; their staging copies stay."""

        async def work() -> None:
            async with self.database() as sessions:
                await take_in_and_keep(self.settings, sessions, FixedClock(START), lambda _: None)

        assert not _forked(work)

    def sign(self) -> None:
        """Have two people sign the deletion of everything."""
        asyncio.run(self._sign())

    async def _sign(self) -> None:
        roles = (Role.INSPECTOR, Role.ADMINISTRATOR)
        people = [
            Account(username=role, display_name=role, role=role, password_hash="", failures=0, created_at=NOW)
            for role in roles
        ]
        async with self.database() as sessions:
            async with sessions.begin() as db:
                db.add_all(people)
            first, second = (Actor(one, "127.0.0.1", NOW) for one in people)
            rules = self.settings.retention
            async with sessions() as db:
                ids = list(await db.scalars(select(Recording.id)))
                proposal = await proposals.propose(db, first, ids, "试验", NoFacts(), rules)
            async with sessions() as db:
                await proposals.sign(db, second, proposal.id, "", rules)

    def victim(self, step: Step, late: int = 0) -> None:
        """Fork a worker and see it die by SIGKILL at the step, when leases have been over `late` times.

        Raises:
            AssertionError: it ended otherwise.
        """
        is_any = step.mark == ANY_INSTANT
        after = random.uniform(0, _LIFE_S) if is_any else None
        now = step.now + late * HEIR_AFTER
        died = _forked(lambda: self._work(step, now, is_victim=not is_any), after)
        assert died or is_any, f"nobody died at {step.name}"

    def heir(self, step: Step, late: int = 1) -> None:
        """Fork a worker nobody kills, when the leases of the dead are over."""
        now = step.now + late * HEIR_AFTER
        assert not _forked(lambda: self._work(step, now, is_victim=False))

    async def _work(self, step: Step, now: datetime, *, is_victim: bool) -> None:
        seen = 0

        def mark(name: str) -> None:
            nonlocal seen
            seen += name == step.mark
            if is_victim and seen == step.times:
                die()

        if is_victim and step.mark == "clearing":
            Legs.remove = remove_one_leg_and_die  # type: ignore[method-assign]
        async with self.database() as sessions:
            await step.work(self.settings, sessions, FixedClock(now), mark)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[SessionFactory]:
        """The trial's own, for one event loop."""
        engine = make_engine(self._url)
        try:
            yield make_sessions(engine)
        finally:
            await engine.dispose()


def _forked(work: Callable[[], Coroutine[None, None, None]], kill_after_s: float | None = None) -> bool:
    """Run `work` in a child of this warm process; whether it died by SIGKILL.

    Raises:
        AssertionError: it failed by itself.
    """
    child = os.fork()
    if not child:
        status = 1
        try:
            asyncio.run(work())
            status = 0
        except BaseException:  # noqa: BLE001 - a forked child must never go on as its parent
            traceback.print_exc()
        finally:
            os._exit(status)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "a worker failed"
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
