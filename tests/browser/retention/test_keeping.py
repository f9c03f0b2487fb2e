"""Rules, holds, deletions by two people, personal data, exports, rights: in a browser, by their roles."""

from __future__ import annotations

import re
import zipfile

import pytest
from playwright.async_api import Page, expect

from hotline.personal_data import LedgerPerson
from recorder.capture import sides
from recorder.retention.requests import Bundler
from recorder.tables import Recording, RecordingState
from tests.browser.pages import by_test_id
from tests.browser.recordings.conftest import OpenPage, Recorder
from tests.browser.retention.conftest import Erase
from tests.browser.retention.keeping_pages import fill, grey, on_recording, save, sections, tick
from tests.browser.test_voice_settings import NAMELESS
from tests.browser.voice_pages import Dialog, Table
from tests.web.world import CALLER, World

_PAGES = ["rules", "holds", "deletions", "data", "exports", "rights"]


@pytest.mark.parametrize(
    ("who", "wanted"), [("inspector", _PAGES[:3]), ("leader", _PAGES[:5]), ("admin", _PAGES)]
)
async def test_each_role_is_shown_what_it_may_open(open_page: OpenPage, who: str, wanted: list[str]) -> None:
    page = await open_page(who)
    await page.goto("/keeping")
    assert await sections(page) == wanted
    for name in wanted:
        link = by_test_id(page, f"nav-keeping-{name}")
        await link.click()
        await expect(page.locator("h1")).to_have_text(await link.inner_text())
        await expect(page.locator('.panel.fill :is(table, [data-test="empty"])').first).to_be_visible()
        assert await page.evaluate(NAMELESS) == [], name
    await expect(by_test_id(page, "failure")).to_have_count(0)


async def test_a_seat_is_led_elsewhere(open_page: OpenPage) -> None:
    page = await open_page("seat1")
    await page.goto("/keeping/rights")
    await expect(page).to_have_url(re.compile("/desk$"))
    await expect(by_test_id(page, "nav-keeping")).to_have_count(0)


async def test_a_rule_is_tried_put_in_force_and_ended(open_page: OpenPage, old: Recording) -> None:
    page = await open_page("admin")
    await page.goto("/keeping/rules")
    await expect(by_test_id(page, "sweep")).to_contain_text("尚未进行清查")
    await by_test_id(page, "add-rule").click()
    await by_test_id(page, "save").click()
    await expect(page.locator('[data-field="name"]')).to_contain_text("请填写名称")
    await fill(page, "name", "人工接听半年")
    await tick(page, "kinds", "人工接听")
    await fill(page, "months", "6")
    await page.keyboard.press("Tab")
    await by_test_id(page, "preview").click()
    result = by_test_id(page, "preview-result")
    await expect(result).to_contain_text("1 段录音会因此列入删除申请")
    # Other conditions: what was worked out before is not left standing.
    await tick(page, "kinds", "回访")
    await expect(result).to_have_count(0)
    await save(page)
    rules = Table(page, "rules")
    await expect(rules.cell("人工接听半年", "applies")).to_have_text("人工接听、回访")
    await expect(rules.cell("人工接听半年", "keep")).to_have_text("6 个月")
    await by_test_id(page, "end-rule").click()
    await page.locator(".el-message-box:visible .el-button--primary").click()
    await expect(rules.box).to_contain_text("还没有规则")
    await page.locator(".el-segmented__item", has_text="含已停用").click()
    await expect(rules.cell("人工接听半年", "state")).to_contain_text("已停用 · Admin")


async def _propose(page: Page, recording: Recording) -> None:
    await on_recording(page, recording.call_id, "delete")
    await Dialog(page).answer("delete", note="已超期限")


