"""A case as the tests think of it: what each try must come to, worked out without the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.ticketing.conftest import PEOPLE, UNITS
from tests.ticketing.oracle import LEGAL

#: Moves that want a note, by their stage of the seven.
NOTED = {
    *("answer", "verified", "refuse", "void", "restore", "send_back", "hand_back"),
    *("return", "ask_delay", "ask_suspend", "ask_defer", "decline", "progress", "report_done"),
    *("rework", "check_fail", "force_close", "reopen", "appeal", "refuse_appeal", "supervise", "instruct"),
}
#: Moves that ask for something, and cannot be made without.
ASKING = {
    *("verified", "merge", "refuse", "dispatch", "assign", "add_helper"),
    *("ask_delay", "ask_suspend", "ask_defer", "rate"),
}
WISHES = {"ask_delay": ("delay", 1), "ask_suspend": ("suspend", 2), "ask_defer": ("defer", 2)}
WISHES["appeal"] = ("appeal", 1)
SETTLE = {"grant_delay", "grant_suspend", "grant_defer", "decline", "withdraw", "force_close", "reopen"}
SETTLE |= {"grant_appeal", "refuse_appeal"}
MOST_DELAYS = 2
DEFAULT_LIMIT = 5


@dataclass(frozen=True)
class Try:
    """Somebody tries a move; `person` None is the system."""

    move: str
    person: str | None
    given: dict[str, Any]
    note: str
    is_stale: bool
    #: What the caller wants, where the move takes the form.
    kind: str


def reach(person: str) -> set[str] | None:
    """Units whose cases are theirs; None: all."""
    role, unit = PEOPLE[person]
    if role not in ("department", "district_agent") or unit is None:
        return None
    if role == "department":
        return {unit}
    return {unit} | {code for code, district in UNITS.items() if district and district == UNITS[unit]}


@dataclass
class Model:
    """Limits are natural days, so that time is simply added up."""

    other: str
    stage: str = "draft"
    back: str = ""
    kind: str = ""
    verification: str = ""
    unit: str | None = None
    helpers: set[str] = field(default_factory=set)
    wish: str = ""
    level: int = 0
    asked_by: str | None = None
    asked: Any = None
    limit: int | None = None
    extra: int = 0
    delays: int = 0
    suspensions: int = 0
    is_appealed: bool = False
    rating: int | None = None
    #: Running time so far; since when it runs; "": no clock.
    clock: str = ""
    used: timedelta = timedelta()
    since: datetime | None = None

    def expected(self, one: Try, now: datetime) -> str:
        """The code of the error this try must end with; '' when it must succeed."""
        if one.move not in LEGAL:
            return "no_such_move"
        roles, sources, _ = LEGAL[one.move]
        if (PEOPLE[one.person][0] if one.person else None) not in roles:
            return "role_not_allowed"
        theirs = reach(one.person) if one.person else None
        helps = one.move == "progress" and theirs is not None and bool(theirs & self.helpers)
        if theirs is not None and self.unit not in theirs and not helps:
            return "not_yours"
        if one.is_stale:
            return "conflict"
        if self.stage not in sources:
            return "wrong_stage"
        if (one.move in NOTED and not one.note) or (one.move in ASKING and not one.given):
            return "invalid"
        return "not_now" if self._stands_against(one, now) else self._unfit(one, theirs)

    def _stands_against(self, one: Try, now: datetime) -> bool:
        kind = one.kind if one.move == "answer" else self.kind
        until = datetime.fromisoformat(one.given["until"]) if "until" in one.given else None
        is_later = until is not None and until > now
        role = PEOPLE[one.person][0] if one.person else None
        is_own = one.person == self.asked_by
        waits = bool(self.wish) and self.wish != "appeal"
        still = (self.wish, self.level)
        match one.move:
            case "answer":
                return kind not in ("consultation", "suggestion", "praise")
            case "establish":
                return self.verification == "unfounded"
            case "return" | "report_done":
                return bool(self.wish)
            case "ask_delay":
                too_much = one.given["value"] > (self.limit or 0)
                return bool(self.wish) or self.overdue(now) or self.delays >= MOST_DELAYS or too_much
            case "ask_suspend":
                return bool(self.wish) or bool(self.suspensions) or not is_later
            case "ask_defer":
                return bool(self.wish) or not is_later
            case "endorse":
                return not waits or self.level != 1 or is_own
            case "grant_delay":
                return still != ("delay", 2) or self.overdue(now) or self.delays >= MOST_DELAYS
            case "grant_suspend" | "grant_defer":
                return still != (one.move.removeprefix("grant_"), 2) or self.asked <= now
            case "decline":
                outside = role in ("department", "district_agent")
                return not waits or (not outside or is_own if self.level == 1 else outside)
            case "withdraw":
                return not waits
            case "rate":
                return self.rating is not None
            case "appeal":
                return self.is_appealed or not self.overdue(now) or bool(self.wish)
            case "pass_appeal":
                return still != ("appeal", 1)
            case "grant_appeal":
                return still != ("appeal", 2)
            case "refuse_appeal":
                return self.wish != "appeal" or role != {1: "shift_leader", 2: "assessor"}[self.level]
        return False

    def _unfit(self, one: Try, theirs: set[str] | None) -> str:
        unit = one.given.get("unit")
        if unit is not None and (unit not in UNITS or (theirs is not None and unit not in theirs)):
            return "invalid"
        if one.move == "add_helper" and (unit == self.unit or unit in self.helpers):
            return "invalid"
        return "invalid" if one.move == "merge" and one.given["into"] != self.other else ""

    def overdue(self, now: datetime) -> bool:
        if not self.clock or self.limit is None:
            return False
        ran = self.used + (now - self.since if self.since else timedelta())
        return ran >= timedelta(days=self.limit + self.extra)

    def happened(self, one: Try, now: datetime) -> None:
        """The try succeeded."""
        to = LEGAL[one.move][2]
        was, self.stage = self.stage, {"-": self.stage}.get(to, to)
        if one.move == "restore":
            self.stage = self.back
        if self.stage in ("merged", "refused", "void"):
            self.back = was if was != self.stage else self.back
        self._time(one, now)
        self._wishes(one)
        match one.move:
            case "register" | "answer" | "refuse":
                self.kind = one.kind
            case "ask_verification":
                self.verification = ""
            case "verified":
                self.verification = one.given["verification"]
            case "establish":
                self.limit = one.given["limit_value"]
            case "dispatch" | "assign":
                self.unit, self.limit = one.given["unit"], self.limit or DEFAULT_LIMIT
            case "add_helper":
                self.helpers.add(one.given["unit"])
            case "return" | "reopen":
                self.unit, self.helpers = None, set()
                self.rating = self.rating if one.move == "return" else None
            case "grant_suspend":
                self.suspensions += 1
            case "rate":
                self.rating = int(one.given["rating"])

    def _wishes(self, one: Try) -> None:
        if one.move in WISHES:
            self.wish, self.level = WISHES[one.move]
            self.asked_by, self.asked = one.person, one.given.get("value")
            if "until" in one.given:
                self.asked = datetime.fromisoformat(one.given["until"])
            self.is_appealed |= self.wish == "appeal"
        elif one.move in ("endorse", "pass_appeal"):
            self.level = 2
        elif one.move in SETTLE:
            if one.move == "grant_delay":
                self.extra, self.delays = self.extra + self.asked, self.delays + 1
            self.wish, self.level, self.asked_by, self.asked = "", 0, None, None

    def _time(self, one: Try, now: datetime) -> None:
        if one.move == "dispatch":
            self.clock, self.used, self.since, self.extra = "running", timedelta(), now, 0
        elif one.move in ("return", "reopen"):
            self.clock, self.used, self.since, self.extra = "", timedelta(), None, 0
        elif one.move in ("grant_suspend", "grant_defer", "report_done", "close", "force_close"):
            self.used += now - self.since if self.since else timedelta()
            self.since = None
            ends = one.move in ("close", "force_close")
            self.clock = ("stopped" if ends else "paused") if self.clock else ""
        elif one.move in ("resume", "rework", "check_fail"):
            self.clock, self.since = "running", now
