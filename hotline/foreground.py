"""`hotline run`: start every part, show its log, say when all is up, and leave nothing behind."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from asterisk_conf.render import SeatPhone
from core.db import make_engine, make_sessions
from core.settings import Settings
from hotline import banner, database, demo_data, preflight, supervise, switch_files
from hotline.follow import Console, Follower
from hotline.processes import NAMES
from hotline.refusal import Refusal

POLL_S = 0.15
#: Once everything is up, nobody waits for a log line.
QUIET_POLL_S = 0.5
#: A start that takes longer than this has failed.
START_S = 90.0
#: Say again what is waited for after this long.
REMIND_S = 5.0


def run(settings: Settings) -> int:
    """Run the hotline until Ctrl-C, SIGTERM or a supervisor that gave up; the exit status.

    Raises:
        Refusal: something must change first, or a part did not come up in time.
    """
    with _only_one(settings):
        preflight.check(settings)
        phones = asyncio.run(_prepare(settings))
        return _Foreground(settings, phones).run()


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    preflight.check_state(settings)
    folder = supervise.run_dir(settings)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "hotline.pid").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            who = f"process {lock.read().strip() or 'unknown'}"
            raise Refusal(
                f"A hotline is already running with the state folder {settings.paths.state} ({who})."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


async def _prepare(settings: Settings) -> list[SeatPhone]:
    await database.upgrade(settings)
    engine = make_engine(settings.database_url)
    try:
        phones = await switch_files.seats(settings, make_sessions(engine))
    finally:
        await engine.dispose()
    switch_files.write(settings, phones)
    return phones


def unready(settings: Settings) -> dict[str, str] | None:
    """Parts that are not up, each with what it says; None while the web itself does not answer."""
    url = f"http://{settings.web.host}:{settings.web.port}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            body = json.load(answer)
    except urllib.error.HTTPError as error:
        body = json.loads(error.read() or b"{}")
    except (OSError, ValueError):
        return None
    return {name: part["detail"] for name, part in body.get("parts", {}).items() if not part["up"]}


class _Foreground:
    """The supervisor's child process, the parts' logs, and the terminal."""

    def __init__(self, settings: Settings, phones: list[SeatPhone]) -> None:
        self._settings = settings
        self._phones = phones
        self._asked_to_stop = False
        self._console = Console(["hotline", *NAMES])
        self._logs = {name: Follower(settings.log_dir / f"{name}.log") for name in NAMES}

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)
        supervisor = supervise.start(self._settings)
        try:
            if self._wait_until_up(supervisor):
                accounts = demo_data.read(self._settings)
                print(banner.text(self._settings, accounts, self._phones), flush=True)
            while not self._asked_to_stop and supervisor.poll() is None:
                self._show()
                time.sleep(QUIET_POLL_S)
        finally:
            self._stop(supervisor)
        if not self._asked_to_stop:
            raise Refusal(
                f"The supervisor ended by itself; see {self._settings.log_dir / 'supervisord.log'}."
            )
        return 0

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True

    def _show(self) -> None:
        for name, log in self._logs.items():
            for line in log.lines():
                self._console.say(name, line)

    def _wait_until_up(self, supervisor: subprocess.Popen[bytes]) -> bool:
        """Whether all parts came up; False when we were asked to stop or the supervisor ended.

        Raises:
            Refusal: they did not in time.
        """
        start = said_at = time.monotonic()
        said = ""
        while not self._asked_to_stop and supervisor.poll() is None:
            self._show()
            missing = unready(self._settings)
            if missing == {}:
                self._console.say("hotline", f"all parts are up after {time.monotonic() - start:.1f} s")
                return True
            now, names = time.monotonic(), ", ".join(missing or ["web"])
            if now - start > START_S:
                raise Refusal(f"Not up after {START_S:.0f} s: {names}; see {self._settings.log_dir}.")
            if (names != said and now - said_at > 0.5) or now - said_at > REMIND_S:
                self._console.say("hotline", f"waiting for {names} …")
                said, said_at = names, now
            time.sleep(POLL_S)
        return False

    def _stop(self, supervisor: subprocess.Popen[bytes]) -> None:
        """End every part, showing what they say while they do; Ctrl-C a second time changes nothing."""
        if supervisor.poll() is None:
            self._console.say("hotline", "stopping")
            supervisor.terminate()
        deadline = time.monotonic() + 2 * supervise.STOP_S
        while supervisor.poll() is None:
            self._show()
            if time.monotonic() > deadline:
                supervisor.kill()
            time.sleep(POLL_S)
        self._show()
        for log in self._logs.values():
            log.close()
