"""The search of recordings in a browser: words in their context, filters, pages, saved searches, rights."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.async_api import Locator, Page, Route, expect

from hotline.indexing import Indexing
from recorder.search import index
from recorder.tables import Recording
from tests.browser.pages import by_test_id
from tests.browser.recordings.conftest import OpenPage, Recorder
from tests.browser.recordings.player_page import Player
from tests.web.world import CALLER, World

OTHER = "13911112222"


@dataclass(frozen=True)
class Archive:
    """What there is to be found."""

    #: A minute in which 漏气 was said, seat 1001, with a case, badly rated and badly scored.
    gas: Recording
    #: Half a minute in which both sides talk at once all the time, seat 1002, an emergency.
    lamp: Recording
    case: int


class SearchPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = by_test_id(page, "search-box")
        self.found = page.locator("[data-found]")
        self.hits = page.locator("[data-hit]")
        self.empty = page.locator("[data-test=empty]")

    async def finds(self, *recordings: Recording) -> None:
        """Wait until exactly these are shown, in this order."""
        await expect(self.found).to_have_count(len(recordings))
        for place, one in enumerate(recordings):
            await expect(self.found.nth(place)).to_have_attribute("data-found", one.call_id)

    def filter(self, name: str) -> Locator:
        return self.page.locator(f'input[data-filter="{name}"], [data-filter="{name}"] input').first

    async def set(self, name: str, value: str) -> None:
        await self.filter(name).fill(value)
        await self.filter(name).press("Enter")

    async def choose(self, name: str, option: str) -> None:
        await self.page.locator(f'.el-select[data-filter="{name}"]').click()
        await self.page.locator(".el-select-dropdown__item:visible", has_text=option).click()


@pytest.fixture
async def archive(world: World, recorder: Recorder) -> Archive:
    gas = await recorder.take_in(seat="1001", survey=5)
    case = await world.add_case(await world.call(gas.call_id))
    more = {"queue": "emergency", "caller": OTHER, "survey": 1, "marks": ["emergency"]}
    lamp = await world.add_recording(await world.add_call(seat="1002", **more))
    async with world.sessions.begin() as db:
        row = await db.get_one(Recording, lamp.id)
        row.peaks = {"step_s": 0.1, "caller": [90] * 300, "hotline": [90] * 300}
    indexing = Indexing(world.settings, world.sessions, world.clock)
    for one, score in ((gas, 55.0), (lamp, 95.0)):
        await indexing.put(one.id)
        async with world.sessions.begin() as db:
            await index.set_score(db, one.id, score)
    return Archive(gas, lamp, case.id)


async def test_words_are_found_in_their_context_and_heard(archive: Archive, open_page: OpenPage) -> None:
    page = await open_page("leader")
    await page.goto("/recordings")
    search = SearchPage(page)
    await search.finds(archive.lamp, archive.gas)
    await search.box.fill("漏气")
    await search.box.press("Enter")
    await search.finds(archive.gas)
    await expect(search.found.locator(".el-tag", has_text="漏气")).to_be_visible()
    hit = search.hits.first
    await expect(hit).to_contain_text("那边还有漏气的味道")
    await expect(hit.locator("mark")).to_have_text("漏气")

    # By keyboard alone: down to the hit, its second is played, and back.
    await page.keyboard.press("/")
    await expect(search.box).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(hit).to_be_focused()
    await page.keyboard.press("Enter")
    player = Player(page)
    await player.plays()
    await player.passes(41)
    await expect(page).to_have_url(re.compile(r"q=%E6%BC%8F%E6%B0%94.*&t=4[01]"))
    await player.press("k")
    await player.stands()
    assert int(await player.waves.get_attribute("aria-valuenow") or 0) < 50
    await page.keyboard.press("Escape")
    await expect(player.waves).to_be_hidden()

    await search.box.fill("漏气 路灯")
    await by_test_id(page, "search").click()
    await search.finds(archive.gas)
    await expect(search.hits).to_have_count(2)
    await page.go_back()
    await expect(search.box).to_have_value("漏气")
    for text, told in (("气", "每个词至少两个字"), ("火山", "没有找到符合条件的录音")):
        await search.box.fill(text)
        await search.box.press("Enter")
        await expect(search.empty).to_contain_text(told)
        await expect(search.found).to_have_count(0)


async def test_every_filter_narrows(archive: Archive, open_page: OpenPage) -> None:
    page = await open_page("leader")
    await page.goto("/recordings")
    search = SearchPage(page)
    gas, lamp = archive.gas, archive.lamp
    await search.finds(lamp, gas)
    for name, value, found in (("number", OTHER[-4:], lamp), ("number", CALLER, gas)):
        await search.set(name, value)
        await search.finds(found)
    await search.set("number", "")
    await search.finds(lamp, gas)
    await search.set("seat", "1002")
    await search.finds(lamp)
    await search.set("seat", "")
    await search.finds(lamp, gas)
    await search.choose("queue", "应急队列")
    await search.finds(lamp)
    await by_test_id(page, "clear").click()
    await search.finds(lamp, gas)

    times = page.locator("[data-test=filters] .times input")
    await times.first.fill("2020-01-01 00:00:00")
    await times.last.fill("2020-12-31 00:00:00")
    await times.last.press("Enter")
    await expect(search.empty).to_contain_text("没有找到符合条件的录音")
    await by_test_id(page, "clear").click()
    await search.finds(lamp, gas)

    await by_test_id(page, "further").click()
    for name, value, found in (
        ("min_s", "45", gas),
        ("max_s", "45", lamp),
        ("score_max", "60", gas),
        ("score_min", "90", lamp),
        ("silence_min", "30", gas),
        ("talk_over_min", "20", lamp),
        ("case", str(archive.case), gas),
    ):
        await search.set(name, value)
        await search.finds(found)
        await search.set(name, "")
        await search.finds(lamp, gas)
    for name, option, found in (
        ("survey", "非常满意", lamp),
        ("keyword", "任意关键词", gas),
        ("flag", "紧急", lamp),
    ):
        await search.choose(name, option)
        await search.finds(found)
        await page.go_back()
        await search.finds(lamp, gas)


async def test_saved_searches_rights_and_failures(archive: Archive, open_page: OpenPage) -> None:
    page = await open_page("seat1")
    search = SearchPage(page)
    await page.goto("/recordings?q=路灯")
    await search.finds(archive.gas)
    await expect(page.locator('[data-filter="seat"]')).to_have_count(0)
    await by_test_id(page, "saved").click()
    await by_test_id(page, "save-name").fill("路灯报修")
    await by_test_id(page, "save-search").click()
    saved = page.locator("[data-saved]")
    await expect(saved).to_have_text("路灯报修")
    await page.goto("/recordings?q=漏气")
    await search.finds(archive.gas)
    await by_test_id(page, "saved").click()
    await saved.click()
    await expect(search.box).to_have_value("路灯")
    await by_test_id(page, "saved").click()
    await page.get_by_role("button", name="删除 路灯报修").click()
    await expect(saved).to_have_count(0)

    other = SearchPage(await open_page("seat2"))
    await other.page.goto("/recordings?q=漏气")
    await expect(other.empty).to_contain_text("没有找到符合条件的录音")
    await other.page.goto(f"/recordings?open={archive.gas.call_id}&t=40")
    await expect(by_test_id(other.page, "player")).to_contain_text("没有收听这段录音的权限")

    async def away(route: Route) -> None:
        await route.fulfill(status=503, json={"error": {"code": "unavailable", "message": "稍后再试"}})

    await page.route("**/api/v1/recordings/search?*", away)
    await page.goto("/recordings?q=中山路")
    await expect(by_test_id(page, "failure")).to_contain_text("搜索失败")
    await page.unroute("**/api/v1/recordings/search?*")
    await by_test_id(page, "failure").get_by_role("button").click()
    await search.finds(archive.gas)


async def test_many_finds_come_page_by_page(world: World, open_page: OpenPage) -> None:
    page = await open_page("leader")
    await page.goto("/recordings")
    search = SearchPage(page)
    await expect(search.empty).to_contain_text("还没有可收听的录音")
    indexing = Indexing(world.settings, world.sessions, world.clock)
    for _ in range(33):
        recording = await world.add_recording(await world.add_call(seat="1001"))
        await indexing.put(recording.id)
    await page.goto("/recordings?q=路灯")
    await expect(search.found).to_have_count(30)
    await expect(by_test_id(page, "took")).to_contain_text("30+ 条")
    await by_test_id(page, "more").click()
    await expect(search.found).to_have_count(33)
    await expect(by_test_id(page, "more")).to_have_count(0)
    shown = await search.found.evaluate_all("rows => rows.map(row => row.dataset.found)")
    assert len(set(shown)) == 33
