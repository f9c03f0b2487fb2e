"""`hotline sources`: who reports without a call, and their keys."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from core.clock import SystemClock
from core.db import SessionFactory, make_engine, make_sessions
from core.errors import HotlineError
from core.settings import Settings
from hotline import database
from hotline.refusal import Refusal

Work = Callable[[SessionFactory], Awaitable[str]]


def add_actions(parser: argparse.ArgumentParser) -> None:
    """Put the actions of `hotline sources` below `parser`."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    text = "who may report, and with which keys"
    actions.add_parser("list", help=text, description=text).set_defaults(action=_list)
    text = "make another key of a source; it is shown this once"
    made = actions.add_parser("key", help=text, description=text)
    made.add_argument("source", help="its code, for example noise-meters")
    made.set_defaults(action=_key)
    text = "nobody reports with this key any more"
    revoked = actions.add_parser("revoke", help=text, description=text)
    revoked.add_argument("source", help="its code")
    revoked.add_argument("key", type=int, help="the number `hotline sources list` shows")
    revoked.set_defaults(action=_revoke)


def _list(settings: Settings, _arguments: argparse.Namespace) -> int:
    from ticketing.sources import book, keys
    from ticketing.sources.channels import LABELS, Channel

    async def work(sessions: SessionFactory) -> str:
        async with sessions() as session:
            found = await book.listing(session)
            held = await keys.of_sources(session)
        lines = []
        for one in found:
            state = "" if one.is_active else "（停用 off）"
            channel = LABELS.get(Channel(one.channel), one.channel)
            lines.append(f"{one.code}  {one.name}  {channel}  {one.per_minute}/min{state}")
            for key in held.get(one.code, []):
                end = "已撤销 revoked" if key.revoked_at else "有效 valid"
                lines.append(f"    #{key.id}  {key.hint}…  {end}")
        return "\n".join(lines) or "没有来源 / there are no sources"

    return _with_database(settings, work)


def _key(settings: Settings, arguments: argparse.Namespace) -> int:
    from ticketing.sources import keys

    async def work(sessions: SessionFactory) -> str:
        _, key = await keys.make(
            sessions, arguments.source, actor_id=None, address="command line", clock=SystemClock()
        )
        return key

    return _with_database(settings, work)


def _revoke(settings: Settings, arguments: argparse.Namespace) -> int:
    from ticketing.sources import keys

    async def work(sessions: SessionFactory) -> str:
        await keys.revoke(
            sessions,
            arguments.source,
            arguments.key,
            actor_id=None,
            address="command line",
            clock=SystemClock(),
        )
        return f"#{arguments.key}: 已撤销 / revoked"

    return _with_database(settings, work)


def _with_database(settings: Settings, work: Work) -> int:
    async def run() -> str:
        await database.upgrade(settings)
        engine = make_engine(settings.database_url)
        try:
            return await work(make_sessions(engine))
        finally:
            await engine.dispose()

    try:
        sys.stdout.write(asyncio.run(run()) + "\n")
    except HotlineError as error:
        raise Refusal(str(error)) from None
    except database.TROUBLES as error:
        raise database.refusal(settings, error) from None
    return 0
