"""`hotline places`: the tree of places, components and names, imported or made up (地点)."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core.clock import SystemClock
from core.db import SessionFactory, begin_write, make_engine, make_sessions
from core.settings import Settings
from hotline import database
from hotline.refusal import Refusal

if TYPE_CHECKING:
    from ticketing.places.rows import Put

#: The file was refused: nothing was changed.
EXIT_WRONG = 1
#: Lines of mistakes that are printed.
_MOST = 100
_WHATS = ("places", "parts", "landmarks")

Work = Callable[[SessionFactory], Awaitable[int]]


def add_actions(parser: argparse.ArgumentParser) -> None:
    """Put the actions of `hotline places` below `parser`."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    importing = actions.add_parser("import", help="put a GeoJSON file in: all of it, or nothing")
    importing.add_argument(
        "what", choices=_WHATS, help="districts to grid cells; components (部件); names (地名)"
    )
    importing.add_argument("file", type=Path)
    importing.add_argument("--check", action="store_true", help="tell what would be, change nothing")
    importing.set_defaults(action=_import)
    making = actions.add_parser("generate", help="make the demo city, where no city has been drawn yet")
    making.add_argument("--parts", type=int, default=None, help="how many components (default 4000)")
    making.set_defaults(action=_generate)


def _import(settings: Settings, arguments: argparse.Namespace) -> int:
    from ticketing.places.geojson import What
    from ticketing.places.importing import import_text
    from ticketing.places.problems import ImportRefusedError

    try:
        text = arguments.file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{arguments.file} cannot be read: {error}.") from None

    async def work(sessions: SessionFactory) -> int:
        try:
            put = await import_text(
                sessions,
                text,
                What(arguments.what),
                actor=None,
                clock=SystemClock(),
                only_check=arguments.check,
            )
        except ImportRefusedError as refusal:
            told = [str(one) for one in refusal.problems[:_MOST]]
            sys.stderr.write(
                "\n".join([*told, f"共 {len(refusal.problems)} 处错误，什么都没有导入。"]) + "\n"
            )
            return EXIT_WRONG
        sys.stdout.write(_told(put, only_check=arguments.check) + "\n")
        return 0

    return asyncio.run(_with_database(settings, work))


def _told(put: Put, *, only_check: bool) -> str:
    how = "检查通过，尚未导入" if only_check else "已导入"
    return f"{how}：新增 {put.added}，更新 {put.changed}，不变 {put.same}"


def _generate(settings: Settings, arguments: argparse.Namespace) -> int:
    from hotline import demo_city
    from ticketing import catalogue

    count = demo_city.PARTS if arguments.parts is None else arguments.parts
    if not 0 <= count <= 1_000_000:
        raise Refusal("--parts: between 0 and 1,000,000.")

    async def work(sessions: SessionFactory) -> int:
        async with sessions() as session:
            await begin_write(session)
            await catalogue.load(session)
            if not await demo_city.add(session, SystemClock().now(), count):
                raise Refusal(
                    "A city has been drawn already: nothing was made up. 已有网格，未生成演示城市。"
                )
            await session.commit()
        sys.stdout.write(f"已生成演示城市：部件 {count} 个\n")
        return 0

    return asyncio.run(_with_database(settings, work))


async def _with_database(settings: Settings, work: Work) -> int:
    engine = make_engine(settings.database_url)
    try:
        return await work(make_sessions(engine))
    except database.TROUBLES as error:
        raise database.refusal(settings, error) from None
    finally:
        await engine.dispose()
