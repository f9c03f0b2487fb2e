"""A whole web process over a real Redis and a migrated SQLite, with people, calls and cases to ask it for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from sqlalchemy import event, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from yarl import URL

from core import accounts
from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.fakes import MemoryBus
from core.settings import Settings
from core.tables import AuditEntry, Role
from ivr.ledger.tables import Call, Outcome, Seat
from recorder.storage.keys import object_key
from recorder.tables import Recording, RecordingState, Transcript
from ticketing import catalogue, drafts
from ticketing.tables import Case
from web.app import make_app
from web.fakes import FakeSwitch
from web.services import Services
from web.sessions import COOKIE

Client = TestClient[web.Request, web.Application]
PASSWORD = "an honest password"
#: username → (role, extension)
PEOPLE: dict[str, tuple[Role, str | None]] = {
    "seat1": (Role.SEAT, "1001"),
    "seat2": (Role.SEAT, "1002"),
    "leader": (Role.SHIFT_LEADER, None),
    "admin": (Role.ADMINISTRATOR, None),
    "inspector": (Role.INSPECTOR, None),
}
CALLER = "13800001234"
AUDIO = bytes(range(256)) * 40


@dataclass
class World:
    settings: Settings
    engine: AsyncEngine
    sessions: SessionFactory
    redis: Redis
    clock: FixedClock
    app: web.Application
    server: TestServer
    bus: MemoryBus
    switch: FakeSwitch
    _clients: list[Client] = field(default_factory=list)
    _serial: int = 0

    async def client(self, username: str = "") -> Client:
        """A browser of its own, logged in as `username` unless empty."""
        client = TestClient(self.server)
        self._clients.append(client)
        if username:
            # As logging in leaves it, without the tenth of a second a password takes; see test_session.
            key = f"key-of-{username}-{len(self._clients)}"
            data = {"created": int(time()), "session": {"account": list(PEOPLE).index(username) + 1}}
            await self.redis.set(f"{COOKIE}_{key}", json.dumps(data), ex=600)
            client.session.cookie_jar.update_cookies({COOKIE: key}, URL(str(self.server.make_url("/"))))
        return client

    async def add_call(self, *, seat: str = "", outcome: Outcome = Outcome.ANSWERED, **more: Any) -> Call:
        """A call one second after the one before it."""
        self._serial += 1
        began = self.clock.now() + timedelta(seconds=self._serial)
        call = Call(
            id=f"hl-{int(began.timestamp())}.{self._serial}",
            trunk="demo",
            caller_raw="+86" + CALLER,
            caller=more.pop("caller", CALLER),
            caller_kind="mobile",
            did="12319",
            started_at=began,
            answered_at=began,
            ended_at=more.pop("ended_at", began + timedelta(seconds=30)),
            menu_path=[{"at": began.isoformat(), "step": "greeting", "key": ""}],
            seat=seat,
            outcome=outcome,
            **more,
        )
        async with self.sessions.begin() as db:
            db.add(call)
        return call

    async def add_case(self, call: Call) -> Case:
        case, _ = await drafts.open_draft(
            self.sessions, call_id=call.id, caller_number=call.caller, transcript="路灯不亮", clock=self.clock
        )
        return case

    async def call(self, call_id: str) -> Call:
        async with self.sessions() as db:
            return await db.get_one(Call, call_id)

    async def add_recording(
        self, call: Call, state: RecordingState = RecordingState.TRANSCRIBED, call_id: str = ""
    ) -> Recording:
        """Of the call, or of what `call_id` names beside it."""
        call_id = call_id or call.id
        key = object_key(call_id)
        place = self.settings.archive_dir / key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(AUDIO)
        recording = Recording(
            call_id=call_id,
            state=state,
            created_at=self.clock.now(),
            duration_s=30.0,
            archive_key=key,
            peaks={"step_s": 0.1, "caller": [0, 255], "hotline": [7, 8]},
        )
        async with self.sessions.begin() as db:
            db.add(recording)
            await db.flush()
            word = {"word": "路灯", "start": 1.0, "end": 1.5, "confidence": 0.9}
            transcript = Transcript(
                recording_id=recording.id,
                side="caller",
                engine="vosk",
                model="tiny",
                is_test_model=True,
                text="路灯",
                words=[word],
                took_s=0.1,
                created_at=self.clock.now(),
            )
            db.add(transcript)
        return recording

    async def audit(self, action: str) -> list[AuditEntry]:
        async with self.sessions() as db:
            query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
            return list(await db.scalars(query))

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[list[str]]:
        """The SQL statements that run meanwhile."""
        seen: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        event.listen(self.engine.sync_engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(self.engine.sync_engine, "before_cursor_execute", note)


@asynccontextmanager
async def make_world(
    settings: Settings, database_url: str, redis_url: str, clock: FixedClock, console: Path
) -> AsyncIterator[World]:
    """A served world that is taken down again."""
    engine = make_engine(database_url)
    sessions = make_sessions(engine)
    redis: Redis = Redis.from_url(redis_url, retry=Retry(NoBackoff(), 1))
    bus, switch = MemoryBus(), FakeSwitch()
    services = Services(settings, sessions, redis, clock, switch, console)
    app = make_app(services, bus)
    server = TestServer(app)
    await server.start_server(access_log=None)
    world = World(settings, engine, sessions, redis, clock, app, server, bus, switch)
    await _populate(world)
    yield world
    for client in world._clients:
        await client.session.close()
    await server.close()
    await redis.aclose()
    await engine.dispose()


#: The accounts' rows once made: hashing four passwords for every test would take most of its time.
_people: list[dict[str, Any]] = []


async def _populate(world: World) -> None:
    async with world.sessions.begin() as db:
        if not _people:
            for name, (role, extension) in PEOPLE.items():
                account = await accounts.create(
                    db,
                    username=name,
                    display_name=name.title(),
                    role=role,
                    password=PASSWORD,
                    extension=extension,
                    clock=world.clock,
                )
                _people.append({c.name: getattr(account, c.name) for c in type(account).__table__.columns})
        else:
            await db.execute(insert(accounts.Account), _people)
        await catalogue.load(db)
        for extension in ("1001", "1002"):
            db.add(Seat(extension=extension, display_name=f"坐席{extension}", sip_secret="s"))
