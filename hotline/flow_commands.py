"""`hotline flow`: check a flow's file, publish it, see what was published. For shells and scripts."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from core.clock import SystemClock
from core.db import SessionFactory, make_engine, make_sessions
from core.errors import HotlineError
from core.settings import Settings
from hotline import database
from hotline.refusal import EXIT_REFUSED, Refusal
from ivr.flows import loader
from ivr.house import flow_versions
from ivr.house.flow_versions import UnsoundFlowError, Version
from ivr.house.hands import Hand
from ivr.house.known import Known
from ivr.prompts.catalogue import CatalogueError
from ivr.queues import QueueFileError

T = TypeVar("T")


def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """The exit status.

    Raises:
        Refusal
    """
    actions = {"check": _check, "publish": _publish, "history": _history}
    return actions[arguments.action](settings, arguments)


def _check(settings: Settings, arguments: argparse.Namespace) -> int:
    name, text = _file(arguments)
    problems = _known(settings).check(name, text)
    for one in problems:
        step = f" [steps.{one.step}]" if one.step else ""
        print(f"{arguments.file}:{one.line}{step}: {one.message}，{one.fix} / {one.message_en}: {one.fix_en}")
    if not problems:
        print(f"{arguments.file}: 流程正确 / the flow is sound")
    return EXIT_REFUSED if problems else 0


def _publish(settings: Settings, arguments: argparse.Namespace) -> int:
    name, text = _file(arguments)
    check = _known(settings).check

    async def work(sessions: SessionFactory) -> int:
        async with sessions() as db:
            based_on = (await flow_versions.head(db, name)).version
        hand = Hand(sessions, SystemClock(), address="command line")
        return await flow_versions.publish(
            hand, flow=name, text=text, note=arguments.note, based_on=based_on, check=check
        )

    version = _with_database(settings, work)
    chosen = settings.flow.preset
    print(f"{name}: 已发布第 {version} 版 / version {version} is published")
    if name != chosen:
        print(f"来电者目前听到的是 {chosen} / callers meet {chosen}: set flow.preset to change that")
    return 0


def _history(settings: Settings, arguments: argparse.Namespace) -> int:
    name = _flow(arguments.name or settings.flow.preset)

    async def work(sessions: SessionFactory) -> list[Version]:
        async with sessions() as db:
            return await flow_versions.history(db, name)

    for one in _with_database(settings, work):
        at = one.published_at.astimezone()
        print(f"{one.version:>4}  {at:%Y-%m-%d %H:%M}  {one.author or '管理命令'}  {one.note}")
    print(f"{0:>4}  出厂版本 / as delivered")
    return 0


def _file(arguments: argparse.Namespace) -> tuple[str, str]:
    """The flow's name and text."""
    name = _flow(arguments.name or arguments.file.stem)
    try:
        return name, arguments.file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Refusal(f"{arguments.file} cannot be read: {error}.") from None


def _flow(name: str) -> str:
    if name not in loader.PRESETS:
        raise Refusal(f"{name} is no flow; name one of {', '.join(loader.PRESETS)}.")
    return name


def _known(settings: Settings) -> Known:
    try:
        return Known.of(settings)
    except (CatalogueError, QueueFileError) as error:
        raise Refusal(str(error)) from None


def _with_database(settings: Settings, work: Callable[[SessionFactory], Awaitable[T]]) -> T:
    async def done() -> T:
        await database.upgrade(settings)
        engine = make_engine(settings.database_url)
        try:
            return await work(make_sessions(engine))
        finally:
            await engine.dispose()

    try:
        return asyncio.run(done())
    except UnsoundFlowError:
        raise Refusal("The flow has mistakes: `hotline flow check` lists them.") from None
    except HotlineError as error:
        fields = error.details.get("fields")
        told = "；".join(fields.values()) if isinstance(fields, dict) else str(error)
        raise Refusal(told) from None
    except database.TROUBLES as error:
        raise database.refusal(settings, error) from None
