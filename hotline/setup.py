"""`hotline setup`: from a complete Python environment to a hotline that can start. Idempotent."""

from __future__ import annotations

import asyncio
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from core import native
from core.clock import SystemClock
from core.db import make_engine, make_sessions
from core.settings import CHECKOUT, Settings
from hotline import database, demo_data, front_end, preflight, switch_files
from hotline.refusal import Refusal
from ivr.prompts.build import build_all
from ivr.prompts.catalogue import CatalogueError
from ivr.prompts.sound import SoundError
from ivr.prompts.tts import SynthesisError
from recorder.vault import first_key
from recorder.vault.errors import WrongKeyError
from ticketing import catalogue

ROOTFS = CHECKOUT / "docker" / "rootfs"
#: Room one native root takes, with the copy that is being made of it.
ROOT_MIB = 1800


def say(text: str) -> None:
    print(f"set-up | {text}", flush=True)


def run(settings: Settings, *, tests: bool = False) -> None:
    """Do whatever of the set-up is not done yet.

    Raises:
        Refusal: a step cannot be done; the sentence says which and why.
    """
    preflight.check_state(settings)
    with ThreadPoolExecutor(max_workers=1) as pool:
        console = pool.submit(_console)
        _native_roots(settings, tests)
        preflight.check_tools(settings)
        prompts(settings)
        asyncio.run(_data(settings))
        _wait(console)


def _wait(console: Future[None]) -> None:
    if not console.done():
        say("waiting for the console to be built")
    console.result()


def _console() -> None:
    if front_end.build():
        say("console built")


def _native_roots(settings: Settings, tests: bool) -> None:
    wanted = [] if settings.paths.use_host_binaries else [("run", settings.paths.native)]
    if tests:
        wanted.append(("test", native.root_for_tests(settings)))
    for section, folder in wanted:
        if not folder.exists():
            preflight.check_disk(settings, ROOT_MIB)
        _native_root(section, folder.absolute())


def _native_root(section: str, folder: Path) -> None:
    done = subprocess.run([str(ROOTFS), section, str(folder)], stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise Refusal(f"The isolated root {folder} could not be made; the reason stands above.")


def prompts(settings: Settings) -> None:
    """Speak the prompts that are missing or stale.

    Raises:
        Refusal: the synthesiser failed.
    """
    try:
        built = build_all(settings)
    except (SynthesisError, SoundError, CatalogueError) as error:
        raise Refusal(f"The prompts cannot be spoken: {error}") from None
    if built.names:
        say(f"{len(built.names)} prompts spoken")
    for reason in built.refused:
        say(f"studio recording not used: {reason}")


async def _master_key(settings: Settings, session: AsyncSession) -> None:
    try:
        is_new = await first_key.ensure(session, settings)
    except WrongKeyError as error:
        raise Refusal(f"{error}; put secrets/vault of the state folder back from a copy.") from None
    if is_new:
        say("master key of the recordings made: keep a copy of secrets/vault apart from the recordings")


async def _data(settings: Settings) -> None:
    await database.upgrade(settings)
    file = settings.paths.state / "hotline.db"
    if file.exists():
        file.chmod(0o600)
    engine = make_engine(settings.database_url)
    sessions = make_sessions(engine)
    try:
        async with sessions() as session:
            await catalogue.load(session)
            await session.commit()
            await _master_key(settings, session)
        if settings.demo.enabled:
            await demo_data.create(settings, sessions, SystemClock())
        switch_files.write(settings, await switch_files.seats(settings, sessions))
    finally:
        await engine.dispose()
