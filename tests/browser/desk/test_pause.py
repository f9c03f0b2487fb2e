"""The desk's button that pauses the recording of the call."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desk.fakes import PlayedSwitch, ago

API = "/seats/me/call/recording"
GOES_ON = {"paused": False, "until": None}


async def test_paused_with_the_seconds_left_and_resumed(played: PlayedSwitch) -> None:
    played.answers[f"GET {API}"] = (200, GOES_ON)
    button = played.seat.part("pause-recording")
    await expect(button).to_be_disabled()
    played.in_call()
    await played.seat.call_is("talking")
    await expect(button).to_have_text("暂停录音")
    played.answers[f"POST {API}"] = (200, {"paused": True, "until": ago(-60)})
    await button.click()
    await expect(button).to_contain_text("继续录音")
    await expect(button).to_contain_text("秒后自动继续")
    await expect(button).to_have_attribute("aria-pressed", "true")
    played.answers[f"POST {API}"] = (200, GOES_ON)
    await expect(played.page.locator(".is-loading")).to_have_count(0)
    await button.click()
    await expect(button).to_have_text("暂停录音")
    assert [asked for asked in played.asked if asked[0].endswith(API)] == [
        (f"POST {API}", {"paused": True}),
        (f"POST {API}", {"paused": False}),
    ]


async def test_a_page_loaded_in_mid_pause_knows_and_is_told_when_it_is_over(played: PlayedSwitch) -> None:
    played.answers[f"GET {API}"] = (200, {"paused": True, "until": ago(-2)})
    played.in_call()
    button = played.seat.part("pause-recording")
    await expect(button).to_contain_text("继续录音")
    played.answers[f"GET {API}"] = (200, GOES_ON)
    await expect(button).to_have_text("暂停录音")


async def test_a_refusal_is_said_in_words(played: PlayedSwitch) -> None:
    played.answers[f"GET {API}"] = (200, GOES_ON)
    played.in_call()
    played.refuse(f"POST {API}", "请先接回市民，再暂停录音。")
    await played.seat.part("pause-recording").click()
    await expect(played.page.locator(".el-message")).to_contain_text("请先接回市民")
    await expect(played.seat.part("pause-recording")).to_have_text("暂停录音")
