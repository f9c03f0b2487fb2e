"""What the benchmark `cases` asks: as people in the centre and in departments do."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select

from bench.search_calls import community
from core.clock import CHINA, FixedClock
from core.db import SessionFactory
from core.tables import Account, Role
from hotline.simulate.reports import PROBLEMS
from ticketing import catalogue, drafts, links, moves, progress, queries, routing, scope
from ticketing.catalogue.search import search as search_classes
from ticketing.listing import pages
from ticketing.listing.wanted import Place, Sort, Wanted
from ticketing.places import gazetteer
from ticketing.places.memory import TREE
from ticketing.places.parts import nearest_parts
from ticketing.suggestions import Named, Suggester
from ticketing.tables import Case, Stage

Question = Callable[[], Awaitable[Any]]
_LON, _LAT = (121.44, 121.72), (38.86, 39.06)


@dataclass
class Bench:
    """The filled database, who asks, and how many cases there are."""

    sessions: SessionFactory
    clock: FixedClock
    people: Mapping[str, Sequence[Account]]
    first: int
    last: int
    serial: int = 0

    @classmethod
    async def made(cls, sessions: SessionFactory, clock: FixedClock) -> Bench:
        async with sessions() as session:
            first, last = (await session.execute(select(func.min(Case.id), func.max(Case.id)))).one()
            people: dict[str, list[Account]] = {}
            for one in await session.scalars(select(Account).order_by(Account.id)):
                people.setdefault(one.role, []).append(one)
        return cls(sessions, clock, people, first, last)

    def somebody(self, chance: random.Random) -> int:
        """A case, any of them."""
        return chance.randint(self.first, self.last)

    async def list(self, who: Account, wanted: Wanted, q: str = "", cursor: str | None = None,
                   sort: Sort = Sort.NEWEST) -> None:  # fmt: skip
        async with self.sessions() as session:
            reach = await scope.of(session, who)
            await pages.page(
                session, wanted, now=self.clock.now(), q=q, sort=sort, cursor=cursor, reach=reach
            )


Asked = Callable[[Bench, random.Random], Awaitable[Question]]


def listed(role: Role, make: Callable[[Bench, random.Random], Mapping[str, Any]]) -> Asked:
    """A page of a list: what `make` says is wanted, as somebody of `role`."""

    async def asked(bench: Bench, chance: random.Random) -> Question:
        return partial(
            bench.list, chance.choice(bench.people[role]), **{"wanted": Wanted(), **make(bench, chance)}
        )

    return asked


def _problem(chance: random.Random) -> dict[str, str]:
    one = chance.choice(PROBLEMS)
    return {"edition": catalogue.DEFAULT_EDITION, "category_kind": one.kind, "category_code": one.code}


def _week(bench: Bench, chance: random.Random) -> dict[str, Any]:
    end = bench.clock.now() - timedelta(days=chance.randrange(900))
    return {"created_from": end - timedelta(days=7), "created_to": end}


async def _case(bench: Bench, chance: random.Random) -> Case:
    async with bench.sessions() as session:
        return await session.get_one(Case, bench.somebody(chance))


async def opened(bench: Bench, chance: random.Random) -> Question:
    case_id, who = bench.somebody(chance), bench.people[Role.DISPATCHER][0]

    async def ask() -> None:
        async with bench.sessions() as session:
            await queries.detail(session, case_id, who, bench.clock.now())

    return ask


async def asked_by_number(bench: Bench, chance: random.Random) -> Question:
    number = (await _case(bench, chance)).number or ""

    async def ask() -> None:
        async with bench.sessions() as session:
            await progress.of_number(session, number)

    return ask


async def asked_by_phone(bench: Bench, chance: random.Random) -> Question:
    phone = (await _case(bench, chance)).caller_number

    async def ask() -> None:
        async with bench.sessions() as session:
            await progress.of_phone(session, phone, 5)

    return ask


async def hinted(bench: Bench, chance: random.Random) -> Question:
    case = await _case(bench, chance)

    async def ask() -> None:
        async with bench.sessions() as session:
            await links.hints(session, case)

    return ask


async def proposed(bench: Bench, chance: random.Random) -> Question:
    case = await _case(bench, chance)

    async def ask() -> None:
        async with bench.sessions() as session:
            await routing.propose(session, case, bench.clock.now())

    return ask


async def suggested(bench: Bench, chance: random.Random) -> Question:
    said = chance.choice(PROBLEMS).said

    async def ask() -> None:
        today = bench.clock.now().astimezone(CHINA).date()
        async with bench.sessions() as session:
            classes = await catalogue.categories(session, catalogue.DEFAULT_EDITION, today)
        Suggester(Named(one.kind, one.code, one.major, one.minor) for one in classes).suggest(said)

    return ask


async def class_searched(bench: Bench, chance: random.Random) -> Question:
    typed = chance.choice(("ld", "路灯", "jinggai", "bljt", "0137"))

    async def ask() -> None:
        today = bench.clock.now().astimezone(CHINA).date()
        async with bench.sessions() as session:
            search_classes(await catalogue.categories(session, catalogue.DEFAULT_EDITION, today), typed)

    return ask


async def located(bench: Bench, chance: random.Random) -> Question:
    lon, lat = chance.uniform(121.63, 121.72), chance.uniform(38.87, 38.93)

    async def ask() -> None:
        async with bench.sessions() as session:
            (await TREE.current(session)).locate(lon, lat, bench.clock.now().astimezone(CHINA).date())

    return ask


async def parts_near(bench: Bench, chance: random.Random) -> Question:
    lon, lat = chance.uniform(*_LON), chance.uniform(*_LAT)

    async def ask() -> None:
        async with bench.sessions() as session:
            await nearest_parts(session, lon, lat)

    return ask


async def place_named(bench: Bench, chance: random.Random) -> Question:
    said = chance.choice(("星海广场西边那个加油站", "人民路街道", "中山广场", "火车站北边"))

    async def ask() -> None:
        async with bench.sessions() as session:
            await gazetteer.find(session, said)

    return ask


DISPATCHER, DEPARTMENT, AGENT, COLLECTOR = (
    Role.DISPATCHER, Role.DEPARTMENT, Role.DISTRICT_AGENT, Role.COLLECTOR
)  # fmt: skip
QUESTIONS: dict[str, Asked] = {
    "list: newest": listed(DISPATCHER, lambda b, c: {}),
    "list: somewhere in the middle": listed(DISPATCHER, lambda b, c: {"cursor": str(Place(b.somebody(c)))}),
    "list: at a stage": listed(
        DISPATCHER,
        lambda b, c: {
            "wanted": Wanted(stages=(c.choice((Stage.ESTABLISHED, Stage.CLOSED, Stage.CHECKING)),))
        },
    ),
    "list: open, by due time": listed(
        DISPATCHER, lambda b, c: {"wanted": Wanted(is_open=True), "sort": Sort.DUE}
    ),
    "list: overdue": listed(DISPATCHER, lambda b, c: {"wanted": Wanted(is_overdue=True), "sort": Sort.DUE}),
    "list: last changed": listed(DISPATCHER, lambda b, c: {"sort": Sort.CHANGED}),
    "list: of a class": listed(DISPATCHER, lambda b, c: {"wanted": Wanted(**_problem(c))}),
    "list: of a street, open": listed(
        DISPATCHER,
        lambda b, c: {
            "wanted": Wanted(street=c.choice(("210202005", "210203010", "210204017")), is_open=True)
        },
    ),
    "list: of a week, urgent": listed(
        DISPATCHER, lambda b, c: {"wanted": Wanted(urgency="urgent", **_week(b, c))}
    ),
    "list: of my department": listed(DEPARTMENT, lambda b, c: {}),
    "list: of my department, in hand": listed(
        DEPARTMENT, lambda b, c: {"wanted": Wanted(stages=(Stage.HANDLING,))}
    ),
    "list: of my district": listed(AGENT, lambda b, c: {}),
    "list: to be checked": listed(COLLECTOR, lambda b, c: {}),
    "search: common word": listed(DISPATCHER, lambda b, c: {"q": c.choice(("路灯", "垃圾", "下水道"))}),
    "search: rare word": listed(DISPATCHER, lambda b, c: {"q": community(c)}),
    "search: never said": listed(DISPATCHER, lambda b, c: {"q": "鲸鱼"}),
    "search: two words": listed(DISPATCHER, lambda b, c: {"q": f"路灯 {community(c)}"}),
    "search: word, my department": listed(DEPARTMENT, lambda b, c: {"q": "垃圾"}),
    "search: number's beginning": listed(
        DISPATCHER, lambda b, c: {"wanted": Wanted(number=f"210200{_week(b, c)['created_to']:%Y%m%d}")}
    ),
    "search: telephone number": listed(
        DISPATCHER, lambda b, c: {"wanted": Wanted(phone=f"138{c.randrange(700_000):08d}")}
    ),
    "open a case": opened,
    "caller asks by number": asked_by_number,
    "caller asks by telephone": asked_by_phone,
    "hint of repeats": hinted,
    "propose a unit": proposed,
    "suggest a class": suggested,
    "search a class": class_searched,
    "point → cell": located,
    "parts near a point": parts_near,
    "place by its name": place_named,
}


async def lives(bench: Bench, chance: random.Random, count: int) -> dict[str, list[float]]:
    """Seconds of each move of `count` whole lives, through the door, every commit on disk."""
    took: dict[str, list[float]] = {}
    for _ in range(count):
        problem = chance.choice([one for one in PROBLEMS if not one.unit.startswith("city-")])
        bench.serial += 1
        unit = f"210202-{problem.unit}"
        department = next(one for one in bench.people[Role.DEPARTMENT] if one.unit == unit)
        began = time.perf_counter()
        case, _new = await drafts.open_draft(
            bench.sessions, call_id=f"bench-{bench.serial}", caller_number="13800001234",
            transcript=problem.said, clock=bench.clock,
        )  # fmt: skip
        took.setdefault("move: open a draft", []).append(time.perf_counter() - began)
        key = {"edition": catalogue.DEFAULT_EDITION, "kind": problem.kind, "code": problem.code}
        point = {"longitude": 121.65, "latitude": 38.91}
        fields = {"kind": "complaint", "district": "210202", "category": key, **point}
        for move, role, more in (
            ("register", Role.SEAT, {"fields": fields}),
            ("establish", Role.SHIFT_LEADER, {}),
            ("dispatch", DISPATCHER, {"given": {"unit": unit}}),
            ("accept", None, {}),
            ("report_done", None, {"note": "已处理"}),
            ("send_check", DISPATCHER, {}),
            ("check_pass", COLLECTOR, {}),
            ("close", Role.SHIFT_LEADER, {}),
        ):
            bench.clock.advance(timedelta(minutes=3))
            actor = (
                next(one for one in bench.people[role] if role != COLLECTOR or one.unit == "210202")
                if role
                else department
            )
            began = time.perf_counter()
            case = await moves.move(
                bench.sessions, case_id=case.id, move=move, actor=actor, version=case.version,
                clock=bench.clock, **more,
            )  # fmt: skip
            took.setdefault(f"move: {move}", []).append(time.perf_counter() - began)
    return took
