"""From draft to closed case."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.pages import CallPage, CasePage, Console, by_test_id


async def test_draft_is_filled_in_and_saved_by_itself(seat: Console, own_call: str) -> None:
    page = await CallPage(seat.page).open(own_call)
    await expect(page.draft.box("description")).not_to_have_value("")
    await page.draft.box("address").fill("人民路 15 号门口")
    await page.draft.choose("district", "中山区")
    await page.draft.saved()
    await seat.page.reload()
    await expect(page.draft.box("address")).to_have_value("人民路 15 号门口")
    await expect(page.draft.field("district")).to_contain_text("中山区")


async def test_mistakes_are_shown_at_their_fields_and_do_not_hold_up_the_rest(
    seat: Console, own_call: str
) -> None:
    page = await CallPage(seat.page).open(own_call)
    await page.draft.submit()
    await expect(page.draft.mistake("kind")).to_contain_text("请填写")
    await expect(page.draft.mistake("district")).to_contain_text("请填写")
    await page.draft.box("address").fill("路" * 257)
    await page.draft.box("reporter_name").fill("张先生")
    await expect(page.draft.mistake("address")).to_contain_text("256")
    await seat.page.reload()
    await expect(page.draft.box("reporter_name")).to_have_value("张先生")
    await expect(page.draft.box("address")).not_to_have_value("路" * 257)


async def test_mistakes_and_history_are_told_in_english(seat: Console, own_call: str) -> None:
    page = await CallPage(seat.page).open(own_call)
    await seat.switch_language()
    await page.draft.submit()
    await expect(page.draft.mistake("kind")).to_have_text("Required")
    await page.draft.box("address").fill("路" * 257)
    await expect(page.draft.mistake("address")).to_have_text("At most 256 characters")
    await seat.page.get_by_role("link", name="Open case").click()
    history = CasePage(seat.page).history
    await expect(history).to_contain_text("Changed: Call-back number, Urgency, Wants a visit")


async def test_what_does_not_exist_is_no_failure(seat: Console) -> None:
    for path, told in (("/calls/nobody-rang", "没有找到这个来电"), ("/cases/999999", "没有找到这个案卷")):
        await seat.page.goto(path)
        await expect(by_test_id(seat.page, "missing")).to_have_text(told)


async def test_two_people_in_one_draft_are_told_who_was_faster(
    seat: Console, leader: Console, own_call: str
) -> None:
    mine = await CallPage(seat.page).open(own_call)
    theirs = await CallPage(leader.page).open(own_call)
    await expect(mine.draft.box("description")).not_to_have_value("")
    await mine.page.context.set_offline(True)
    await mine.draft.box("address").fill("我写的地址")
    await theirs.draft.box("address").fill("他写的地址")
    await theirs.draft.box("reporter_name").fill("赵女士")
    await theirs.draft.saved()
    await mine.page.context.set_offline(False)
    await expect(mine.draft.conflict).to_contain_text("值班长")
    await expect(mine.draft.box("reporter_name")).to_have_value("赵女士")
    await mine.page.get_by_role("button", name="采用对方的").click()
    await expect(mine.draft.box("address")).to_have_value("他写的地址")
    await expect(mine.draft.conflict).to_have_count(0)


async def test_case_goes_from_draft_to_closed(seat: Console, leader: Console, own_call: str) -> None:
    page = await CallPage(seat.page).open(own_call)
    await page.draft.choose("kind", "投诉")
    await page.draft.choose("district", "中山区")
    await page.draft.choose("street", "人民路街道")
    await page.draft.choose("category", "0137 路灯", search="路灯")
    await page.draft.submit()
    await expect(page.draft.number).to_have_text(re.compile(r"^\d{19}$"))
    number = await page.draft.number.inner_text()

    await leader.page.goto("/cases")
    await leader.page.get_by_text("已登记", exact=True).first.click()
    await leader.page.get_by_role("link", name=number).click()
    case = CasePage(leader.page)
    await expect(case.facts).to_contain_text("0137")
    await case.move("establish", note="情况属实")
    await expect(case.stage.first).to_have_text("已立案")
    await expect(case.history).to_contain_text("情况属实")
    await case.move("close")
    await expect(case.stage.first).to_have_text("已结案")
    await expect(case.history).to_contain_text("已立案 → 已结案")

    await seat.page.get_by_role("link", name="打开案卷").click()
    await expect(CasePage(seat.page).history).to_contain_text("值班长")
    await expect(CasePage(seat.page).move_button("close")).to_have_count(0)
    await CasePage(seat.page).to_call.click()
    await expect(seat.page).to_have_url(re.compile(f"/calls/{re.escape(own_call)}$"))
