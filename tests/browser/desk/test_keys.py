"""Keys of the desk: each does its button's work, and none fires while somebody types."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.desk.fakes import PlayedSwitch

#: Call's state, key, and the verb its button sends.
KEYS = [
    ("talking", "h", "hold"),
    ("hold", "h", "resume"),
    ("talking", "x", "hangup"),
    ("consult", "g", "complete"),
    ("consult", "z", "cancel"),
]


async def test_a_key_does_what_its_button_does(played: PlayedSwitch) -> None:
    peer = {"kind": "seat", "value": "1002", "label": "坐席 1002", "state": "talking"}
    for state, key, verb in KEYS:
        played.in_call(state, **({"with": peer} if state == "consult" else {}))
        await played.seat.call_is(state)
        async with played.page.expect_response(f"**/seats/me/call/{verb}"):
            await played.page.keyboard.press(f"Alt+{key}")
        # A key does nothing while the button before is still at work.
        await expect(played.page.locator(".is-loading")).to_have_count(0)


async def test_a_key_does_nothing_where_its_button_may_not_be_pressed(played: PlayedSwitch) -> None:
    for key in "ahxtcgzkm":
        await played.page.keyboard.press(f"Alt+{key}")
    await expect(played.seat.part("pick")).to_be_hidden()
    assert played.asked == []


async def test_question_mark_shows_the_keys_but_not_to_who_types(played: PlayedSwitch) -> None:
    await played.seat.part("side").get_by_role("tab", name="外呼").click()
    box = played.seat.part("dial-number")
    await box.press("?")
    await box.press("h")
    await expect(box).to_have_value("?h")
    await expect(played.seat.part("shortcuts")).to_be_hidden()
    await box.blur()
    await played.page.keyboard.press("?")
    await expect(played.seat.part("shortcuts")).to_contain_text("Alt+A")
    assert played.asked == []


async def test_keys_work_while_somebody_types_because_they_need_alt(played: PlayedSwitch) -> None:
    played.in_call()
    await played.seat.call_is("talking")
    await played.seat.part("side").get_by_role("tab", name="外呼").click()
    box = played.seat.part("dial-number")
    await box.fill("010")
    async with played.page.expect_request("**/seats/me/call/hold"):
        await box.press("Alt+h")
    await expect(box).to_have_value("010")
