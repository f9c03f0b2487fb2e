"""Where a case is: what the caller says is found, and the city's tree, names and components are kept."""

from __future__ import annotations

import json
import re

from playwright.async_api import expect

from tests.browser.pages import CallPage, Console, by_test_id

SAID = "星海广场西边那个加油站"


async def test_a_seat_takes_what_the_caller_said(seat: Console, own_call: str) -> None:
    page = seat.page
    await CallPage(page).open(own_call)
    await by_test_id(page, "place-text").fill(SAID)
    await by_test_id(page, "place-find").click()
    hits = by_test_id(page, "place-hits").locator("li")
    await expect(hits.first).to_contain_text("星海西加油站")
    await expect(hits.first).to_contain_text("星海广场西边约")
    await hits.first.locator('[data-test="take-place"]').click()
    await expect(by_test_id(page, "point")).to_contain_text("121.582200")
    await expect(by_test_id(page, "cell")).to_have_text(re.compile("^210204017[0-9]{6}$"))
    await expect(page.locator('[data-field="street"]')).to_contain_text("星海湾街道")
    # It is saved by itself, and is there when the page is opened anew.
    await expect(page.get_by_text("已自动保存")).to_be_visible()
    await page.reload()
    await expect(by_test_id(page, "cell")).to_have_text(re.compile("^210204017"))


async def test_an_administrator_looks_around_and_a_wrong_file_is_named(admin: Console) -> None:
    page = admin.page
    await page.goto("/case-settings/places")
    await page.locator('[data-open="2102"]').click()
    await page.locator('[data-open="210299"]').click()
    await expect(by_test_id(page, "place-tree")).to_contain_text("凌水街道")
    await page.get_by_role("tab", name="部件").click()
    await by_test_id(page, "part-place").fill(SAID)
    await by_test_id(page, "part-find").click()
    await by_test_id(page, "take-place").first.click()
    await expect(by_test_id(page, "part-inside")).to_contain_text("星海湾街道")
    await by_test_id(page, "import-places").click()
    lamp = {"type": "Feature", "properties": {"code": "2102"}, "geometry": None}
    text = json.dumps({"type": "FeatureCollection", "features": [lamp]})
    file = {"name": "parts.json", "mimeType": "application/json", "buffer": text.encode()}
    await page.locator(".el-dialog input[type=file]").set_input_files(files=[file])
    await expect(by_test_id(page, "import-refused")).to_be_visible()
    await expect(page.locator(".mistakes")).to_contain_text("第 1 个要素（2102） code：须是 16 位数字")
    await expect(by_test_id(page, "import-apply")).to_be_disabled()
