"""Schemathesis over the whole API: whatever is sent, answers are as documented and never a 500.

Examples are derandomised: a run asks the same as the run before it, and fails or passes alike.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from requests import Session
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.tables import Role
from tests.web.world import PEOPLE, World
from web.api import table
from web.api.openapi import document
from web.sessions import COOKIE

#: Of each operation. The whole has to stay below 40 s on a busy machine with two processors.
EXAMPLES = 2
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
#: They end the log-in that all others use, hash passwords for a tenth of a second, or are no answers of JSON.
LEFT_OUT = {
    ("DELETE", "/api/v1/session"),
    ("POST", "/api/v1/session"),
    ("GET", "/api/v1/live"),
}
#: Who asks: the first of these who may.
ASKERS = {
    Role.ADMINISTRATOR: "admin",
    Role.SHIFT_LEADER: "leader",
    Role.SEAT: "seat1",
    Role.INSPECTOR: "inspector",
}


@dataclass
class Asking:
    """Every operation, asked over HTTP in a thread beside the served world."""

    url: str
    cookies: dict[str, str]
    session: Session = field(default_factory=Session)
    asked: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def run(self) -> None:
        schema = schemathesis.openapi.from_dict(document(table.GROUPS))
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            operation = found.ok()
            body = operation.definition.raw.get("requestBody", {"content": {"application/json": {}}})
            is_left_out = (operation.method.upper(), operation.path) in LEFT_OUT
            if "application/json" in body["content"] and not is_left_out:
                self._operation(operation)

    def _operation(self, operation: Any) -> None:
        roles = operation.definition.raw.get("x-roles", [])
        who = next((name for role, name in ASKERS.items() if role in roles), "admin")
        there = cycle((True, False))

        @hypothesis.settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            if next(there) and "id" in (case.path_parameters or {}):
                case.path_parameters["id"] = 1  # something that is there
            self._ask(case, who)

        ask()

    def _ask(self, case: Any, who: str) -> None:
        cookies = {COOKIE: self.cookies[who]}
        response = case.call(base_url=self.url, session=self.session, cookies=cookies, timeout=30)
        self.asked += 1
        self.statuses[response.status_code] += 1
        where = f"{case.operation.method} {case.operation.path}"
        if response.status_code == 500:  # 503 is an answer: a part is away, or a test's sound is none
            self.problems.append(f"{where}: {response.text} {case.body}")
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as error:
            self.problems += [f"{where}: {one}" for one in error.exceptions]


async def test_answers_are_as_documented_whatever_is_asked(world: World) -> None:
    call = await world.add_call(seat="1001")
    await world.add_case(call)
    await world.add_recording(call)
    cookies = {}
    for name in PEOPLE:
        jar = (await world.client(name)).session.cookie_jar
        cookies[name] = next(cookie.value for cookie in jar if cookie.key == COOKIE)
    asking = Asking(str(world.server.make_url("/")).rstrip("/"), cookies)
    await asyncio.to_thread(asking.run)
    assert not asking.problems, "\n\n".join(asking.problems)
    assert asking.asked > 200
    assert asking.statuses[200] > 20
