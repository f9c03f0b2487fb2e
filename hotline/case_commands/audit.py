"""`hotline audit`: prove histories and audit trail (核验), and the role that cannot alter them."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from time import monotonic

from core.db import make_engine, make_sessions
from core.errors import InvalidError
from core.settings import Settings
from hotline import database, database_role, history
from hotline.refusal import Refusal
from ticketing.history.findings import Finding, Report
from ticketing.history.verify import Check

Action = Callable[[Settings, argparse.Namespace], int]
#: Something is wrong.
EXIT_FOUND = 1


def add_actions(parser: argparse.ArgumentParser) -> None:
    """Put the actions of `hotline audit` below `parser`."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    text = "compute every sum of histories, seals and audit trail again, and name each damaged entry"
    verify = actions.add_parser("verify", help=text, description=text)
    verify.add_argument(
        "--roots", type=Path, metavar="FILE", help="hold the seals against a list kept elsewhere"
    )
    verify.add_argument("--json", action="store_true", help="one JSON object")
    verify.set_defaults(action=_verify)
    text = "make the PostgreSQL role the hotline runs as, without the right to alter history and audit"
    role = actions.add_parser("role", help=text, description=text)
    role.add_argument("name", help="of the role, for example hotline_app")
    role.set_defaults(action=_role)


def _verify(settings: Settings, arguments: argparse.Namespace) -> int:
    roots = dict[int, str]()
    for place in (history.roots_file(settings), arguments.roots):
        try:
            if place is arguments.roots and place and not place.exists():
                raise FileNotFoundError(place)
            roots |= history.read_roots(place) if place else {}
        except (OSError, UnicodeDecodeError, InvalidError) as error:
            raise Refusal(f"The roots in {place} cannot be read: {error}.") from None
    began = monotonic()
    try:
        report, alterable = asyncio.run(_run(settings, roots, None if arguments.json else _tell))
    except database.TROUBLES as error:
        raise database.refusal(settings, error) from None
    took_s = round(monotonic() - began, 1)
    if arguments.json:
        body = {**asdict(report), "took_s": took_s, "alterable": alterable}
        sys.stdout.write(json.dumps(body, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(summary(report, took_s, alterable)) + "\n")
    return EXIT_FOUND if report.findings else 0


async def _run(
    settings: Settings, roots: dict[int, str], tell: Callable[[Finding], None] | None
) -> tuple[Report, list[str]]:
    engine = make_engine(settings.database_url)
    try:
        report = await Check(make_sessions(engine), tell).run(roots)
        async with engine.connect() as connection:
            return report, await database_role.can_alter(connection)
    finally:
        await engine.dispose()


def summary(report: Report, took_s: float, alterable: list[str]) -> list[str]:
    """The end of the report, for a person."""
    said = [
        f"核验：案卷 {report.cases} 件，流转记录 {report.entries} 条，封存 {report.seals} 次，"
        f"审计记录 {report.audit_links} 条（待入链 {report.audit_waiting} 条），用时 {took_s} 秒"
    ]
    if report.root:
        said.append(f"末次封存根值：{report.root}")
    if alterable:
        said.append(
            f"提示：当前数据库账号有权改动 {', '.join(alterable)}；"
            "日常运行请改用受限账号（hotline audit role NAME）。"
        )
    if report.findings:
        return [*said, f"首个问题：{report.findings[0]}", f"结论：有问题，共 {len(report.findings)} 处。"]
    return [*said, "结论：完好，没有缺失，没有改动。"]


def _tell(finding: Finding) -> None:
    sys.stdout.write(f"{finding}\n")
    sys.stdout.flush()


def _role(settings: Settings, arguments: argparse.Namespace) -> int:
    try:
        url = asyncio.run(database_role.grant(settings.database_url, arguments.name))
    except InvalidError as error:
        raise Refusal(f"No role was made: {error}.") from None
    except database.TROUBLES as error:
        raise database.refusal(settings, error) from None
    if url:
        sys.stdout.write(f"Made. Let the hotline run with DATABASE_URL={url}\n")
    else:
        sys.stdout.write(f"Role {arguments.name} was there; its rights are set anew.\n")
    return 0