async def _review(page: Page, choice: str = "", recordings: int = 1) -> None:
    """Open the newest proposal, of so many recordings, and sign it where that is the choice."""
    await page.goto("/keeping/deletions")
    await by_test_id(page, "review").first.click()
    await expect(Table(page, "items").box.locator("tbody tr")).to_have_count(recordings)
    if choice:
        await Dialog(page).answer(choice)


async def test_two_people_delete_and_the_proof_is_shown(
    world: World, open_page: OpenPage, old: Recording, erase: Erase
) -> None:
    inspector, admin = await open_page("inspector"), await open_page("admin")
    await _propose(inspector, old)
    await _review(inspector)
    # One person alone gets nowhere, and is told why.
    await expect(inspector.locator('[data-choice="sign"]')).to_be_disabled()
    why = inspector.locator('.el-dialog [data-test="why-grey"]')
    await expect(why).to_have_text("您已申请或签字，须由另一人批准")
    await _review(admin, "sign")
    await expect(Table(admin, "deletions").cell("已超期限", "signed")).to_have_text("Inspector、Admin")
    await erase()
    await _review(admin)
    await by_test_id(admin, "proof").locator("summary").click()
    await expect(by_test_id(admin, "proof")).to_contain_text("由 Inspector 和 Admin 签字删除")
    async with world.sessions() as db:
        assert (await db.get_one(Recording, old.id)).state == RecordingState.DELETED


async def test_a_hold_stops_what_two_people_signed(
    world: World, open_page: OpenPage, old: Recording, erase: Erase
) -> None:
    proposed = {"recording_ids": [old.id], "why": "已超期限"}
    for who, path, body in (("inspector", "", proposed), ("admin", "/1/sign", {"note": "同意"})):
        answer = await (await world.client(who)).post(f"/api/v1/deletions{path}", json=body)
        assert answer.ok, await answer.text()
    leader, admin = await open_page("leader"), await open_page("admin")
    await on_recording(leader, old.call_id, "hold")
    await Dialog(leader).answer("hold", note="法院来函")
    await erase()
    await _review(admin)
    await expect(Table(admin, "items").cell("已保全", "why")).to_contain_text("保全")
    await leader.goto("/keeping/holds")
    await expect(grey(leader)).to_have_text("只有管理员可以解除")
    await admin.goto("/keeping/holds")
    await by_test_id(admin, "lift").locator("button").click()
    await Dialog(admin).answer("lift", note="判决生效")
    await expect(Table(admin, "holds").cell("法院来函", "state")).to_contain_text("判决生效")


async def test_a_no_is_enough_and_wants_words(world: World, open_page: OpenPage, old: Recording) -> None:
    call = await world.call(old.call_id)
    beside = f"{call.id}-consult-{int(call.started_at.timestamp()) + 5}"
    await sides.note(world.sessions, beside)
    await world.add_recording(call, call_id=beside)
    inspector, admin = await open_page("inspector"), await open_page("admin")
    await _propose(inspector, old)
    await _review(admin, recordings=2)
    refuse = admin.locator('[data-choice="refuse"]')
    await expect(refuse).to_be_disabled()
    await Dialog(admin).answer("refuse", note="仍需保留")
    await expect(Table(admin, "deletions").cell("已超期限", "signed")).to_have_text("Admin 不批准")


async def test_who_set_a_hold_does_not_lift_it(world: World, open_page: OpenPage, old: Recording) -> None:
    page = await open_page("admin")
    await page.goto("/keeping/holds")
    await by_test_id(page, "add-hold").click()
    await tick(page, "scope", "号码")
    await fill(page, "target", "不是号码")
    await fill(page, "reason", "诉讼保全")
    await by_test_id(page, "save").click()
    await expect(page.locator('[data-field="target"]')).to_contain_text("不是电话号码")
    await fill(page, "target", CALLER)
    await save(page)
    await expect(Table(page, "holds").cell("诉讼保全", "target")).to_have_text("138****1234")
    await expect(grey(page)).to_have_text("由您设定，须由另一位管理员解除")
    await expect(by_test_id(page, "lift").locator("button")).to_be_disabled()


