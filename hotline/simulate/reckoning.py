"""Every count of the database, explained by the books (账): a line for each, and what does not add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import OutboxEntry
from hotline.simulate.books import Books
from ticketing.notices.tables import OutgoingMessage
from ticketing.routing.tables import RoutingDecision
from ticketing.tables import Case, CaseCounter, CaseHistory, CasePause, Stage
from ticketing.workflow import STAGES

#: Entries nobody makes by a move of their own.
_BY_ITSELF = ("open_draft", "open_split", "linked", "close_with_parent", "escalate", "recompute", "resume")


@dataclass(frozen=True)
class Line:
    """`counted` must be the sum of `parts`."""

    what: str
    counted: int
    parts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        return self.counted == sum(self.parts.values())


@dataclass(frozen=True)
class Found:
    """What the database holds."""

    stages: Mapping[str, int]
    moves: Mapping[str, int]
    sums: Mapping[str, int]
    rows: Mapping[str, int]
    clocks: Mapping[str, int]
    #: Steps of the ladder that were taken, by step.
    steps: Mapping[int, int]
    #: Messages by state.
    messages: Mapping[str, int]


async def read(session: AsyncSession) -> Found:
    """Count."""
    by_stage = await _grouped(session, select(Case.stage, func.count()).group_by(Case.stage))
    by_move = await _grouped(session, select(CaseHistory.move, func.count()).group_by(CaseHistory.move))
    clocks = await _grouped(session, select(Case.clock, func.count()).group_by(Case.clock))
    steps: Counter[int] = Counter()
    for inputs in await session.scalars(select(CaseHistory.inputs).where(CaseHistory.move == "escalate")):
        steps[inputs["step"]] += 1
    wanted: dict[str, ColumnElement[Any]] = {
        name: func.sum(getattr(Case, name))
        for name in ("returns", "reworks", "delays", "suspensions", "urges", "supervisions")
    }
    for name in ("number", "registered_at", "established_at", "rating"):
        wanted[name] = func.count(getattr(Case, name))
    sums = (await session.execute(select(*wanted.values()))).one()
    rows = {
        "history": func.count(CaseHistory.id),
        "pauses": func.count(CasePause.id),
        "outbox": func.count(OutboxEntry.id),
        "messages": func.count(OutgoingMessage.id),
        "decisions": func.count(RoutingDecision.id),
        "serials": func.sum(CaseCounter.last),
    }
    counted = {name: await session.scalar(select(one)) or 0 for name, one in rows.items()}
    open_pauses = select(func.count()).select_from(CasePause).where(CasePause.ended_at.is_(None))
    counted["open pauses"] = await session.scalar(open_pauses) or 0
    columns = {name: int(one or 0) for name, one in zip(wanted, sums, strict=True)}
    query = select(OutgoingMessage.state, func.count()).group_by(OutgoingMessage.state)
    messages = await _grouped(session, query)
    return Found(by_stage, by_move, columns, counted, clocks, steps, messages)


async def _grouped(session: AsyncSession, query: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in await session.execute(query)}


def lines(books: Books, found: Found, calls: int) -> list[Line]:
    """Each count with what it is made of."""
    rooms = [*_cases(books, found, calls), *_history(books, found), *_clocks(books, found)]
    return [*rooms, *_told(books, found), *_refused(books)]


def _cases(books: Books, found: Found, calls: int) -> list[Line]:
    told = Counter(books.stages.values())
    ever, count, left = books.ever, books.count, books.leaving
    stages = {stage: found.stages.get(stage, 0) for stage in STAGES}
    numbered = ever.get("register", set()) | ever.get("answer", set()) | ever.get("refuse", set())
    out = [(Stage.MERGED, "merge"), (Stage.REFUSED, "refuse"), (Stage.VOID, "void")]
    registered = {"calls": len(ever.get("register", set()) - books.splits), "split off": len(books.splits)}
    return [
        Line("cases: calls, and what was split off", calls + len(books.splits), stages),
        *(Line(f"  of them {stage}", stages[stage], {"told by the door": told[stage]}) for stage in STAGES),
        Line("registered (登记)", found.sums["registered_at"], registered),
        Line(
            "case numbers",
            found.sums["number"],
            {"registered, answered, refused": len(numbered - books.splits), "split off": len(books.splits)},
        ),
        Line("serials given out", found.rows["serials"], {"case numbers": found.sums["number"]}),
        Line(
            "established (立案)",
            count("establish"),
            {"hold": found.sums["established_at"], "handed back": count("hand_back")},
        ),
        Line(
            "closed (结案)",
            count("answer", "close", "force_close") + books.followed,
            {"are": stages[Stage.CLOSED], "reopened": count("reopen")},
        ),
        *(
            Line(
                name,
                count(name),
                {
                    "are": stages[stage],
                    "restored": left[("restore", stage)],
                    "closed with their event": books.followed if name == "merge" else 0,
                },
            )
            for stage, name in out
        ),
        Line("rated (评价)", count("rate"), {"hold": found.sums["rating"], "reopened": books.ratings_undone}),
    ]


def _history(books: Books, found: Found) -> list[Line]:
    steps = sum(books.escalations.values())
    people = sum(books.moves.values())
    parts = {
        "opened": len(books.stages),
        "told in the other case": books.linked,
        "closed with their event": books.followed,
        **{f"moves by {role}": number for role, number in sorted(books.by_role.items())},
        "resumed by the timers": books.resumed,
        "escalations": steps,
        "deadlines recomputed": books.recomputed,
    }
    by_move = [
        Line(f"  {name}", number, {"told by the door": books.moves[name]})
        for name, number in sorted(found.moves.items())
        if name not in _BY_ITSELF
    ]
    counters = {
        "returns": ("return",),
        "reworks": ("rework", "check_fail"),
        "delays": ("grant_delay",),
        "suspensions": ("grant_suspend",),
        "urges": ("urge",),
        "supervisions": ("supervise",),
    }
    moved = people + books.resumed + steps + books.linked + books.followed
    events = {"opened": len(books.stages), "moved": moved}
    return [
        Line("history entries", found.rows["history"], parts),
        *by_move,
        *(
            Line(f"{name}, added up", found.sums[name], {move: books.moves[move] for move in made})
            for name, made in counters.items()
        ),
        Line("events told", found.rows["outbox"], events | {"edited": books.edits + books.recomputed}),
    ]


def _clocks(books: Books, found: Found) -> list[Line]:
    clocks = {name: found.clocks.get(name, 0) for name in ("running", "paused", "stopped")}
    halts = ("report_done", "grant_suspend", "grant_defer")
    return [
        Line(
            "clocks started (派遣)",
            books.count("dispatch"),
            {**clocks, "taken back": books.clocks_dropped},
        ),
        Line("pauses", found.rows["pauses"], {move: books.moves[move] for move in halts}),
        Line("pauses that go on", found.rows["open pauses"], {"paused clocks": clocks["paused"]}),
        Line("reports of closed events", books.followers_due, {"closed with them": books.followed}),
        Line("resumptions due", books.resumptions_due, {"resumed by themselves": books.resumed}),
        Line(
            "resumed",
            found.moves.get("resume", 0),
            {"by themselves": books.resumed, "by people": books.moves["resume"]},
        ),
        *(
            Line(f"escalated, step {step}", found.steps.get(step, 0), {"were due": number})
            for step, number in sorted(books.escalations.items())
        ),
        Line("deadlines recomputed", found.moves.get("recompute", 0), {"the timers": books.recomputed}),
    ]


def _told(books: Books, found: Found) -> list[Line]:
    """Routing, hints, and messages to citizens and our own people."""
    once = set(books.messages)
    return [
        Line(
            "routing decisions",
            found.rows["decisions"],
            {move: books.moves[move] for move in ("dispatch", "assign")},
        ),
        Line(
            "repeats looked at",
            books.repeats,
            {"hinted at": books.hinted, "not any more, or not yet": books.repeats - books.hinted},
        ),
        Line("messages written", found.rows["messages"], dict(sorted(found.messages.items()))),
        Line("messages sent", found.messages.get("sent", 0), {"the gateway took": len(once)}),
        Line("messages the gateway took", len(books.messages), {"once": len(once)}),
    ]


def _refused(books: Books) -> list[Line]:
    tried = sum(books.tried.values())
    return [
        Line("two at the same moment", books.races, {"second told who was faster": books.conflicts}),
        Line("forbidden moves tried", tried, dict(sorted(books.told_no.items()))),
        *(
            Line(f"  {code}", number, {"told so": books.told_no[code]})
            for code, number in sorted(books.tried.items())
        ),
        Line("callers who asked how far it is", books.asked, {"told right": books.told}),
    ]
