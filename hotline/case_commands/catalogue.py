"""`hotline catalogue`: the catalogue out as a spreadsheet, and in again with its differences shown first."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from core.clock import SystemClock
from core.db import SessionFactory, make_engine, make_sessions
from core.errors import HotlineError, InvalidError
from core.settings import Settings
from hotline import database
from hotline.refusal import Refusal

if TYPE_CHECKING:
    from ticketing.catalogue.plan import Plan

T = TypeVar("T")
#: The file has mistakes; nothing was changed.
EXIT_WRONG = 1
_MOST_TOLD = 200


def add_actions(parser: argparse.ArgumentParser) -> None:
    """Put the actions of `hotline catalogue` below `parser`."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    text = "write the catalogue into a spreadsheet (XLSX)"
    out = actions.add_parser("export", help=text, description=text)
    out.add_argument("file", type=Path)
    out.add_argument("--edition", help="only this one, for example 2013 (default: all)")
    out.set_defaults(action=_export)
    text = "tell what a spreadsheet would change; with --apply change it, all of it or nothing"
    taken = actions.add_parser("import", help=text, description=text)
    taken.add_argument("file", type=Path)
    taken.add_argument("--apply", action="store_true", help="carry it out")
    taken.set_defaults(action=_import)


def _export(settings: Settings, arguments: argparse.Namespace) -> int:
    from ticketing.catalogue import store, workbook

    async def work(sessions: SessionFactory) -> bytes:
        async with sessions() as session:
            lines = await store.lines(session, arguments.edition)
        if not lines:
            raise InvalidError(f"没有“{arguments.edition}”版目录 / there is no such edition")
        return workbook.write(lines)

    data = _with_database(settings, work)
    try:
        arguments.file.write_bytes(data)
    except OSError as error:
        raise Refusal(f"{arguments.file} cannot be written: {error.strerror}.") from None
    sys.stdout.write(f"{arguments.file}: 已导出 / written, {len(data)} B\n")
    return 0


def _import(settings: Settings, arguments: argparse.Namespace) -> int:
    from ticketing.catalogue import store, workbook

    try:
        data = arguments.file.read_bytes()
    except OSError as error:
        raise Refusal(f"{arguments.file} cannot be read: {error.strerror}.") from None
    by = store.By(SystemClock().now(), address="command line")

    async def work(sessions: SessionFactory) -> tuple[Plan, bool]:
        read = workbook.read(data)
        async with sessions() as session:
            plan = await store.preview(session, read, by.today)
        if plan.problems or not arguments.apply:
            return plan, False
        return await store.carry_out(sessions, read, by, digest=plan.digest), True

    plan, applied = _with_database(settings, work)
    sys.stdout.write("\n".join(_told(plan, applied=applied)) + "\n")
    return EXIT_WRONG if plan.problems else 0


def _told(plan: Plan, *, applied: bool) -> list[str]:
    if plan.problems:
        more = len(plan.problems) - _MOST_TOLD
        said = [str(one) for one in plan.problems[:_MOST_TOLD]]
        said += [f"… 另有 {more} 处"] if more > 0 else []
        return [*said, f"有 {len(plan.problems)} 处错误，没有作任何修改 / mistakes, nothing was changed"]
    said = []
    for one in plan.changes[:_MOST_TOLD]:
        pairs = one.fields.items()
        fields = "，".join(f"{title} {old or '（空）'} → {new or '（空）'}" for title, (old, new) in pairs)
        said.append(f"新增 {one.name}" if one.what == "added" else f"修改 {one.name}：{fields}")
    counts = f"新增 {plan.count('added')}，修改 {plan.count('changed')}，相同 {plan.same}"
    end = "已导入 / imported" if applied else "仅预览，加 --apply 后导入 / a preview: --apply carries it out"
    return [*said, f"{counts}。{end}"]


def _with_database(settings: Settings, work: Callable[[SessionFactory], Awaitable[T]]) -> T:
    async def run() -> T:
        await database.upgrade(settings)
        engine = make_engine(settings.database_url)
        try:
            return await work(make_sessions(engine))
        finally:
            await engine.dispose()

    try:
        return asyncio.run(run())
    except HotlineError as error:
        fields = error.details.get("fields")
        why = "；".join(fields.values()) if isinstance(fields, dict) else ""
        raise Refusal(f"{error}" + (f"：{why}" if why else "")) from None
    except database.TROUBLES as error:
        raise database.refusal(settings, error) from None
