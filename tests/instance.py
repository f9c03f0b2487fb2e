"""A whole hotline of its own for the tests: every part real, ports and state nobody else uses."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from core.db import make_engine, make_sessions
from core.native import command
from core.settings import Settings
from hotline.supervise import Control
from ivr.ledger.tables import Call, Seat
from recorder.tables import Recording, RecordingState
from tests.carrier import Carrier, free_udp_port
from tests.ports import RTP_PORTS, RTP_START, free_port
from tests.spoken import copy_prompts
from ticketing.tables import Case

START_S = 150.0
#: Short, so that tests do not wait for callers' patience; the dialplan takes them from the settings.
OVERRIDES = {
    "HOTLINE_QUEUE_MAX_WAIT_S": "4",
    "HOTLINE_QUEUE_RING_S": "3",
    "HOTLINE_QUEUE_WRAP_UP_S": "0",
    "HOTLINE_MESSAGE_SILENCE_S": "2",
    "HOTLINE_MESSAGE_MAX_S": "20",
    "HOTLINE_FLOW_MENU_WAIT_S": "0.3",
    "HOTLINE_TRANSCRIBE_DOWNLOAD": "false",
    # Calls that tests abandon must not come back as calls of their own.
    "HOTLINE_CALLBACK_MISSED_DIAL": "false",
    "HOTLINE_CALLBACK_HOURS": "always",
    "HOTLINE_CALLBACK_MISSED_AFTER_S": "1",
    "HOTLINE_CALLBACK_RETRY_S": "1",
    "HOTLINE_OUTBOUND_RING_S": "3",
    # Costs a model in memory; asked for in its own tests only.
    "HOTLINE_LIVE_STREAMS": "0",
    # Asked for in tests/dialplan/after_call only.
    "HOTLINE_SURVEY_ENABLED": "false",
    # Asked for in tests/dialplan/presence only: elsewhere seats let calls ring and go on.
    "HOTLINE_SEATS_AUTO_PAUSE": "false",
    "HOTLINE_VISITS_ENABLED": "false",
}


class HotlineInstance:
    """`hotline run` as a person would start it, in a folder of its own."""

    def __init__(self, overrides: dict[str, str] | None = None, wrapper: Sequence[str] = ()) -> None:
        """`overrides`: environment; `wrapper`: words before the command, such as `unshare`."""
        self._wrapper = list(wrapper)
        self._folder = tempfile.TemporaryDirectory(prefix="hotline-instance-", ignore_cleanup_errors=True)
        self.state = Path(self._folder.name)
        ports = {
            f"HOTLINE_{name}_PORT": str(free_port()) for name in ("SEATS_WS", "AMI", "AGI", "REDIS", "WEB")
        }
        own = {
            "HOTLINE_PATHS_STATE": str(self.state),
            "HOTLINE_PATHS_PROMPTS": str(self.state / "prompts"),
            "HOTLINE_SIP_PORT": str(free_udp_port("127.0.0.1")),
            "HOTLINE_SIP_RTP_START": str(RTP_START),
            "HOTLINE_SIP_RTP_END": str(RTP_START + RTP_PORTS - 1),
            "HOTLINE_SIP_TRUNK_CONTACT": f"127.0.0.2:{free_udp_port('127.0.0.2')}",
        }
        self.environment = {**os.environ, **OVERRIDES, **ports, **own, **(overrides or {})}
        self.settings = self._read_settings()
        self.base_url = f"http://{self.settings.web.host}:{self.settings.web.port}"
        self.carrier = Carrier(self.settings)
        self._process: subprocess.Popen[bytes] | None = None
        engine = make_engine(self.settings.database_url)
        self.sessions, self._engine = make_sessions(engine), engine

    def _read_settings(self) -> Settings:
        saved = dict(os.environ)
        os.environ.update(self.environment)
        try:
            return Settings()
        finally:
            os.environ.clear()
            os.environ.update(saved)

    def start(self) -> None:
        """Set up, start, and return when /healthz says that every part is up."""
        copy_prompts(self.settings.prompts_dir)
        self._hotline("setup")
        self.log = (self.state / "run.out").open("wb")
        self._process = subprocess.Popen(
            [*self._wrapper, sys.executable, "-m", "hotline", "run"],
            env=self.environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        end = time.monotonic() + START_S
        while "The hotline is up." not in (self.state / "run.out").read_text(errors="replace"):
            assert self._process.poll() is None, self.output()
            assert time.monotonic() < end, f"not up within {START_S} s:\n{self.output()}"
            time.sleep(0.1)

    def stop(self) -> int:
        """Ctrl-C; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        status = self._process.wait(40)
        self.log.close()
        return status

    def remove(self) -> None:
        self._folder.cleanup()

    def output(self) -> str:
        """What `hotline run` printed last."""
        return (self.state / "run.out").read_text(errors="replace")[-6000:]

    def _hotline(self, *args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "hotline", *args],
            env=self.environment,
            capture_output=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
        return done.stdout.decode()

    @property
    def control(self) -> Control:
        return Control(self.settings)

    @property
    def accounts(self) -> dict[str, str]:
        """User name → password of the demo accounts."""
        path = self.settings.secrets_dir / "demo_accounts.json"
        return {row["username"]: row["password"] for row in json.loads(path.read_text())}

    def prompt(self, name: str) -> bytes:
        """A built prompt, headerless A-law."""
        return (self.settings.prompts_dir / "zh_CN" / f"{name}.alaw").read_bytes()

    def prompt_s(self, *names: str) -> float:
        """How long prompts take one after another, seconds."""
        return sum(len(self.prompt(name)) for name in names) / 8000

    async def seat_secret(self, extension: str) -> str:
        """What that seat's phones register with."""
        async with self.sessions() as session:
            seat = await session.get(Seat, extension)
        assert seat is not None
        return seat.sip_secret

    def asterisk(self, *command_words: str) -> str:
        """What Asterisk's own console answers."""
        etc = self.settings.asterisk_dir / "etc" / "asterisk.conf"
        line = command(self.settings, "asterisk", "-C", str(etc), "-rx", " ".join(command_words))
        return subprocess.run(line, capture_output=True, timeout=20, check=False).stdout.decode(
            errors="replace"
        )

    def asterisk_pid(self) -> int:
        """Process id of Asterisk itself, below the isolation it runs in."""
        etc = str(self.settings.asterisk_dir / "etc" / "asterisk.conf")
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if words[0].endswith("asterisk") and etc in words:
                    return int(folder.name)
        raise AssertionError("no Asterisk of this instance is running")

    @contextlib.contextmanager
    def locked_database(self) -> Iterator[None]:
        """Nobody else can write to the (SQLite) database meanwhile."""
        connection = sqlite3.connect(self.state / "hotline.db", isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
        finally:
            connection.close()

    async def draft_of(self, call_id: str, seconds: float = 30.0) -> Case:
        """The case opened from a call."""
        return await self._row(select(Case).where(Case.call_id == call_id), f"case of {call_id}", seconds)

    async def described_draft_of(self, call_id: str, seconds: float = 30.0) -> Case:
        """The case opened from a call, once the transcript is in it."""
        query = select(Case).where(Case.call_id == call_id, Case.description != "")
        return await self._row(query, f"described case of {call_id}", seconds)

    async def recording_of(self, call_id: str, seconds: float = 30.0) -> Recording:
        """The call's recording, once its archive copy is verified."""
        done = (RecordingState.VERIFIED, RecordingState.TRANSCRIBED)
        query = select(Recording).where(Recording.call_id == call_id, Recording.state.in_(done))
        return await self._row(query, f"verified recording of {call_id}", seconds)

    async def _row(self, query: Any, what: str, seconds: float) -> Any:
        end = time.monotonic() + seconds
        while True:
            async with self.sessions() as session:
                if (row := await session.scalar(query)) is not None:
                    return row
            assert time.monotonic() < end, f"not within {seconds} s: {what}\n{self.output()}"
            await asyncio.sleep(0.05)

    async def calls(self) -> list[Call]:
        """The ledger, oldest first."""
        async with self.sessions() as session:
            return list(await session.scalars(select(Call).order_by(Call.started_at)))

    async def next_call(self, known: set[str], ready: Callable[[Call], bool], seconds: float = 15.0) -> Call:
        """The first call not in `known` for which `ready` holds."""
        end = time.monotonic() + seconds
        while True:
            new = [call for call in await self.calls() if call.id not in known]
            if found := [call for call in new if ready(call)]:
                return found[0]
            assert time.monotonic() < end, (
                f"no such call within {seconds} s; new ones: {[vars(c) for c in new]}"
            )
            await asyncio.sleep(0.05)

    async def known_calls(self) -> set[str]:
        return {call.id for call in await self.calls()}

    async def log_in(self, username: str) -> aiohttp.ClientSession:
        """A client with that person's session; close it."""
        client = aiohttp.ClientSession(self.base_url, cookie_jar=aiohttp.CookieJar(unsafe=True))
        body = {"username": username, "password": self.accounts[username]}
        async with client.post("/api/v1/session", json=body) as answer:
            assert answer.status == 200, await answer.text()
        return client

    async def get(self, client: aiohttp.ClientSession, path: str) -> Any:
        async with client.get(path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def close(self) -> None:
        await self._engine.dispose()
