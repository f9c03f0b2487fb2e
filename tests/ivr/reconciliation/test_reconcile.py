"""The same calls told by ledger and queue log: no difference; every way they may differ is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from core.clock import FixedClock
from core.db import SessionFactory
from ivr.ledger import store
from ivr.ledger.leg_tables import CallLeg
from ivr.ledger.memory import Memory
from ivr.reconciliation.reconcile import Report, reconcile, reconcile_call
from ivr.reconciliation.tables import Reconciliation
from tests.ivr.ledger.tables import START, call
from tests.ivr.ledger.test_legs import CALLS

DAY = date(2026, 11, 23)
#: The queue log's lines of calls of tests/ivr/ledger/test_legs.py, seconds after the INVITE.
TOLD = {
    "a talk": "4 ENTERQUEUE\n8 CONNECT|3\n30 COMPLETEAGENT|3|22",
    "hold and back": "4 ENTERQUEUE\n8 CONNECT|4\n40 COMPLETEAGENT|4|32",
    "the citizen gives up on hold": "4 ENTERQUEUE\n8 CONNECT|3\n29 COMPLETECALLER|3|21",
    "asked and handed over": "4 ENTERQUEUE\n8 CONNECT|3\n30 COMPLETEAGENT|3|22",
    "blind to a seat that does not answer, and back": "4 ENTERQUEUE\n8 CONNECT|3\n62 COMPLETECALLER|3|54",
    "a message after nobody answered": "2 ENTERQUEUE\n32 EXITWITHTIMEOUT|1|1|30",
}


def line(second: str, word: str, *, call_id: str = "c", queue: str = "q-general", seat: str = "") -> str:
    member = seat or ("NONE" if word.partition("|")[0] in ("ENTERQUEUE", "EXITWITHTIMEOUT") else "1001")
    word, _, data = word.partition("|")
    return f"{int(START.timestamp()) + int(second)}|{call_id}|{queue}|{member}|{word}|{data}"


def log_of(text: str) -> list[str]:
    return [line(*row.split(" ", 1)) for row in text.splitlines()]


class World:
    def __init__(self, sessions: SessionFactory, clock: FixedClock, path: Path) -> None:
        self.sessions, self.clock, self.path = sessions, clock, path

    async def happened(self, name: str, call_id: str = "c") -> None:
        async with self.sessions.begin() as session:
            await store.apply(session, call(CALLS[name][0], call_id), "0411", Memory())

    async def reconcile(self, log: list[str]) -> Report:
        self.path.write_text("\n".join(log) + "\n")
        return await reconcile(self.sessions, self.path, DAY, self.clock)


@pytest.fixture
def world(sessions: SessionFactory, clock: FixedClock, tmp_path: Path) -> World:
    return World(sessions, clock, tmp_path / "queue_log")


@pytest.mark.parametrize("name", TOLD)
async def test_both_tell_the_same(world: World, name: str) -> None:
    await world.happened(name)
    report = await world.reconcile(log_of(TOLD[name]))
    assert report.differences == ()
    assert (report.calls, report.entries, report.difference_s, report.difference_calls) == (1, 1, 0, 0)
    assert (await reconcile_call(world.sessions, world.path, "c")).differences == ()


LIES: dict[str, tuple[Callable[[list[str]], list[str]], list[tuple[str, float]]]] = {
    "waited longer": (lambda log: [row.replace("CONNECT|3", "CONNECT|9") for row in log], [("wait", 4.5)]),
    "talked longer": (lambda log: [row.replace("|3|22", "|3|32") for row in log], [("talk", 9.0)]),
    "within its resolution": (lambda log: [row.replace("|3|22", "|3|21") for row in log], []),
    "another seat": (lambda log: [row.replace("|1001|", "|1002|") for row in log], [("seat", 0.0)]),
    "another queue": (lambda log: [row.replace("q-general", "q-english") for row in log], [("queue", 0.0)]),
    "nothing": (lambda _: [], [("entry", 3.5)]),
    "never over": (lambda log: log[:2], [("talk", 22.0)]),
    "an entry more": (
        lambda log: [*log, line("31", "ENTERQUEUE"), line("41", "EXITWITHTIMEOUT|1|1|10")],
        [("entry", 10.0)],
    ),
    "a call more": (
        lambda log: [*log, line("31", "ENTERQUEUE", call_id="d"), line("41", "ABANDON|1|1|10", call_id="d")],
        [("entry", 10.0)],
    ),
    "a seat that consults a queue": (
        lambda log: [
            *log,
            line("31", "CONSULTS", call_id="d"),
            line("31", "ENTERQUEUE", call_id="d"),
            line("41", "ABANDON|1|1|10", call_id="d"),
        ],
        [],
    ),
    "later": (lambda log: [line("9", "ENTERQUEUE"), *log[1:]], [("entry", 4.0)]),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_difference_is_found(world: World, lie: str) -> None:
    change, expected = LIES[lie]
    await world.happened("a talk")
    report = await world.reconcile(change(log_of(TOLD["a talk"])))
    assert [(one.what, one.difference_s) for one in report.differences] == expected
    assert report.difference_calls == len(expected)


async def test_stored_legs_that_are_not_what_the_events_say(world: World) -> None:
    await world.happened("a talk")
    async with world.sessions.begin() as session:
        await session.execute(update(CallLeg).where(CallLeg.n == 3).values(holder="1002"))
    report = await world.reconcile(log_of(TOLD["a talk"]))
    assert [one.what for one in report.differences] == ["legs"]


async def test_who_was_refused_is_not_in_the_log(world: World) -> None:
    table = "0 CallArrived trunk=demo did=1\n4 QueueEntered queue=general\n4.01 QueueLeft\n9 CallerLeft"
    async with world.sessions.begin() as session:
        await store.apply(session, call(table), "0411", Memory())
    assert (await world.reconcile([])).differences == ()


async def test_calls_in_progress_wait_for_another_day(world: World) -> None:
    async with world.sessions.begin() as session:
        await store.apply(session, call(CALLS["a talk"][0])[:-1], "0411", Memory())
    report = await world.reconcile(log_of(TOLD["a talk"])[:2])
    assert (report.calls, report.differences) == (0, ())


async def test_the_row_of_the_day_is_written_anew(world: World) -> None:
    await world.happened("a talk")
    for log, calls in (([], 1), (log_of(TOLD["a talk"]), 0)):
        await world.reconcile(log)
        async with world.sessions() as session:
            row = await session.get_one(Reconciliation, DAY)
        assert (row.calls, row.entries, row.difference_calls, row.at) == (1, 1, calls, world.clock.now())
        assert [one["what"] for one in row.differences] == ["entry"] * calls
