"""What the keeper does by itself for a seat."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ivr.seats.calls import CallState, SeatCall, Work
from ivr.seats.model import Member, SeatFacts
from ivr.seats.rules import (
    Chosen,
    Drop,
    LogOut,
    Look,
    Move,
    Pause,
    Ready,
    Rules,
    Step,
    Watch,
    judge,
)

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
RULES = Rules(wrap_up_s=30, switch_after_s=4, gone_s=3600)
PHONE, BROWSER = "PJSIP/1001", "PJSIP/1001w"


def facts(
    device: str = PHONE,
    paused_as: str | None = None,
    there: tuple[str, ...] = (PHONE,),
    work: Work | None = None,
) -> SeatFacts:
    devices = {name: "NOT_INUSE" if name in there else "UNAVAILABLE" for name in (PHONE, BROWSER)}
    return SeatFacts({device: {"general": Member(0, paused_as)}}, devices, work or Work())


def talk(state: CallState = "talking", has_citizen: bool = True) -> SeatCall:
    return SeatCall("h-1.1", state, "inbound", "general", NOW, has_citizen=has_citizen)


def look(known: SeatFacts, before: SeatCall | None = None, chosen: Chosen | None = None) -> Look:
    return Look("1001", known, before, chosen or Chosen(), NOW)


def steps(one: Look, watch: Watch | None = None, rules: Rules = RULES) -> list[Step]:
    return judge(one, watch or Watch(), rules).steps


def after(one: Look, seconds: float) -> Look:
    return replace(one, now=NOW + timedelta(seconds=seconds))


def test_wrap_up_begins_when_a_talk_with_a_citizen_is_over() -> None:
    begun = [Pause("wrapup", NOW + timedelta(seconds=30))]
    assert steps(look(facts(), talk())) == begun
    assert steps(look(facts(), talk("hold"))) == begun
    for before in (None, talk("ringing"), talk("dialling"), talk(has_citizen=False)):
        assert steps(look(facts(), before)) == []
    assert steps(look(facts(), talk()), rules=replace(RULES, wrap_up_s=0)) == []
    assert steps(look(facts(paused_as="rest"), talk())) == [], "who said so before has a rest at once"
    assert steps(look(facts(paused_as="callback"), talk())) == [], "held for a call-back, it stays held"
    assert steps(look(SeatFacts(), talk())) == [], "logged out meanwhile"


def test_wrap_up_is_begun_once_a_call_and_again_when_a_lost_call_came_back() -> None:
    watch = Watch(wrapped="h-1.1")
    assert steps(look(facts(), talk()), watch) == []
    again = look(facts(work=Work(talk())), None)
    assert steps(again, watch) == []
    wrapping = Chosen(reason="wrapup", until=NOW + timedelta(seconds=3))
    over = look(facts(paused_as="wrapup"), talk(), wrapping)
    assert steps(over, watch) == [Pause("wrapup", NOW + timedelta(seconds=30))]


def test_wrap_up_ends_by_time_and_when_nobody_knows_its_end() -> None:
    wrapping = facts(paused_as="wrapup")
    chosen = Chosen(reason="wrapup", until=NOW + timedelta(seconds=5))
    verdict = judge(look(wrapping, chosen=chosen), Watch(), RULES)
    assert (verdict.steps, verdict.due) == ([], [(NOW + timedelta(seconds=5)).timestamp()])
    assert steps(after(look(wrapping, chosen=chosen), 5)) == [Ready()]
    assert steps(look(wrapping, chosen=replace(chosen, reason="rest"))) == [Ready()]
    talking = facts(paused_as="wrapup", work=Work(talk()))
    assert steps(after(look(talking, chosen=chosen), 9)) == []


def test_a_pause_has_no_end_of_its_own() -> None:
    chosen = Chosen(reason="meal", until=NOW - timedelta(minutes=5))
    assert steps(look(facts(paused_as="meal"), chosen=chosen)) == []


def test_a_device_that_is_away_gives_way_after_a_while() -> None:
    watch, gone = Watch(), look(facts(BROWSER))
    verdict = judge(gone, watch, RULES)
    assert (verdict.steps, verdict.due) == ([], [NOW.timestamp() + 4])
    assert steps(after(gone, 4), watch) == [Move("phone")]
    assert steps(look(facts(BROWSER, there=(PHONE, BROWSER))), watch) == [], "it is back"
    assert steps(after(gone, 3), watch) == [], "counted anew"


def test_the_chosen_device_is_taken_again_when_it_is_back_and_no_call_is_on() -> None:
    both = (PHONE, BROWSER)
    chosen = Chosen(device="browser")
    assert steps(look(facts(there=both), chosen=chosen)) == [Move("browser")]
    assert steps(look(facts(there=both, work=Work(talk())), chosen=chosen)) == []
    assert steps(look(facts(there=both))) == [], "none was chosen: the one in use is as good"


def test_a_seat_nobody_can_reach_is_logged_out_at_last() -> None:
    watch, gone = Watch(), look(facts(there=()))
    assert steps(gone, watch) == steps(after(gone, 3599), watch) == []
    assert steps(after(gone, 3600), watch) == [LogOut()]
    assert steps(after(gone, 10**6), Watch(), replace(RULES, gone_s=0)) == []


def test_of_two_devices_in_the_queues_one_stays() -> None:
    known = facts()
    double = replace(known, members=known.members | {BROWSER: {"general": Member()}})
    watch = Watch()
    assert steps(look(double), watch) == [], "somebody is just changing them"
    assert steps(after(look(double), 3), watch) == [Drop(BROWSER)], "the one that answers"
    chosen = Chosen(device="browser")
    assert steps(after(look(double, chosen=chosen), 3), watch) == [Drop(PHONE)]