async def test_an_export_is_a_file_with_a_reason(recorder: Recorder, open_page: OpenPage) -> None:
    recording = await recorder.take_in()
    page = await open_page("leader")
    await on_recording(page, recording.call_id, "export")
    await by_test_id(page, "save").click()
    await expect(page.locator('[data-field="reason"]')).to_contain_text("请填写事由")
    await fill(page, "reason", "市民投诉复核")
    async with page.expect_download() as download:
        await save(page)
    name = (await download.value).suggested_filename
    found = re.fullmatch(rf"{re.escape(recording.call_id)}-(EX-\w+)\.ogg", name)
    assert found is not None, name
    assert (await (await download.value).path()).read_bytes()[:4] == b"OggS"
    await page.goto("/keeping/exports")
    row = Table(page, "exports").row("市民投诉复核")
    await expect(row).to_contain_text(found[1])
    await expect(row).to_contain_text("Leader")


async def test_personal_data_is_fetched_once(world: World, open_page: OpenPage, old: Recording) -> None:
    leader, admin = await open_page("leader"), await open_page("admin")
    await leader.goto("/keeping/personal-data")
    await by_test_id(leader, "ask-data").click()
    await fill(leader, "number", CALLER)
    await fill(leader, "reason", "本人到场核验")
    await save(leader)
    listed = Table(leader, "data-requests")
    await expect(listed.cell("本人到场核验", "number")).to_have_text("138****1234")
    await Bundler(world.settings, world.sessions, world.clock, LedgerPerson()).run_one()
    await admin.goto("/keeping/personal-data")
    await expect(grey(admin)).to_have_text("只能由 Leader 领取")
    await by_test_id(leader, "fetch").click()
    async with leader.expect_download() as download:
        await leader.locator(".el-message-box:visible .el-button--primary").click()
    names = zipfile.ZipFile(await (await download.value).path()).namelist()
    assert f"recordings/{old.call_id}.ogg" in names
    await expect(listed.cell("本人到场核验", "state")).to_contain_text("已领取")
    await expect(by_test_id(leader, "fetch")).to_have_count(0)


async def test_a_right_is_given_used_and_ended(world: World, open_page: OpenPage) -> None:
    call = await world.add_call(seat="1001", queue="general", marks=["confidential"])
    await world.add_recording(call)
    admin, inspector = await open_page("admin"), await open_page("inspector")
    await admin.goto("/keeping/rights")
    people = Table(admin, "people")
    await expect(people.cell("seat1", "listen")).to_have_text("本人接听 或 无人接听")
    await expect(people.row("本人（由他人更改）")).to_have_count(1)
    await admin.locator('[data-change="inspector"]').click()
    await tick(admin, "right", "查看号码")
    await admin.locator('[data-field="queues"] .el-select__wrapper').click()
    await admin.locator(".el-select-dropdown__item:visible", has_text="综合").click()
    await fill(admin, "note", "回访核实")
    await save(admin)
    await expect(people.cell("inspector", "reveal")).to_have_text("综合队列")

    await inspector.goto(f"/calls/{call.id}")
    await by_test_id(inspector, "reveal").click()
    # The caller asked to stay unknown: policy wants a reason first.
    await Dialog(inspector).answer("say", note="核实回访号码")
    await expect(by_test_id(inspector, "whole-number")).to_have_text(CALLER)

    await by_test_id(admin, "rights-view").locator(".el-segmented__item", has_text="授权记录").click()
    await by_test_id(admin, "end-grant").click()
    await Dialog(admin).answer("end", note="回访结束")
    await expect(Table(admin, "grants").cell("回访核实", "state")).to_contain_text("已停用 · Admin")
    await inspector.reload()
    await expect(by_test_id(inspector, "player")).to_be_visible()
    await expect(by_test_id(inspector, "reveal")).to_have_count(0)
