"""A seat dials *90 and records an announcement; a shift leader switches it on; a caller hears it."""

from __future__ import annotations

import asyncio

from tests.dialplan.house.conftest import Office, middle
from tests.instance import HotlineInstance
from tests.softphone import Softphone


async def test_recorded_heard_kept_and_played(hotline: HotlineInstance, office: Office) -> None:
    phone = Softphone(hotline.settings, "1002", await hotline.seat_secret("1002"))
    try:
        await phone.start(hotline.prompt("message-thanks"))
        dialled = asyncio.create_task(phone.dial("*90"))
        await asyncio.sleep(hotline.prompt_s("announcement-record", "beep") + 2.5)
        await phone.command("sndcode", "#")
        await asyncio.sleep(1)
        await phone.command("sndcode", "1")
        await dialled
    finally:
        await phone.stop()
    [draft] = (await office.ask("leader", "GET", "/announcements"))["items"]
    assert (draft["source"], draft["state"], draft["has_audio"]) == ("phone", "off", True)
    assert "1002" in draft["title"]
    on = await office.ask("leader", "PATCH", f"/announcements/{draft['id']}", enabled=True)
    assert on["state"] == "active"
    sound = await office.sound(draft["id"])
    async with hotline.carrier.dial(hang_up_after_s=len(sound) / 8000 + 1) as call:
        await call.over()
        assert middle(sound) in bytes(call.line.sound)
    assert list(hotline.settings.spool_dir.glob("*-announcement.alaw")) == []
