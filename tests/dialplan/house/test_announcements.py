"""A caller hears the announcement of the hour, before or instead of the menu, until it ends."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from tests.dialplan.house.conftest import Office, middle
from tests.instance import HotlineInstance


async def test_before_the_menu_until_it_is_switched_off(hotline: HotlineInstance, office: Office) -> None:
    made = await office.announce("台风今晚登陆。", "before")
    sound = await office.sound(made["id"])
    known = await hotline.known_calls()
    async with hotline.carrier.dial(hang_up_after_s=len(sound) / 8000 + 2) as call:
        await call.hear(len(sound) / 8000 + 0.3)
        await call.press("0")
        await call.over()
        heard = bytes(call.line.sound)
    assert middle(sound) in heard and hotline.prompt("greeting")[:1600] in heard
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert [step["step"] for step in row.menu_path] == ["greeting", "person", "queue"], (
        "then the flow goes on"
    )
    await office.ask("leader", "PATCH", f"/announcements/{made['id']}", enabled=False)
    async with hotline.carrier.dial(hang_up_after_s=1.5) as call:
        await call.over()
        heard = bytes(call.line.sound)
    assert heard[:1600] == hotline.prompt("greeting")[:1600]


async def test_it_ends_by_itself(hotline: HotlineInstance, office: Office) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    made = await office.announce("短通知。", "instead", ends_at=soon.isoformat())
    assert made["state"] == "active"
    await asyncio.sleep((soon - datetime.now(UTC)).total_seconds())
    async with hotline.carrier.dial(hang_up_after_s=2.5) as call:
        await call.hear(0.5)
        await call.press("2")
        await call.over()
        heard = bytes(call.line.sound)
    assert hotline.prompt("message-intro")[:1600] in heard, "the menu, as if nothing had been"


async def test_instead_of_the_menu_then_goodbye(hotline: HotlineInstance, office: Office) -> None:
    made = await office.announce("今天系统升级。", "instead")
    sound = await office.sound(made["id"])
    known = await hotline.known_calls()
    async with hotline.carrier.dial() as call:
        await call.hear(hotline.prompt_s("greeting") + len(sound) / 8000 + 0.3)
        await call.press("#")
        await call.over()
        heard = bytes(call.line.sound)
    assert middle(sound) in heard
    assert middle(hotline.prompt("goodbye")) in heard
    assert middle(hotline.prompt("menu-agent-first")) not in heard
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.queue, row.hung_up_by) == ("", "hotline")


async def test_instead_of_the_menu_but_0_is_a_person(hotline: HotlineInstance, office: Office) -> None:
    await office.announce("今天系统升级。", "instead")
    known = await hotline.known_calls()
    async with hotline.carrier.dial(hang_up_after_s=2.5) as call:
        await call.hear(0.5)
        await call.press("0")
        await call.over()
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert row.queue == "general"
