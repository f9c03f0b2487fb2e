"""From the switch's file to the ledger, on SQLite and PostgreSQL: repeats change nothing, nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.exc import SQLAlchemyError

from core.clock import FixedClock
from core.db import SessionFactory, make_engine, make_sessions
from core.settings import Paths, Settings
from core.tables import OutboxEntry
from ivr.ledger.tables import Call, CallEvent
from ivr.watcher import Watcher

HANG_UP = quote('{"hangupcause":16,"hangupsource":"PJSIP/trunk-demo-00000000","dialstatus":""}', safe="")


class World:
    """A watcher, the file it reads and the database it writes."""

    def __init__(self, state: Path, sessions: SessionFactory, clock: FixedClock) -> None:
        self.settings = Settings(paths=Paths(state=state))
        self.file = state / "asterisk" / "log" / "cel-custom" / "cel.log"
        self.file.parent.mkdir(parents=True)
        self.sessions, self.clock = sessions, clock
        self.watcher = self.restart()

    def restart(self) -> Watcher:
        self.watcher = Watcher(self.settings, self.sessions, self.clock)
        return self.watcher

    def switch_writes(self, *lines: str, call: str = "hl-1.0", after_s: float = 0.0) -> None:
        """Lines `TYPE context exten app app_data user_type extra`, one a tenth of a second."""
        at = self.clock.now().timestamp() + after_s
        with self.file.open("a") as file:
            for number, line in enumerate(lines):
                kind, rest = line.split(" ", 1)
                channel = "PJSIP%2Ftrunk-demo-00000000"
                file.write(f"{kind} {at + number / 10:.6f} {call} {call} {channel} {rest}\n")

    async def rows(self, table: type[Any]) -> list[dict[str, Any]]:
        async with self.sessions() as session:
            found = (await session.scalars(select(table))).all()
        names = [column.key for column in inspect(table).column_attrs]
        return [{name: getattr(row, name) for name in names} for row in found]

    async def published(self, kind: str) -> int:
        return sum(row["type"] == kind for row in await self.rows(OutboxEntry))


@pytest.fixture
def world(tmp_path: Path, sessions: SessionFactory, clock: FixedClock) -> World:
    return World(tmp_path / "state", sessions, clock)


ARRIVES = ("CHAN_START from-trunk 12319    ", "ANSWER hl-inbound s Answer   ")
QUEUES = (
    "STEP hl-queue s CELGenUserEvent x STEP %7B%22extra%22%3A%22queue%22%7D",
    "APP_START hl-queue s Queue q-general%2Cc  ",
)
LEAVES = (f"HANGUP hl-queue s    {HANG_UP}",)


async def test_a_call_becomes_a_row(world: World) -> None:
    world.switch_writes(*ARRIVES, *QUEUES, *LEAVES)
    assert await world.watcher.carry_on()
    [row] = await world.rows(Call)
    assert (row["id"], row["trunk"], row["did"]) == ("hl-1.0", "demo", "12319")
    assert (row["outcome"], row["hung_up_by"], row["queue"]) == ("abandoned", "caller", "general")
    assert row["started_at"] == world.clock.now()
    assert not await world.watcher.carry_on()


async def test_killed_between_the_database_and_the_position(world: World) -> None:
    world.switch_writes(*ARRIVES, *QUEUES)
    await world.watcher.carry_on()
    before = await world.rows(Call), await world.rows(CallEvent)
    world.file.with_suffix(".position").unlink()
    assert await world.restart().carry_on()
    assert (await world.rows(Call), await world.rows(CallEvent)) == before
    assert await world.published("HelpRequested") == 1


async def test_line_by_line_gives_the_same_row_as_all_at_once(world: World) -> None:
    for number, line in enumerate([*ARRIVES, *QUEUES, *LEAVES]):
        world.switch_writes(line, after_s=number / 10)
        assert await world.restart().carry_on()
    world.switch_writes(*ARRIVES, *QUEUES, *LEAVES, call="hl-2.0")
    assert await world.watcher.carry_on()
    one, two = await world.rows(Call)
    one.pop("id"), two.pop("id")
    for step in one["menu_path"] + two["menu_path"]:
        step.pop("at")
    assert one == two


async def test_help_is_asked_for_once_a_call(world: World) -> None:
    for line in (*ARRIVES, *QUEUES):
        world.switch_writes(line)
        await world.watcher.carry_on()
    message = "MESSAGE hl-message s CELGenUserEvent x MESSAGE %7B%22extra%22%3A%22{}%22%7D"
    world.switch_writes(message.format("start"), message.format("end"), *LEAVES, after_s=5)
    world.switch_writes(*ARRIVES, *LEAVES, call="hl-menu.0")
    await world.watcher.carry_on()
    assert await world.published("HelpRequested") == 1
    assert await world.published("CallChanged") == 6


async def test_a_line_nobody_understands_holds_nothing_up(world: World) -> None:
    with world.file.open("a") as file:
        file.write("\0\0\0garbage\nANSWER 1e300 a b PJSIP%2Ftrunk-demo-00000000 c s Answer   \n\n")
    world.switch_writes(*ARRIVES)
    assert await world.watcher.carry_on()
    assert [row["id"] for row in await world.rows(Call)] == ["hl-1.0"]


async def test_numbers_longer_than_their_columns(world: World) -> None:
    """PostgreSQL refuses what does not fit; one such call must not stop the ledger."""
    caller = quote(quote("ä" * 700, safe=""), safe="")
    named = f"CALLER hl-caller s CELGenUserEvent x CALLER %7B%22extra%22%3A%22allowed%3A{caller}%22%7D"
    world.switch_writes(f"CHAN_START from-trunk {'9' * 79}    ", named)
    assert await world.watcher.carry_on()
    [row] = await world.rows(Call)
    assert row["did"] == "9" * 64
    assert row["caller_raw"] == quote("ä") * 500
    assert (row["caller"], row["caller_kind"]) == ("", "invalid")


async def test_withheld_numbers_are_not_shown(world: World) -> None:
    extra = quote('{"extra":"prohib_passed_screen:13800001234"}', safe="")
    world.switch_writes(*ARRIVES, f"CALLER hl-caller s CELGenUserEvent x CALLER {extra}")
    await world.watcher.carry_on()
    [row] = await world.rows(Call)
    assert (row["caller_raw"], row["caller"], row["caller_kind"]) == ("13800001234", "", "withheld")


async def test_calls_the_switch_forgot(world: World) -> None:
    world.switch_writes(*ARRIVES, *QUEUES, call="hl-lost.0")
    world.switch_writes(*ARRIVES, call="hl-live.0")
    world.switch_writes(*ARRIVES, *LEAVES, call="hl-over.0")
    world.switch_writes(*ARRIVES, call="hl-young.0", after_s=15)
    await world.watcher.carry_on()
    world.clock.advance(timedelta(seconds=30))
    assert await world.watcher.end_lost_calls({"hl-live.0"}) == 1
    assert await world.watcher.end_lost_calls({"hl-live.0"}) == 0
    rows = {row["id"]: row for row in await world.rows(Call)}
    lost = rows["hl-lost.0"]
    assert (lost["outcome"], lost["hung_up_by"]) == ("failed", "")
    assert lost["ended_at"] == lost["started_at"] + timedelta(seconds=0.3), "its last event"
    assert rows["hl-live.0"]["ended_at"] is None
    assert rows["hl-young.0"]["ended_at"] is None
    assert rows["hl-over.0"]["outcome"] == "hung_up_in_menu"


async def test_an_end_that_comes_after_all_is_believed(world: World) -> None:
    world.switch_writes(*ARRIVES, *QUEUES)
    await world.watcher.carry_on()
    world.clock.advance(timedelta(seconds=30))
    await world.watcher.end_lost_calls(set())
    world.switch_writes(*LEAVES)
    await world.watcher.carry_on()
    [row] = await world.rows(Call)
    assert (row["outcome"], row["hung_up_by"]) == ("abandoned", "caller")


async def test_database_away_the_position_stays(world: World, tmp_path: Path) -> None:
    world.switch_writes(*ARRIVES)
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'nobody' / 'there.db'}")
    away = Watcher(world.settings, make_sessions(engine), world.clock)
    for _ in range(2):
        with pytest.raises(SQLAlchemyError):
            await away.carry_on()
    await engine.dispose()
    assert not world.file.with_suffix(".position").exists()
    assert await world.watcher.carry_on(), "back again: nothing was lost"
    assert len(await world.rows(Call)) == 1


async def test_seats_alone_make_no_call(world: World) -> None:
    with world.file.open("a") as file:
        file.write("HANGUP 1795390344.3 hl-9.0 hl-9.0 PJSIP%2F1001-00000003 from-seat *11    \n")
    assert await world.watcher.carry_on()
    assert await world.rows(Call) == []
    assert await world.published("CallChanged") == 0
