"""What was recorded beside a call is heard on the call's page, by who may hear the call, and nobody else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from playwright.async_api import Page, expect

from core.audit import Action
from ivr.ledger.tables import CONFIDENTIAL, Call
from recorder import queries
from recorder.capture import sides
from recorder.ingest import Ingest
from recorder.legs import Legs, Side
from recorder.tables import Recording
from tests.browser.pages import by_test_id
from tests.browser.recordings.conftest import OpenPage, Recorder
from tests.browser.recordings.sound import tone
from tests.conftest import poll
from tests.web.world import World

BEGAN_S = 12


async def beside(world: World, recorder: Recorder, more: Mapping[str, Any] | None = None) -> Recording:
    """A whisper beside a call of seat 1001, twelve seconds into it."""
    own = await recorder.take_in(**(more or {}))
    async with world.sessions() as db:
        call = await db.get_one(Call, own.call_id)
    began = call.started_at + timedelta(seconds=BEGAN_S)
    side_id = f"{call.id}-whisper-{int(began.timestamp())}"
    await sides.note(world.sessions, side_id)
    legs = Legs(world.settings.spool_dir, side_id)
    old = (world.clock.now() - timedelta(seconds=60)).timestamp()
    for side in Side:
        legs.path(side).write_bytes(tone(440, 3).alaw)
        os.utime(legs.path(side), (old, old))
    ingest = Ingest(world.settings, world.sessions, world.clock)
    await ingest.stage(side_id)
    while await ingest.run_one():
        pass
    async with world.sessions() as db:
        found = await queries.recording_of(db, side_id)
    assert found is not None and found.archive_key, found
    return found


async def opened(page: Page, side: Recording) -> Page:
    await page.goto(f"/calls/{sides.call_of(side.call_id)}")
    await expect(by_test_id(page, "waves")).to_be_visible()
    return page


async def played(world: World, side: Recording) -> list[str]:
    found = await world.audit(Action.RECORDING_PLAYED)
    return [one.subject for one in found if one.subject == f"recording:{side.id}"]


async def test_a_whisper_is_heard_on_its_calls_page(
    world: World, recorder: Recorder, open_page: OpenPage
) -> None:
    side = await beside(world, recorder)
    page = await opened(await open_page("seat1"), side)
    line = page.locator(f'[data-side="{side.id}"]')
    await expect(line).to_contain_text("耳语")
    await expect(line).to_contain_text("始于 0:12")
    assert await played(world, side) == [], "nothing is fetched before play is pressed"
    await line.locator("audio").evaluate("audio => audio.play()")
    await poll(lambda: _was_played(world, side), "the audit trail knows", 20)


async def _was_played(world: World, side: Recording) -> bool:
    return bool(await played(world, side))


async def test_a_confidential_calls_asks_for_a_reason_first(
    world: World, recorder: Recorder, open_page: OpenPage
) -> None:
    side = await beside(world, recorder, {"marks": [CONFIDENTIAL]})
    page = await opened(await open_page("leader"), side)
    line = page.locator(f'[data-side="{side.id}"]')
    await line.locator("audio").evaluate("audio => audio.play().catch(() => 0)")
    dialog = page.locator(".el-dialog:visible")
    await dialog.locator('[data-test="note"]').fill("投诉复核")
    await dialog.locator('[data-choice="say"]').click()
    await poll(lambda: _was_played(world, side), "it was played, and the audit trail knows", 20)
