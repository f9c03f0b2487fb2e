"""A flagged caller meets the path people chose, and is never dropped."""

from __future__ import annotations

from tests.dialplan.house.conftest import Office, middle
from tests.instance import HotlineInstance


async def test_a_slow_queue_is_behind_all_others(hotline: HotlineInstance, office: Office) -> None:
    await office.flag("13900000001", "slow_queue")
    known = await hotline.known_calls()
    async with hotline.carrier.dial(caller="+8613900000001", hang_up_after_s=2.5) as call:
        await call.hear(0.5)
        await call.press("0")
        await call.over()
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.queue, row.priority) == ("general", -5)
    assert "nuisance:slow_queue" in row.marks


async def test_a_warning_and_then_a_person(hotline: HotlineInstance, office: Office) -> None:
    await office.flag("13900000002", "warning")
    known = await hotline.known_calls()
    warning = hotline.prompt_s("nuisance-warning")
    async with hotline.carrier.dial(caller="13900000002", hang_up_after_s=warning + 2.5) as call:
        await call.hear(warning + 0.5)
        await call.press("0")
        await call.over()
        heard = bytes(call.line.sound)
    assert middle(hotline.prompt("nuisance-warning")) in heard
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.queue, row.priority) == ("general", 0)
    assert "nuisance:warning" in row.marks


async def test_a_message_only(hotline: HotlineInstance, office: Office) -> None:
    await office.flag("13900000003", "message_only")
    known = await hotline.known_calls()
    told = hotline.prompt_s("greeting", "nuisance-message-only")
    async with hotline.carrier.dial(caller="013900000003", hang_up_after_s=told + 1.5) as call:
        await call.over()
        heard = bytes(call.line.sound)
    assert middle(hotline.prompt("nuisance-message-only")) in heard
    assert hotline.prompt("message-intro")[:1600] in heard
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert ([step["step"] for step in row.menu_path], row.queue) == (["message"], "")
    assert "nuisance:message_only" in row.marks
