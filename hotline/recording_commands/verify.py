"""`hotline recordings verify`: the whole archive looked at, and what is wrong with it named (核验录音)."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from core.clock import CHINA, SystemClock
from core.db import SessionFactory, begin_write, make_engine, make_sessions
from core.errors import HotlineError
from core.settings import Settings
from hotline import database
from hotline.proof import LedgerAnswered
from hotline.refusal import Refusal
from recorder.proof import roots
from recorder.proof.findings import WORDS, Finding, Problem, Report
from recorder.proof.tables import RecordingCheck
from recorder.proof.walk import Walk, Wanted

if TYPE_CHECKING:
    from hotline.recording_commands import Add

_TEXT = "look at every recording, object, answered call and sealed day, and name what is missing or changed"
#: Something is wrong, or could not be looked at.
EXIT_FOUND = 1
#: Seconds between two lines of progress.
_SAY_EVERY_S = 5.0
_PARTS = {"recordings": "录音", "objects": "对象", "calls": "通话"}


def register(add: Add) -> None:
    action = add("verify", _TEXT, _verify)
    action.add_argument("--from", dest="first", type=_day, metavar="DAY", help="from this day on: 2026-11-01")
    action.add_argument("--to", dest="last", type=_day, metavar="DAY", help="up to this day")
    action.add_argument(
        "--quick", action="store_true", help="of objects only whether they are there, and size"
    )
    action.add_argument(
        "--roots", type=Path, metavar="FILE", help="hold the chain against roots kept elsewhere"
    )
    action.add_argument("--json", action="store_true", help="one JSON object")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _verify(settings: Settings, arguments: argparse.Namespace) -> int:
    known = _roots(settings, arguments.roots)
    wanted = Wanted(arguments.first, arguments.last, arguments.quick)
    report, took_s = asyncio.run(_run(settings, wanted, known, is_json=arguments.json))
    if arguments.json:
        body = {"first": _text(wanted.first), "last": _text(wanted.last), "quick": wanted.quick}
        sys.stdout.write(json.dumps(body | {"took_s": took_s} | report.as_json(), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(summary(report, took_s, is_quick=wanted.quick)) + "\n")
    return EXIT_FOUND if report.count else 0


def _roots(settings: Settings, given: Path | None) -> list[roots.Root]:
    """What was written down: in the state folder, where there is a list, and in the file that was named."""
    own = roots.log_file(settings)
    found = list[roots.Root]()
    for place in ([own] if own.exists() else []) + ([given] if given else []):
        try:
            found += roots.read(place)
        except (OSError, UnicodeDecodeError, HotlineError) as error:
            raise Refusal(f"The roots in {place} cannot be read: {error}.") from None
    return found


async def _run(
    settings: Settings, wanted: Wanted, known: list[roots.Root], *, is_json: bool
) -> tuple[Report, float]:
    engine = make_engine(settings.database_url)
    sessions, began = make_sessions(engine), monotonic()
    tell: Callable[[Finding], None] = _tell_nobody if is_json else _tell
    try:
        calls = LedgerAnswered(sessions)
        walk = Walk(settings, sessions, SystemClock(), calls, wanted, tell=tell, progress=_progress())
        report = await walk.run(known)
        took_s = round(monotonic() - began, 1)
        await keep(sessions, report, wanted, took_s)
    except FileNotFoundError as error:
        raise Refusal(f"Broken off, a program is missing: {error}. Run `hotline setup`.") from None
    except database.TROUBLES as error:
        raise database.refusal(settings, error) from None
    finally:
        await engine.dispose()
    return report, took_s


async def keep(sessions: SessionFactory, report: Report, wanted: Wanted, took_s: float) -> None:
    """Write down that, when and with what result somebody looked."""
    row = RecordingCheck(
        at=SystemClock().now(),
        took_s=took_s,
        quick=wanted.quick,
        first_day=wanted.first,
        last_day=wanted.last,
        recordings=report.recordings,
        objects=report.objects,
        days=report.days,
        root=report.root,
        findings=report.count,
        by_problem={str(problem): count for problem, count in report.by_problem.items()},
        first=str(report.findings[0]) if report.findings else "",
    )
    async with sessions() as session:
        await begin_write(session)
        session.add(row)
        await session.commit()


def summary(report: Report, took_s: float, *, is_quick: bool = False) -> list[str]:
    """The end of the report, for a person."""
    seen = (
        f"核验：录音 {report.recordings} 段（待归档 {report.waiting}，损坏 {report.damaged}，"
        f"已删除 {report.deleted}），对象 {report.objects} 个，通话 {report.calls} 通，"
        f"封存 {report.days} 日 {report.entries} 条（迟到补录 {report.late} 条），用时 {took_s} 秒"
    )
    said = [seen]
    if report.root:
        said.append(f"末日根值：{report.root}")
    if report.damaged:
        said.append(f"损坏的 {report.damaged} 段等人查看：hotline recordings list --state damaged")
    if not report.count:
        how = "快速核验只看对象在不在、大小对不对；" if is_quick else ""
        return [*said, f"结论：{how}完好，没有缺失，没有改动。"]
    said += [
        f"  {WORDS[problem]}：{report.by_problem[problem]}"
        for problem in Problem
        if report.by_problem[problem]
    ]
    said.append(f"首个问题：{report.findings[0]}")
    if report.is_lost:
        return [*said, f"结论：有问题，共 {report.count} 处。"]
    return [*said, "结论：未能查完（存储或主密钥不在），已查部分没有发现缺失或改动。"]


def _tell(finding: Finding) -> None:
    sys.stdout.write(f"{finding}\n")
    sys.stdout.flush()


def _tell_nobody(_finding: Finding) -> None:
    return


def _progress() -> Callable[[str, int], None]:
    """Says how far the walk is, now and then, beside the report."""
    said_at = monotonic()

    def say(part: str, done: int) -> None:
        nonlocal said_at
        if monotonic() - said_at >= _SAY_EVERY_S:
            said_at = monotonic()
            now = SystemClock().now().astimezone(CHINA)
            sys.stderr.write(f"{now:%H:%M:%S} {_PARTS.get(part, part)} {done}\n")
            sys.stderr.flush()

    return say


def _text(day: date | None) -> Any:
    return str(day) if day else None
