"""Who hears what about a case, and what nobody hears."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from ivr.flows import engine
from ivr.flows.fakes import FakeCall, FakeCases, FakeSpeech, a_world
from ivr.flows.model import Flow, Progress, Queue, Step, Terminal, ToGoodbye, ToQueue
from ivr.flows.ports import CaseFacts
from ivr.flows.services.progress import sentence

NUMBER = "2102022026112300001"
PHONE = "13800001234"
CASE = CaseFacts(NUMBER, "established", date(2026, 11, 20), date(2026, 11, 23), (PHONE, "041188886666"))
SECRET = replace(CASE, number="2102022026112300002", confidential=True)
FLOW = Flow(
    "x",
    "x",
    "ask",
    {
        "ask": Step("ask", "", Progress("bye", "person")),
        "bye": Step("bye", "", ToGoodbye()),
        "person": Step("person", "", Queue("general")),
    },
)
PERSON = ToQueue("general")


def _walk(keys: list[str], caller: str = "", *, away: bool = False) -> tuple[Terminal, FakeCall]:
    call = FakeCall(keys)
    cases = FakeCases({CASE.number: CASE, SECRET.number: SECRET}, away)
    return asyncio.run(engine.run(FLOW, call, a_world(cases, caller=caller))), call


def _told(call: FakeCall) -> list[str]:
    return [sound for sound in call.played if sound.startswith(("number-", "date-", "progress-stage"))]


STORY = [f"number-{NUMBER}", "date-2026-11-20", "progress-stage-established", "date-2026-11-23"]


def test_the_calling_number_is_proof_of_its_own_cases() -> None:
    terminal, call = _walk(["1"], PHONE)
    assert (terminal, _told(call)) == (ToGoodbye(), STORY)
    assert "progress-after" in call.played


def test_a_confidential_case_is_not_told_to_whoever_uses_that_phone() -> None:
    _, call = _walk(["1"], PHONE)
    assert f"number-{SECRET.number}" not in call.played
    _, call = _walk(["2", *SECRET.number], PHONE)
    assert _told(call) == [], "by number it wants proof"
    _, call = _walk(["2", *SECRET.number, *"1234"], PHONE)
    assert f"number-{SECRET.number}" in call.played


def test_by_number_from_the_registered_phone() -> None:
    terminal, call = _walk(["2", *NUMBER], PHONE)
    assert (terminal, _told(call)) == (ToGoodbye(), STORY)
    assert "case-ask-proof" not in call.played


@pytest.mark.parametrize("caller", ["", "13912345678"])
@pytest.mark.parametrize("proof", ["1234", "6666"])
def test_by_number_from_elsewhere_wants_four_digits(caller: str, proof: str) -> None:
    keys = [*(["2"] if caller else []), *NUMBER, *proof]
    terminal, call = _walk(keys, caller)
    assert (terminal, _told(call)) == (ToGoodbye(), STORY)
    assert "case-ask-proof" in call.played


def test_a_hash_after_the_last_digit_is_no_way_back() -> None:
    terminal, call = _walk([*NUMBER, "#", *"1234", "#"])
    assert (terminal, _told(call)) == (ToGoodbye(), STORY)
    assert call.pressed == []
    terminal, call = _walk([*NUMBER, "#", "#"])
    assert (terminal, call.pressed, call.steps[-1]) == (PERSON, ["#"], "person"), "the second one is"


def test_wrong_proof_three_times_tells_nothing() -> None:
    terminal, call = _walk([*NUMBER, *"1111", *"2222", *"3333"])
    assert (terminal, _told(call)) == (PERSON, [])
    assert "progress-no-match" in call.played


def test_a_number_no_case_has_sounds_the_same_as_wrong_proof() -> None:
    known = _walk([*NUMBER, *"1111", *"2222", *"3333"])[1]
    unknown = _walk([*"2102022026112399999", *"1234", *"2222", *"3333"])[1]
    assert known.played == unknown.played


def test_nothing_personal_is_ever_spoken() -> None:
    world = a_world()
    for language in ("zh_CN", "en"):
        said = " ".join(sentence(CASE, language, world))
        for phone in CASE.phones:
            assert phone not in said and phone[-4:] not in said.replace(NUMBER, "")
    assert set(vars(CASE)) == {"number", "stage", "registered_on", "since", "phones", "confidential"}


def test_proof_and_case_number_are_no_keys_of_the_ledger() -> None:
    _, call = _walk([*NUMBER, *"1234"])
    assert call.pressed == []


def test_a_stage_it_has_not_heard_of_is_being_dealt_with() -> None:
    assert "progress-stage-other" in sentence(replace(CASE, stage="verified"), "zh_CN", a_world())


def test_a_case_number_too_short_is_asked_for_again() -> None:
    terminal, call = _walk([*NUMBER[:7], "#", *NUMBER, *"1234"])
    assert (terminal, _told(call)) == (ToGoodbye(), STORY)
    assert call.played.count("case-ask-number") <= 2
    assert "case-number-wrong" in call.played


@pytest.mark.parametrize("keys", [[], ["0"], [*NUMBER], [*NUMBER, "0"], [*NUMBER, "0", "#"]])
def test_silence_and_zero_are_a_person(keys: list[str]) -> None:
    terminal, call = _walk(keys)
    assert (terminal, _told(call)) == (PERSON, [])


def test_the_keys_that_always_work_are_kept() -> None:
    assert _walk(["*", *NUMBER, "*", "0", ""])[1].pressed == ["*", "*", "0"]


def test_a_proof_that_begins_with_zero() -> None:
    facts = replace(CASE, phones=("13800000123",))
    call = FakeCall([*NUMBER, *"0123"])
    world = a_world(FakeCases({NUMBER: facts}))
    assert asyncio.run(engine.run(FLOW, call, world)) == ToGoodbye()


def test_star_in_the_middle_of_a_number_starts_it_again() -> None:
    assert _walk([*"21020", "*", "", *NUMBER, *"1234"])[0] == ToGoodbye()


def test_no_case_of_this_phone_offers_the_number() -> None:
    terminal, call = _walk(["1", *NUMBER, *"1234"], "13912345678")
    assert (terminal, _told(call)) == (ToGoodbye(), STORY)
    assert "progress-none" in call.played


def test_another_case_and_repeating() -> None:
    terminal, call = _walk(["1", "*", "1", "2", *NUMBER], PHONE)
    assert terminal == ToGoodbye()
    assert call.pressed == ["1", "*", "1", "2"]
    assert _told(call)[-4:] == STORY


@pytest.mark.parametrize("keys", [["1"], ["2", *NUMBER]])
def test_a_database_that_is_away_costs_the_answer_not_the_call(keys: list[str]) -> None:
    terminal, call = _walk(keys, PHONE, away=True)
    assert terminal == PERSON
    assert call.played[-1] == "progress-away"


def test_the_fake_speech_would_show_a_phone() -> None:
    """Guards the tests above against passing for the wrong reason."""
    assert list(FakeSpeech().case_number("zh_CN", PHONE)) == [f"number-{PHONE}"]
