"""A new version of the flow is published while a call is in progress."""

from __future__ import annotations

import json

from core.clock import SystemClock
from ivr.flows import loader
from ivr.house import flow_versions
from ivr.house.hands import Hand
from tests.dialplan.flows.callers import tell
from tests.dialplan.flows.conftest import Stories
from tests.instance import HotlineInstance
from tests.waiting import poll


def _version(city: HotlineInstance) -> int:
    """Of the flow that new calls meet, as the keeper's copy tells it."""
    copy = city.state / "house.json"
    return int(json.loads(copy.read_text(encoding="utf-8"))["version"]) if copy.exists() else 0


async def _publish(city: HotlineInstance) -> None:
    """Key 9 of the main menu becomes a message."""
    old = loader.packaged("full_menu")
    await flow_versions.publish(
        Hand(city.sessions, SystemClock()),
        flow="full_menu",
        text=old.replace('8 = "enterprise"\n', '8 = "enterprise"\n9 = "message"\n'),
        note="留言改为 9",
        based_on=0,
        check=lambda _name, _text: (),
    )
    await poll(lambda: _version(city) == 1, "new calls meet the new version")


async def test_the_call_finishes_on_its_version(city: HotlineInstance, story: Stories) -> None:
    async with city.carrier.dial(caller="13900000011", hang_up_after_s=7) as call:
        await call.hear(0.5)
        await call.press("1")
        await _publish(city)
        await call.press("9")
        await call.over()
    assert "message" not in (await tell(city, "13900000011", call)).steps
    async with city.carrier.dial(caller="13900000012", hang_up_after_s=2) as call:
        await call.hear(0.5)
        await call.press("19")
        await call.over()
    told = await tell(city, "13900000012", call)
    assert told.steps[:5] == ["greeting", "language", "mandarin", "main", "message"]
