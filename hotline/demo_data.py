"""Demo seats and accounts. Passwords are made up per install and kept in the secrets folder."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import select, update

from core import accounts
from core.clock import Clock
from core.db import SessionFactory
from core.settings import Settings
from core.tables import Account, Role
from hotline import (
    demo_catalogue,
    demo_city,
    demo_messages,
    demo_platforms,
    demo_routing,
    demo_sources,
    demo_units,
)
from ivr.ledger.tables import Seat
from ivr.queues import skills

FIRST_SEAT = 1001
#: Where the shift leader listens in on seats from; in no queue until it logs in.
LEADER_SEAT = "1900"
#: Skills of the demo seats, one row after another: every seat takes ordinary and urgent calls.
_SKILLS: tuple[dict[str, int], ...] = (
    {"general": 1, "emergency": 1, "english": 2},
    {"general": 1, "emergency": 1, "dialect": 1},
    {"general": 1, "emergency": 2, "english": 1},
    {"general": 2, "emergency": 2, "enterprise": 1},
)
#: Nothing that is read wrongly from a terminal: no 0/O, 1/l/I.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demo with its password in the clear, for the banner."""

    username: str
    display_name: str
    role: Role
    password: str
    extension: str | None = None
    #: Unit (责任单位) of who works outside of the centre.
    unit: str | None = None


def accounts_file(settings: Settings) -> Path:
    return settings.secrets_dir / "demo_accounts.json"


def read(settings: Settings) -> list[DemoAccount]:
    """The demo accounts of this install; none before set-up has made them."""
    path = accounts_file(settings)
    if not path.exists():
        return []
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [DemoAccount(**row | {"role": Role(row["role"])}) for row in rows]


#: Who works on cases: user name, name, role, unit.
_CASE_WORKERS = (
    ("dispatcher", "派遣员", Role.DISPATCHER, None),
    ("district", "中山区派遣员", Role.DISTRICT_AGENT, "210202"),
    ("department1", "中山区市政甲", Role.DEPARTMENT, "210202-roads"),
    ("department2", "中山区市政乙", Role.DEPARTMENT, "210202-roads"),
    ("collector", "监督员", Role.COLLECTOR, None),
    ("director", "值机领导", Role.LEADER, None),
    ("assessor", "考核员", Role.ASSESSOR, None),
)


def _wanted(seats: int) -> list[tuple[str, str, Role, str | None, str | None]]:
    rows: list[tuple[str, str, Role, str | None, str | None]] = [
        (f"seat{number}", f"坐席 {number}", Role.SEAT, str(number), None)
        for number in range(FIRST_SEAT, FIRST_SEAT + seats)
    ]
    rows.append(("leader", "值班长", Role.SHIFT_LEADER, LEADER_SEAT, None))
    rows.append(("inspector", "质检员", Role.INSPECTOR, None, None))
    rows.append(("admin", "管理员", Role.ADMINISTRATOR, None, None))
    return rows + [(username, name, role, None, unit) for username, name, role, unit in _CASE_WORKERS]


def _skills(extension: str) -> dict[str, int]:
    return _SKILLS[(int(extension) - FIRST_SEAT) % len(_SKILLS)]


def _password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def _write(settings: Settings, known: list[DemoAccount]) -> None:
    settings.secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = accounts_file(settings)
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps([asdict(a) for a in known], ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(path)


async def create(settings: Settings, sessions: SessionFactory, clock: Clock) -> list[DemoAccount]:
    """Add what is missing: demo accounts, and a seat with a SIP secret for each of their extensions.

    Passwords are written to the secrets folder before the accounts exist, so none is ever lost.
    """
    known = {account.username: account for account in read(settings)}
    for username, name, role, extension, unit in _wanted(settings.demo.seats):
        account = known.setdefault(username, DemoAccount(username, name, role, _password(), extension, unit))
        # A leader made before leaders had a telephone is given one.
        known[username] = replace(account, extension=account.extension or extension)
    _write(settings, list(known.values()))
    async with sessions() as session:
        there = set(await session.scalars(select(Account.username)))
        seats = set(await session.scalars(select(Seat.extension)))
        await demo_units.add(session)
        await demo_catalogue.add(session, clock.now())
        await demo_city.add(session, clock.now())
        await demo_routing.add(session, clock.now())
        await demo_sources.add(session, clock.now())
        await demo_platforms.add(session, settings, clock.now())
        for account in known.values():
            if account.username not in there:
                await accounts.create(session, **asdict(account), clock=clock)
            elif account.extension == LEADER_SEAT:
                old = Account.username == account.username, Account.extension.is_(None)
                await session.execute(update(Account).where(*old).values(extension=LEADER_SEAT))
            if account.extension and account.extension not in seats:
                secret = secrets.token_urlsafe(16)
                session.add(
                    Seat(extension=account.extension, display_name=account.display_name, sip_secret=secret)
                )
                await session.flush()
                await skills.put(session, account.extension, _skills(account.extension))
        await demo_messages.add(session, clock.now())
        await session.commit()
    return list(known.values())
