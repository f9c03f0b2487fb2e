"""Made-up reports of citizens: what is wrong where, who is answerable, and which of them repeat another."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ticketing.catalogue import DEFAULT_EDITION


@dataclass(frozen=True)
class Problem:
    """Something citizens report again and again; `unit`: a department of the district, or `city-…`."""

    weight: int
    said: str
    kind: str
    code: str
    unit: str
    urgency: str = "normal"


PROBLEMS = (
    Problem(90, "路灯不亮，晚上黑得看不见路", "部件", "0137", "roads"),
    Problem(80, "垃圾没有人清理，味道特别大", "事件", "0110", "streets"),
    Problem(70, "半夜还在施工，孩子没有办法睡觉", "事件", "0301", "order"),
    Problem(60, "下水道堵了，污水往外冒", "事件", "0503", "roads", "urgent"),
    Problem(60, "车乱停乱放，消防通道都被占用了", "事件", "0409", "order"),
    Problem(40, "污水井盖丢了，旁边没有护栏", "部件", "0102", "roads", "critical"),
    Problem(40, "停水了，没有人通知", "事件", "0501", "city-water", "urgent"),
    Problem(40, "楼道里贴满了小广告", "事件", "0201", "streets"),
    Problem(40, "店门口摆摊，人行道走不了人", "事件", "0405", "order"),
    Problem(30, "路面破损，坑越来越大", "事件", "0113", "roads"),
    Problem(30, "暖气管道漏水，屋里只有十几度", "事件", "0504", "city-heat", "urgent"),
    Problem(20, "树枝压到电线，刮风的时候冒火花", "部件", "0402", "parks"),
    Problem(8, "路面塌陷，车都绕着走", "事件", "0505", "roads", "critical"),
    Problem(5, "一进门就闻到很大的煤气味", "事件", "0502", "city-gas", "critical"),
    Problem(5, "电线掉下来了，挂在树上", "事件", "0508", "city-power", "critical"),
)
_WEIGHTS = [one.weight for one in PROBLEMS]
_QUESTIONS = ("请问垃圾分类怎么分", "请问暖气费在哪里交", "请问养犬证怎么办理", "请问占道施工去哪里审批")
_ROADS = ("解放路", "人民路", "中山路", "长江路", "黄河路", "胜利路", "西安路", "五一路", "联合路", "华北路")
#: What citizens want, of a hundred.
_KINDS = {"complaint": 45, "report": 12, "help": 15, "consultation": 20, "suggestion": 5, "praise": 3}
#: Kinds an answer settles; the others are about a problem.
ANSWERED = frozenset({"consultation", "suggestion", "praise"})
#: Of a hundred problems so many were reported before, in the last few hours.
_REPEATS = 8
_REMEMBERED = 40


@dataclass(frozen=True)
class Place:
    """A street (街道) with its district, and where about it lies."""

    district: str
    street: str
    name: str
    #: Longitude and latitude of the middles of its grid cells.
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Report:
    """One call: `serial` names it; `repeats` is the serial of the report that told of the same thing."""

    serial: int
    at: datetime
    phone: str
    kind: str
    description: str
    address: str
    place: Place
    problem: Problem | None
    repeats: int | None
    confidential: bool
    point: tuple[float, float] | None = None

    @property
    def unit(self) -> str:
        """The unit that is answerable, as far as anybody can tell; '' where nobody is."""
        if self.problem is None:
            return ""
        return self.problem.unit if self.problem.unit.startswith("city-") else self.own(self.problem.unit)

    def own(self, department: str) -> str:
        """A department of the district it lies in."""
        return f"{self.place.district}-{department}"

    def form(self) -> Mapping[str, Any]:
        """What the seat fills in, in the end."""
        fields: dict[str, Any] = {
            "kind": self.kind,
            "description": self.description,
            "district": self.place.district,
            "street": self.place.street,
            "address": self.address,
            "callback_number": self.phone,
            "confidential": self.confidential,
        }
        if self.point:
            fields["longitude"], fields["latitude"] = self.point
        if self.problem:
            fields["urgency"] = self.problem.urgency
            key = {"edition": DEFAULT_EDITION, "kind": self.problem.kind, "code": self.problem.code}
            fields["category"] = key
        return fields


def of_day(chance: random.Random, places: Sequence[Place], begin: datetime, count: int) -> list[Report]:
    """`count` reports within 24 hours from `begin` on, in order: few at night, most in the morning."""
    moments = sorted(begin + _of_day(chance) for _ in range(count))
    told: list[Report] = []
    for serial, at in enumerate(moments):
        again = [one for one in told[-_REMEMBERED:] if one.problem and one.repeats is None]
        if again and chance.randrange(100) < _REPEATS:
            told.append(_repeated(chance, serial, at, chance.choice(again)))
        else:
            told.append(_new(chance, serial, at, chance.choice(places)))
    return told


def _of_day(chance: random.Random) -> timedelta:
    hours = chance.triangular(0, 24, 9.5) if chance.random() < 0.85 else chance.uniform(0, 24)
    return timedelta(seconds=int(hours * 3600))


def _new(chance: random.Random, serial: int, at: datetime, place: Place) -> Report:
    kind = chance.choices(list(_KINDS), list(_KINDS.values()))[0]
    problem = None if kind in ANSWERED else chance.choices(PROBLEMS, _WEIGHTS)[0]
    road = f"{chance.choice(_ROADS)}{chance.randrange(1, 300)}号"
    said = f"{place.name}{road}{problem.said}" if problem else chance.choice(_QUESTIONS)
    return Report(
        serial, at, _phone(chance), kind, said, road, place, problem, None, chance.random() < 0.04,
        chance.choice(place.points) if place.points else None,
    )  # fmt: skip


def _repeated(chance: random.Random, serial: int, at: datetime, first: Report) -> Report:
    said = f"{first.description}，还没有人来"
    return Report(
        serial, at, _phone(chance), first.kind, said, first.address, first.place, first.problem, first.serial,
        confidential=False, point=first.point,
    )  # fmt: skip


def _phone(chance: random.Random) -> str:
    return f"138{chance.randrange(10**8):08d}"
