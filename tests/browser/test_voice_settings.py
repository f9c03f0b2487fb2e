"""Announcements, flagged numbers, the calendar, queues and call-backs, as people use them."""

from __future__ import annotations

import io
import math
import struct
import wave
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from ivr.callbacks.tables import Callback, CallbackKind, CallbackState
from tests.browser.conftest import NewPage
from tests.browser.pages import CallPage, Console, by_test_id
from tests.browser.voice_pages import Dialog, Table
from tests.instance import HotlineInstance

#: After the years whose holidays are known.
FAR_YEAR = 2035


async def test_announcement_is_planned_and_switched_off(leader: Console) -> None:
    await leader.page.goto("/settings/announcements")
    announcements, dialog = Table(leader.page, "announcements"), Dialog(leader.page)
    await by_test_id(leader.page, "add-announcement").click()
    await by_test_id(leader.page, "save-announcement").click()
    await expect(dialog.box).to_contain_text("请填写标题")
    await dialog.field("title").fill("暴雪停运通知")
    await dialog.field("text_zh").fill("受暴雪影响，今日部分公交停运。")
    for label, moment in (("开始", "2030-01-01 00:00"), ("结束", "2030-01-02 00:00")):
        await dialog.box.get_by_label(label).fill(moment)
        await leader.page.keyboard.press("Enter")
    await by_test_id(leader.page, "save-announcement").click()
    await expect(announcements.cell("暴雪停运通知", "state")).to_have_text("未开始")
    await expect(announcements.cell("暴雪停运通知", "period")).to_contain_text("2030-01-01 00:00")
    await expect(announcements.row("暴雪停运通知").locator('[data-test="listen"]')).to_have_count(2)
    await announcements.row("暴雪停运通知").locator('[data-test="switch-off"]').click()
    await leader.page.locator(".el-message-box").get_by_role("button", name="停用").click()
    await expect(announcements.cell("暴雪停运通知", "state")).to_have_text("已停用")


def tone(seconds: float = 1.5) -> bytes:
    """A WAV file with a tone in it, 8 kHz, 16 bit."""
    samples = (int(9000 * math.sin(n / 3)) for n in range(int(8000 * seconds)))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()


async def test_an_uploaded_recording_is_what_callers_hear(leader: Console) -> None:
    await leader.page.goto("/settings/announcements")
    announcements, dialog = Table(leader.page, "announcements"), Dialog(leader.page)
    await by_test_id(leader.page, "add-announcement").click()
    await dialog.field("title").fill("停水通知录音")
    for label, moment in (("开始", "2030-02-01 00:00"), ("结束", "2030-02-02 00:00")):
        await dialog.box.get_by_label(label).fill(moment)
        await leader.page.keyboard.press("Enter")
    sound = {"name": "停水.wav", "mimeType": "audio/wav", "buffer": tone()}
    await dialog.box.locator("input[type=file]").set_input_files(files=[sound])
    await expect(dialog.box).to_contain_text("停水.wav")
    await by_test_id(leader.page, "save-announcement").click()
    listen = announcements.row("停水通知录音").locator('[data-test="listen"]').first
    async with leader.page.expect_response("**/announcements/*/audio?language=zh_CN") as answer:
        await listen.click()
    assert (await answer.value).headers["content-type"] == "audio/wav"


async def test_an_article_is_written_and_published(leader: Console) -> None:
    await leader.page.goto("/settings/articles")
    articles, dialog = Table(leader.page, "articles"), Dialog(leader.page)
    await by_test_id(leader.page, "add-article").click()
    await dialog.field("title").fill("供热温度不达标怎么办")
    await dialog.field("text").fill("请先检查阀门是否打开。")
    await by_test_id(leader.page, "save-article").click()
    await expect(articles.cell("供热温度", "state")).to_have_text("未发布")
    await articles.row("供热温度").get_by_role("button", name="修改").click()
    await dialog.box.locator(".el-switch").click()
    await by_test_id(leader.page, "save-article").click()
    await expect(articles.cell("供热温度", "state")).to_have_text("已发布")
    await expect(articles.row("供热温度").locator('[data-test="listen"]')).to_be_visible()


async def test_a_leader_says_what_a_seat_can_do(leader: Console) -> None:
    await leader.page.goto("/seats")
    await leader.page.locator('[data-seat="1004"]').click()
    dialog = Dialog(leader.page)
    await dialog.box.locator('[data-field="dialect"] .el-select__wrapper').click()
    await leader.page.locator(".el-select-dropdown__item:visible", has_text="3 级").click()
    await by_test_id(leader.page, "save-skills").click()
    await expect(Table(leader.page, "seats").cell("1004", "skills")).to_contain_text("方言队列 · 3 级")


async def test_a_seat_proposes_a_flag_and_a_leader_reviews_it(
    seat: Console, leader: Console, message_calls: list[str]
) -> None:
    await CallPage(seat.page).open(message_calls[0])
    await by_test_id(seat.page, "flag-number").click()
    await Dialog(seat.page).field("reason").fill("反复拨打，只辱骂坐席")
    await by_test_id(seat.page, "propose-flag").click()
    await expect(Dialog(seat.page).box).to_have_count(0)

    await leader.page.goto("/settings/flags")
    flags = Table(leader.page, "flags")
    await expect(flags.cell("只辱骂坐席", "state")).to_have_text("待复核")
    await flags.row("只辱骂坐席").locator('[data-test="review"]').click()
    await Dialog(leader.page).answer("approve")
    await expect(flags.cell("只辱骂坐席", "state")).to_have_text("生效中")
    await flags.row("只辱骂坐席").locator('[data-test="end"]').click()
    await Dialog(leader.page).answer("end", note="来电人已道歉")
    await expect(flags.cell("来电人已道歉", "state")).to_have_text("已解除")


