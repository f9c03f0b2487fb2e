"""Quality inspection in a browser: sample, claim, suggestions, score, appeal, review, report."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Page, expect

from ivr.ledger.tables import Call
from recorder.quality import sheets
from recorder.quality.sheet import ItemKind
from recorder.quality.standard import STANDARD
from recorder.tables import Recording
from tests.browser.pages import by_test_id
from tests.browser.recordings.conftest import OpenPage, Recorder
from tests.browser.test_voice_settings import NAMELESS
from tests.browser.voice_pages import Dialog, Table
from tests.web.world import World


async def _answered(world: World, recording: Recording) -> None:
    """The talk began with the recording and took all of it."""
    async with world.sessions.begin() as db:
        call = await db.get(Call, recording.call_id)
        assert call is not None and call.answered_at is not None
        call.seat_answered_at, call.talk_s = call.answered_at, recording.duration_s
        call.ended_at = call.answered_at + timedelta(seconds=recording.duration_s)


async def _fill(page: Page) -> None:
    """Everything fine but the greeting."""
    for item in STANDARD.items():
        row = page.locator(f'[data-item="{item.code}"]')
        if item.kind is ItemKind.POINTS:
            await row.locator('[data-test="points"] input').fill(str(item.scale))
            await row.locator('[data-test="points"] input').press("Tab")
        else:
            yes = item.kind is ItemKind.YES_NO and item.code != "greeting"
            await row.locator(f'[data-answer="{"yes" if yes else "no"}"]').click()
    await page.locator('[data-item="greeting"] [data-test="remark"]').fill("没有报工号")
    await by_test_id(page, "mark-text").fill("应先问好")
    await by_test_id(page, "add-mark").click()
    await by_test_id(page, "comment").fill("总体不错，注意开头语")


async def test_an_inspection_from_sample_to_report(
    world: World, live: None, recorder: Recorder, open_page: OpenPage
) -> None:
    await _answered(world, await recorder.take_in(seat="1001", survey=5))
    await sheets.ensure_standard(world.sessions, world.clock)

    page = await open_page("inspector")
    await page.goto("/quality/samples")
    await by_test_id(page, "draw").click()
    row = Table(page, "samples").row("Seat1")
    await expect(row.locator('[data-rule="low_survey"]')).to_have_text("满意度低 · 按键 5")
    await by_test_id(page, "quality-queue").click()
    await by_test_id(page, "next").click()

    # The machine's suggestions are marked as such and lead to their second.
    silence = page.locator('[data-check="silence"]')
    await expect(silence).to_contain_text("机器预评")
    await _fill(page)
    await expect(by_test_id(page, "total")).to_have_text("92.0")
    await expect(by_test_id(page, "kept")).to_have_attribute("data-kept", "true")
    await page.reload()
    await expect(by_test_id(page, "total")).to_have_text("92.0")
    await by_test_id(page, "submit-score").click()
    await expect(by_test_id(page, "next")).to_be_visible()
    await expect(Table(page, "samples").box).to_contain_text("队列里没有待质检的通话")

    seat = await open_page("seat1")
    await seat.goto("/my-quality")
    await expect(by_test_id(seat, "nav-quality-mine")).to_have_text("我的质检 (1)")
    await expect(by_test_id(seat, "unseen")).to_be_visible()
    await by_test_id(seat, "open-score").click()
    await expect(by_test_id(seat, "score-total")).to_have_text("92.0")
    await expect(seat.locator('[data-test="answers"] [data-item="greeting"]')).to_contain_text("没有报工号")
    await expect(by_test_id(seat, "score-comment")).to_have_text("总体不错，注意开头语")
    await expect(by_test_id(seat, "score-mark")).to_have_text("0:00")
    await expect(by_test_id(seat, "nav-quality-mine")).to_have_text("我的质检")
    await by_test_id(seat, "appeal").click()
    await Dialog(seat).answer("appeal", note="录音开头说了您好")
    await expect(by_test_id(seat, "score-state")).to_have_text("申诉中")

    leader = await open_page("leader")
    await leader.goto("/quality/scores")
    await by_test_id(leader, "open-score").click()
    await expect(by_test_id(leader, "appeal-box")).to_contain_text("录音开头说了您好")
    await by_test_id(leader, "review").click()
    await leader.locator('[data-item="greeting"] [data-answer="yes"]').click()
    await expect(by_test_id(leader, "total")).to_have_text("100.0")
    await by_test_id(leader, "decide").click()
    await Dialog(leader).answer("change", note="已说开头语")
    await expect(by_test_id(leader, "score-state")).to_have_text("已改分")
    await expect(by_test_id(leader, "score-history")).to_contain_text("复核：改分 100.0")
    # The seat's page hears of it by itself.
    await expect(by_test_id(seat, "nav-quality-mine")).to_have_text("我的质检 (1)")

    await leader.goto("/quality/reports")
    await expect(Table(leader, "report-lines").cell("坐席1001", "average")).to_have_text("100.0")
    await expect(Table(leader, "report-lines").cell("坐席1001", "changed")).to_have_text("100.0%")


async def test_a_sheet_gets_a_new_version(world: World, open_page: OpenPage) -> None:
    await sheets.ensure_standard(world.sessions, world.clock)
    page = await open_page("inspector")
    await page.goto("/quality/sheets")
    await by_test_id(page, "new-version").click()
    await by_test_id(page, "sheet-name").fill("冬季评分表")
    await page.locator('[data-edit="greeting"] input').first.fill("开头语与报工号")
    await by_test_id(page, "save-sheet").click()
    listed = Table(page, "sheets")
    await expect(listed.cell("冬季评分表", "state")).to_have_text("草稿")
    await by_test_id(page, "publish-sheet").click()
    await by_test_id(page, "save").click()
    await expect(listed.cell("冬季评分表", "state")).to_have_text("已发布")
    await expect(listed.cell("冬季评分表", "version")).to_have_text("第 2 版")
    await expect(listed.cell("12319 通话质检评分表", "validity")).to_contain_text("不限 –")
    await expect(listed.cell("12319 通话质检评分表", "validity")).not_to_contain_text("– 不限")


async def test_two_inspectors_calibrate_blind(world: World, recorder: Recorder, open_page: OpenPage) -> None:
    recording = await recorder.take_in(seat="1001")
    await _answered(world, recording)
    await sheets.ensure_standard(world.sessions, world.clock)
    first, second = await open_page("inspector"), await open_page("admin")
    await first.goto("/quality/calibrations")
    await by_test_id(first, "new-calibration").click()
    await by_test_id(first, "calibration-title").fill("十一月校准")
    await by_test_id(first, "calibration-call").fill(recording.call_id)
    await by_test_id(first, "calibration-people").click()
    for name in ("Inspector", "Admin"):
        await first.locator(".el-select-dropdown__item:visible", has_text=name).click()
    await by_test_id(first, "calibration-title").click()  # closes the list
    await by_test_id(first, "save").click()
    await first.get_by_role("link", name="盲评").click()
    await _fill(first)
    await by_test_id(first, "submit-score").click()
    await expect(by_test_id(first, "calibration-results")).to_contain_text("92.0")

    await second.goto("/quality/calibrations")
    await second.get_by_role("link", name="盲评").click()
    await expect(by_test_id(second, "score-form")).to_be_visible()
    await expect(second.locator("main")).not_to_contain_text("92.0")
    await _fill(second)
    await second.locator('[data-item="greeting"] [data-answer="yes"]').click()
    await by_test_id(second, "submit-score").click()
    await expect(by_test_id(second, "calibration-results")).to_contain_text("100.0")

    await first.reload()
    await by_test_id(first, "close-calibration").click()
    row = by_test_id(first, "agreement").locator('[data-item="greeting"]')
    await expect(row).to_contain_text("0%")
    await expect(by_test_id(first, "agreement").locator('[data-item="closing"]')).to_contain_text("100%")


async def test_a_leader_sends_a_call_to_inspection(
    world: World, recorder: Recorder, open_page: OpenPage
) -> None:
    recording = await recorder.take_in(seat="1001")
    await _answered(world, recording)
    await sheets.ensure_standard(world.sessions, world.clock)
    page = await open_page("leader")
    await page.goto(f"/calls/{recording.call_id}")
    await by_test_id(page, "choose-sample").click()
    await expect(page.locator(".el-message")).to_contain_text("已加入质检队列")
    await page.goto("/quality/queue")
    await expect(page.locator('[data-rule="manual"]')).to_have_text("人工指定")
    await page.locator('[data-test="open-sample"]').click()
    # The machine's word is there to see; scoring is for inspectors.
    await expect(page.locator('[data-check="greeting"]')).to_contain_text("您好")
    await by_test_id(page, "claim").click()
    await expect(page.locator(".el-alert")).to_contain_text("您没有质检权限")


async def test_every_control_has_a_name_and_every_page_fits_a_phone(
    world: World, recorder: Recorder, open_page: OpenPage
) -> None:
    await _answered(world, await recorder.take_in(seat="1001"))
    await sheets.ensure_standard(world.sessions, world.clock)
    page = await open_page("inspector")
    await page.goto("/quality/samples")
    await by_test_id(page, "draw").click()
    await expect(page.locator('[data-rule="random"]')).to_be_visible()
    await page.goto("/quality/queue")
    await by_test_id(page, "next").click()
    await expect(by_test_id(page, "score-form")).to_be_visible()
    paths = [f"/quality/{tab}" for tab in ("queue", "samples", "scores", "sheets", "calibrations", "reports")]
    for path in [page.url, *paths]:
        await page.set_viewport_size({"width": 1366, "height": 768})
        await page.goto(path)
        await expect(page.locator("main h1")).to_be_visible()
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate(NAMELESS) == [], path
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390, path
