"""A call's page: its path, its recording, its words."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.pages import CallPage, by_test_id


async def test_path_and_facts_tell_what_happened(call_page: CallPage) -> None:
    await expect(call_page.path).to_contain_text("问候与录音告知")
    await expect(call_page.path.locator("kbd").first).to_have_text("2")
    await expect(call_page.path).to_contain_text("开始留言")
    await expect(call_page.facts).to_contain_text("12319")
    await expect(by_test_id(call_page.page, "outcome")).to_have_text("留言")


async def test_both_tracks_are_drawn_and_played(call_page: CallPage) -> None:
    await expect(call_page.waves.locator("canvas").first).to_be_visible()
    # Each of the two tracks, a half of the canvas, has bars of its colour.
    drawn = await call_page.waves.locator("canvas").first.evaluate(
        """canvas => [0, 1].map(track => {
          const half = canvas.height / 2
          const data = canvas.getContext('2d').getImageData(0, track * half, canvas.width, half).data
          const colours = new Set()
          for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] === 255) colours.add(data.slice(at, at + 3).join())
          }
          return [...colours]
        })"""
    )
    assert drawn == [["227,171,128"], ["147,182,222"]]
    await call_page.play.click()
    await expect(call_page.play).to_have_attribute("aria-label", "暂停")
    await expect(by_test_id(call_page.page, "position")).to_contain_text("0:02 /", timeout=8000)
    await call_page.page.keyboard.press("Escape")
    await call_page.waves.focus()
    await call_page.page.keyboard.press("Space")
    await expect(call_page.play).to_have_attribute("aria-label", "播放")


async def test_arrows_and_clicks_seek(call_page: CallPage) -> None:
    await call_page.waves.focus()
    await call_page.page.keyboard.press("ArrowRight")
    assert await call_page.position_s() == 5
    await call_page.page.keyboard.press("ArrowLeft")
    assert await call_page.position_s() == 0
    box = await call_page.waves.bounding_box()
    assert box is not None
    await call_page.waves.click(position={"x": box["width"] / 2, "y": 20})
    whole = int(await call_page.waves.get_attribute("aria-valuemax") or 0)
    assert abs(await call_page.position_s() - whole / 2) <= 1


async def test_click_on_a_word_seeks_and_lights_it(call_page: CallPage) -> None:
    word = call_page.words.nth(await call_page.words.count() - 1)
    said = await word.inner_text()
    await word.click()
    await expect(call_page.spoken).to_have_text(said)
    assert await call_page.position_s() > 0


async def test_test_model_is_named_as_such(call_page: CallPage) -> None:
    await expect(call_page.test_model).to_contain_text("测试模型")
    await call_page.test_model.click()
    explained = call_page.page.get_by_role("tooltip").get_by_text("只用合成语音训练")
    await expect(explained.locator("visible=true")).to_have_count(1)