async def test_the_own_proposal_waits_for_somebody_else(leader: Console) -> None:
    await leader.page.goto("/settings/flags")
    await by_test_id(leader.page, "add-flag").click()
    dialog = Dialog(leader.page)
    await dialog.field("number").fill("13912345678")
    await dialog.field("reason").fill("整夜空号测试")
    await by_test_id(leader.page, "propose-flag").click()
    flags = Table(leader.page, "flags")
    await expect(flags.cell("整夜空号测试", "number")).to_have_text("139****5678")
    await expect(flags.cell("整夜空号测试", "actions")).to_contain_text("须由他人复核")


async def test_a_day_is_declared_and_given_back(admin: Console) -> None:
    await admin.page.goto("/settings/calendar")
    day = admin.page.locator('[data-date$="-11-11"]')
    before = await day.get_attribute("data-kind")
    await day.click()
    await admin.page.get_by_role("radio", name="特殊休息日").click(force=True)
    await Dialog(admin.page).field("name").fill("市民开放日")
    await by_test_id(admin.page, "save-day").click()
    await expect(day).to_have_attribute("data-kind", "special")
    await expect(by_test_id(admin.page, "special-days")).to_contain_text("市民开放日")
    await day.click()
    await by_test_id(admin.page, "reset-day").click()
    await expect(day).to_have_attribute("data-kind", str(before))


async def test_a_year_without_its_notice_asks_for_its_days(admin: Console) -> None:
    await admin.page.goto("/settings/calendar")
    warning = by_test_id(admin.page, "unknown-year")
    await expect(warning).to_have_count(0)
    for _ in range(FAR_YEAR - datetime.now(UTC).year):
        await by_test_id(admin.page, "next-year").click()
    await expect(warning).to_contain_text(f"{FAR_YEAR} 年的节假日安排尚未录入")


@pytest.fixture
async def missed(hotline: HotlineInstance) -> str:
    """The masked number of a missed call that waits to be called back, not before tomorrow."""
    now = datetime.now(UTC)
    async with hotline.sessions.begin() as session:
        session.add(
            Callback(
                kind=CallbackKind.MISSED,
                number="13655556666",
                queue="general",
                state=CallbackState.WAITING,
                joined_at=now,
                created_at=now,
                next_at=now + timedelta(days=1),
                expires_at=now + timedelta(days=2),
            )
        )
    return "136****6666"


async def test_queues_and_call_backs_are_seen_and_a_leader_cancels_one(
    seat: Console, leader: Console, missed: str
) -> None:
    await seat.page.goto("/queues")
    queues = Table(seat.page, "queues")
    await expect(queues.cell("应急队列", "open")).to_have_text("开放")
    await by_test_id(seat.page, "nav-callbacks").click()
    await expect(Table(seat.page, "callbacks").cell(missed, "state")).to_have_text("待回拨")
    await expect(seat.page.locator('[data-test="cancel"]')).to_have_count(0)

    await leader.page.goto("/callbacks")
    callbacks = Table(leader.page, "callbacks")
    await callbacks.row("13655556666").locator('[data-test="cancel"]').click()
    await Dialog(leader.page).answer("cancel", note="已由人工联系")
    await expect(callbacks.cell("13655556666", "state")).to_have_text("已取消")


async def test_settings_are_not_for_seats(seat: Console) -> None:
    await expect(by_test_id(seat.page, "nav-settings")).to_have_count(0)
    await seat.page.goto("/settings/flows")
    await expect(seat.page.locator("h1")).to_have_text("坐席台")


PAGES = (
    "/queues",
    "/callbacks",
    "/seats",
    "/surveys",
    "/visits",
    "/settings/flows",
    "/settings/flows/agent_first",
    "/settings/announcements",
    "/settings/articles",
    "/settings/flags",
    "/settings/calendar",
    "/settings/trunks",
)
#: Controls a screen reader would have no name for.
NAMELESS = """() => [...document.querySelectorAll('main input, main textarea, main button, main a')]
  .filter((one) => one.offsetParent !== null && !one.closest('[aria-hidden=true]'))
  .filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim() || one.title
    || one.labels?.length || one.getAttribute('aria-labelledby')))
  .map((one) => one.outerHTML.slice(0, 160))"""


async def _settled(page: Page, path: str) -> None:
    await page.goto(path)
    await expect(page.locator("main h1")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await expect(by_test_id(page, "failure")).to_have_count(0)


async def test_every_control_has_a_name_and_every_page_fits_a_phone(admin: Console) -> None:
    for path in PAGES:
        await admin.page.set_viewport_size({"width": 1366, "height": 768})
        await _settled(admin.page, path)
        assert await admin.page.evaluate(NAMELESS) == [], path
        await admin.page.set_viewport_size({"width": 390, "height": 844})
        assert await admin.page.evaluate("document.documentElement.scrollWidth") <= 390, path


async def test_the_keyboard_shows_where_it_is(new_page: NewPage, hotline: HotlineInstance) -> None:
    console = await Console(await new_page()).log_in("leader", hotline.accounts["leader"])
    await _settled(console.page, "/settings/announcements")
    await by_test_id(console.page, "nav-articles").focus()
    await console.page.keyboard.press("Tab")
    focused = console.page.locator(":focus-visible")
    await expect(focused).to_have_attribute("data-test", "nav-flags")
    assert await focused.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    await console.page.keyboard.press("Enter")
    await expect(console.page.locator("h1")).to_have_text("号码标记")
