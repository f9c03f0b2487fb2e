"""A citizen calls in to rate how a case was settled."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from ivr.flows import engine
from ivr.flows.fakes import FakeCall, FakeCases, FakeVisits, a_world
from ivr.flows.model import Flow, Queue, Step, Terminal, ToGoodbye, ToQueue, Visit
from ivr.flows.ports import CaseFacts, LookupFailedError

NUMBER = "2102022026112300001"
PHONE = "13800001234"
CASE = CaseFacts(NUMBER, "closed", date(2026, 11, 20), date(2026, 11, 23), (PHONE,))
FLOW = Flow(
    "x",
    "x",
    "rate",
    {
        "rate": Step("rate", "", Visit("bye", "person")),
        "bye": Step("bye", "", ToGoodbye()),
        "person": Step("person", "", Queue("general")),
    },
)
PERSON = ToQueue("general")


def _walk(keys: list[str], visits: FakeVisits, caller: str = PHONE) -> tuple[Terminal, FakeCall]:
    call = FakeCall(keys)
    world = a_world(FakeCases({NUMBER: CASE}), visits, caller=caller)
    return asyncio.run(engine.run(FLOW, call, world)), call


@pytest.mark.parametrize(
    ("score", "said"), [("1", "visit-thanks"), ("3", "visit-thanks"), ("4", "visit-sorry")]
)
def test_a_rating_is_kept_and_answered(score: str, said: str) -> None:
    visits = FakeVisits(frozenset({NUMBER}))
    terminal, call = _walk([*NUMBER, score], visits)
    assert (terminal, visits.ratings) == (ToGoodbye(), [(NUMBER, int(score))])
    assert call.played[-1] == said


def test_nobody_rates_a_case_that_is_not_theirs() -> None:
    visits = FakeVisits(frozenset({NUMBER}))
    terminal, call = _walk([*NUMBER, *"9999", *"9999", *"9999", "5"], visits, "13912345678")
    assert (terminal, visits.ratings) == (PERSON, [])
    assert "visit-ask" not in call.played


def test_a_case_that_is_not_closed() -> None:
    terminal, call = _walk([*NUMBER, "5"], FakeVisits())
    assert (terminal, call.played[-1]) == (PERSON, "visit-not-now")


@pytest.mark.parametrize("keys", [[*NUMBER], [*NUMBER, "9", "8", "7"], [*NUMBER, "0"], []])
def test_without_a_rating_it_is_a_person(keys: list[str]) -> None:
    visits = FakeVisits(frozenset({NUMBER}))
    assert (_walk(keys, visits)[0], visits.ratings) == (PERSON, [])


def test_ratings_cannot_be_taken_now() -> None:
    class Away(FakeVisits):
        async def rate(self, case_number: str, score: int) -> bool:
            raise LookupFailedError

    terminal, call = _walk([*NUMBER, "5"], Away())
    assert (terminal, call.played[-1]) == (PERSON, "visit-away")
