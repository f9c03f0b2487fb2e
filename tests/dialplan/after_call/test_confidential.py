"""Who reports in confidence is seen by no seat: not on the telephone, not in the console."""

from __future__ import annotations

from tests.instance import HotlineInstance
from tests.softphone import Softphone

CALLER = "13787654321"


async def test_no_seat_sees_the_number(asking: HotlineInstance, desk: Softphone) -> None:
    known = await asking.known_calls()
    async with asking.carrier.dial(caller=CALLER) as call:
        await call.hear(0.5)
        await call.press("150")
        row = await asking.next_call(known, lambda c: c.seat_answered_at is not None, 30)
        case = await asking.draft_of(row.id)
        await desk.command("hangup")
        await asking.next_call(known, lambda c: c.survey_asked)
        await call.hear(0.5)
        await call.press("1")
        await call.over()
    assert row.marks == ["confidential"]
    assert CALLER not in desk.output()
    assert case.confidential
    for who, sees in (("seat1001", False), ("leader", True)):
        client = await asking.log_in(who)
        async with client:
            for path in (f"calls/{row.id}", "calls", f"cases/{case.id}", "cases"):
                async with client.get(f"/api/v1/{path}") as answer:
                    text = await answer.text()
                assert (CALLER in text, "4321" in text) == (sees, sees), (who, path)
