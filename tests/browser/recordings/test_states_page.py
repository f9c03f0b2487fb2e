"""The page of recordings on their way: what fails is seen with its reason, and tried again."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from recorder import gauges, queries
from recorder.gauges import Disk, DiskState
from recorder.ingest import Ingest
from recorder.legs import SILENCE, Legs, Side
from recorder.tables import Recording, RecordingState
from tests.browser.pages import by_test_id
from tests.browser.recordings.conftest import OpenPage
from tests.browser.voice_pages import Table
from tests.web.world import World

#: So many seconds of silence can be archived.
SECONDS = 3
WHY = "FfmpegError: made up by a test"


@dataclass(frozen=True)
class Made:
    """Calls of recordings: damaged with legs that are still there, damaged without, waiting for tomorrow."""

    with_legs: str
    without: str
    waiting: str


@pytest.fixture
async def made(world: World) -> Made:
    now = world.clock.now()
    names = Made(*[(await world.add_call(seat="1001")).id for _ in range(3)])
    failed = {"created_at": now, "last_error": WHY}
    rows = [
        Recording(call_id=one, state=RecordingState.DAMAGED, attempts=8, **failed)
        for one in (names.with_legs, names.without)
    ]
    later = {"next_try_at": now + timedelta(days=1), "duration_s": 62}
    rows.append(
        Recording(call_id=names.waiting, state=RecordingState.VERIFIED, attempts=2, **failed, **later)
    )
    legs = Legs(world.settings.spool_dir, names.with_legs)
    for side in Side:
        legs.path(side).write_bytes(SILENCE * 8000 * SECONDS)
    async with world.sessions.begin() as session:
        session.add_all(rows)
    return names


def damaged(page: Page) -> Locator:
    return page.locator('[data-state="damaged"] dd').first


async def test_a_damaged_recording_is_tried_again(world: World, made: Made, open_page: OpenPage) -> None:
    page = await open_page("leader")
    await page.goto("/settings/recording-states")
    table = Table(page, "recording-states")
    await expect(damaged(page)).to_have_text("2")
    await expect(by_test_id(page, "transcription-queue")).to_contain_text("1 条失败")
    await expect(table.cell(made.waiting, "attempts")).to_have_text("2")
    await expect(table.cell(made.with_legs, "error")).to_have_text(WHY)
    await table.row(made.without).get_by_role("button", name="重试").click()
    await expect(page.locator(".el-message").first).to_contain_text("没有这通电话的声音")
    await table.row(made.with_legs).get_by_role("button", name="重试").click()
    await expect(damaged(page)).to_have_text("1")
    await expect(table.row(made.with_legs)).to_have_count(0)
    ingest = Ingest(world.settings, world.sessions, world.clock)
    while await ingest.run_one():
        pass
    async with world.sessions() as session:
        recording = await queries.recording_of(session, made.with_legs)
    assert recording is not None
    assert (recording.state, recording.duration_s) == (RecordingState.VERIFIED, SECONDS)


async def test_the_list_shows_one_state_in_either_language(made: Made, open_page: OpenPage) -> None:
    page = await open_page("admin")
    await page.goto("/settings/recording-states")
    table = Table(page, "recording-states")
    await expect(table.row(made.waiting)).to_be_visible()
    await (
        page.locator(".el-select", has=by_test_id(page, "state-filter"))
        .or_(page.locator('.el-select[data-test="state-filter"]'))
        .click()
    )
    await page.locator(".el-select-dropdown__item:visible", has_text=re.compile("^损坏$")).click()
    await expect(table.row(made.waiting)).to_have_count(0)
    await expect(table.row(made.without)).to_be_visible()
    await by_test_id(page, "language").click()
    await expect(page.get_by_role("heading", name="Recording states")).to_be_visible()
    await expect(table.row(made.without)).to_contain_text("Damaged")


@pytest.mark.parametrize(("state", "says"), [(DiskState.LOW, "低于 20%"), (DiskState.FULL, "磁盘已满")])
async def test_the_disks_alarm_is_said(
    world: World, open_page: OpenPage, state: DiskState, says: str
) -> None:
    disk = Disk(700, 2048, 3.5, 20, disk_alarm=True, disk=state)
    await world.redis.set(gauges.KEY, json.dumps(asdict(disk)))
    page = await open_page("leader")
    await page.goto("/settings/recording-states")
    await expect(by_test_id(page, "disk-alarm")).to_contain_text(says)
    await expect(by_test_id(page, "disk")).to_contain_text("剩余 700 MiB（3.5%）")


async def test_seats_have_no_such_page(open_page: OpenPage) -> None:
    page = await open_page("seat1")
    await page.goto("/settings/recording-states")
    await page.wait_for_url("**/desk")
    await expect(by_test_id(page, "recording-states")).to_have_count(0)
