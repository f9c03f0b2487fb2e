"""The seat hangs up: the caller is asked once how it was."""

from __future__ import annotations

from ivr.ledger.tables import Call
from tests.carrier import PhoneCall
from tests.instance import HotlineInstance
from tests.softphone import Softphone


async def _talk(asking: HotlineInstance, call: PhoneCall, known: set[str]) -> Call:
    await call.hear(0.5)
    await call.press("0")
    row = await asking.next_call(known, lambda c: c.seat_answered_at is not None)
    await call.say(asking.prompt("greeting")[:8000])
    return row


async def test_the_caller_answers_in_the_middle_of_the_question(
    asking: HotlineInstance, desk: Softphone
) -> None:
    known = await asking.known_calls()
    async with asking.carrier.dial() as call:
        talk = await _talk(asking, call, known)
        await desk.command("hangup")
        await asking.next_call(known, lambda c: c.survey_asked)
        await call.hear(0.5)
        await call.press("2")
        await call.over()
    row = await asking.next_call(known, lambda c: c.ended_at is not None)
    assert row.id == talk.id
    assert "13800001234" in desk.output(), "a seat's telephone shows who calls"
    assert (row.outcome, row.seat, row.hung_up_by, row.survey) == ("answered", "1001", "seat", 2)
    assert [(step["step"], step["key"]) for step in row.menu_path[-2:]] == [("survey", "2"), ("goodbye", "")]
    client = await asking.log_in("leader")
    async with client:
        found = await asking.get(client, "/api/v1/surveys/summary")
    assert {one["level"]: one["count"] for one in found["levels"]}[2] >= 1


async def test_who_is_not_satisfied_leaves_a_message(asking: HotlineInstance, desk: Softphone) -> None:
    known = await asking.known_calls()
    async with asking.carrier.dial() as call:
        await _talk(asking, call, known)
        await desk.command("hangup")
        await asking.next_call(known, lambda c: c.survey_asked)
        await call.hear(0.5)
        await call.press("5")
        await asking.next_call(known, lambda c: c.survey == 5)
        await call.hear(0.5)
        await call.press("1")
        await asking.next_call(known, lambda c: c.menu_path[-1]["step"] == "message")
        await call.hear(0.5)
        await call.press("9")  # no need to hear how
        await call.hear(asking.prompt_s("beep") + 0.3)
        await call.say(asking.prompt("greeting")[:16000])
        await call.press("#")
        await asking.next_call(known, lambda c: c.message_at is not None)
        await call.press("#")  # keep it, without hearing what else could be done
        await call.over()
    row = await asking.next_call(known, lambda c: c.ended_at is not None)
    assert (row.outcome, row.survey, row.message_at is not None) == ("answered", 5, True)
    assert (await asking.draft_of(row.id)).stage == "draft"


async def test_who_hangs_up_on_the_seat_is_not_asked(asking: HotlineInstance, desk: Softphone) -> None:
    known = await asking.known_calls()
    async with asking.carrier.dial(hang_up_after_s=4) as call:
        await _talk(asking, call, known)
        await call.over()
    row = await asking.next_call(known, lambda c: c.ended_at is not None)
    assert (row.outcome, row.hung_up_by, row.survey_asked) == ("answered", "caller", False)


async def test_fastagi_away_the_caller_is_said_goodbye(asking: HotlineInstance, desk: Softphone) -> None:
    known = await asking.known_calls()
    async with asking.carrier.dial() as call:
        await _talk(asking, call, known)
        asking.control.stop_part("agi")
        try:
            await desk.command("hangup")
            await call.over()
        finally:
            asking.control.start_part("agi")
    row = await asking.next_call(known, lambda c: c.ended_at is not None)
    assert (row.outcome, row.survey_asked) == ("answered", False)
    assert row.menu_path[-1]["step"] == "goodbye"
