"""What the desk says: states, refusals and whatever people have called themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from tests.browser.desk.fakes import PlayedSwitch, ago, seat_call

MARKUP = "<img src=x onerror=document.title='owned'><b>" + "超" * 300 + "</b>"
FLAG = {"path": "slow_queue", "reason": MARKUP, "expires_at": ago(-3600)}
PEER = {"kind": "seat", "value": "1002", "label": MARKUP, "state": "talking"}


async def test_300_characters_with_markup_are_text_and_leave_the_page_its_shape(played: PlayedSwitch) -> None:
    played.answers["GET /transfer-targets"] = (
        200,
        {
            "seats": [{"extension": "1002", "display_name": MARKUP, "state": "ready"}],
            "queues": [],
            "directory": [],
        },
    )
    played.pops(
        caller=MARKUP, place=MARKUP, queue_label=MARKUP, flag={"path": "slow_queue", "reason": MARKUP}
    )
    played.in_call("consult", **{"with": PEER})
    await expect(played.seat.part("call-peer")).to_contain_text("<img src=x")
    await expect(played.seat.part("pop-caller")).to_have_text(MARKUP)
    played.in_call("talking")
    await played.seat.call_is("talking")
    await played.seat.press("transfer")
    await expect(played.seat.part("target-seat-1002")).to_contain_text("<b>")
    assert await played.page.locator("img[src=x]").count() == 0
    shape = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert await played.page.evaluate(shape) == [1366, 768]
    assert await played.page.title() != "owned"


async def test_a_refusal_is_told_in_the_servers_words(played: PlayedSwitch) -> None:
    played.refuse("POST /seats/me/call/transfer", "这个号码不在允许名单中。", 422, "number_not_allowed")
    played.in_call()
    await played.seat.call_is("talking")
    await played.seat.to_target("transfer", "number", "13900001111")
    await expect(played.seat.failure).to_have_text("这个号码不在允许名单中。")
    await expect(played.seat.part("pick")).to_be_visible()


async def test_no_answer_of_the_server_says_that_nothing_was_done(played: PlayedSwitch) -> None:
    played.in_call()
    await played.seat.call_is("talking")
    await played.page.route("**/seats/me/call/hold", lambda route: route.abort())
    await played.seat.press("hold")
    await expect(played.seat.failure).to_contain_text("没有执行")


#: Call's state, what may be done then, and what may not.
BUTTONS = [
    ("talking", ["hold", "transfer", "consult", "park", "keypad", "hang-up"], ["mute"]),
    ("hold", ["resume", "transfer", "consult", "park", "hang-up"], ["keypad"]),
    ("consult", ["complete", "swap", "conference", "cancel", "keypad"], ["hold"]),
    ("conference", ["leave", "hang-up", "keypad"], ["hold"]),
]


async def test_buttons_follow_the_call(played: PlayedSwitch) -> None:
    """The same for a desk phone: nothing here has a call in the browser."""
    for state, may, may_not in BUTTONS:
        played.in_call(state, **{"with": PEER})
        await played.seat.call_is(state)
        for name in may:
            await expect(played.seat.part(name)).to_be_enabled()
        for name in may_not:
            await expect(played.seat.part(name)).to_be_disabled()


async def test_wrap_up_counts_down_and_can_be_extended_and_ended(played: PlayedSwitch) -> None:
    until = datetime.now(UTC) + timedelta(seconds=25)
    played.presence("wrap_up", reason="wrapup", until=until.isoformat())
    await expect(played.seat.part("presence-left")).to_contain_text("0:2")
    await played.seat.press("wrap-up-extend")
    await played.seat.press("wrap-up-end")
    assert played.asked == [("POST /seats/me/wrap-up", {"extend_s": 30}), ("POST /seats/me/wrap-up/end", {})]


async def test_a_pause_shows_its_reason_its_limit_and_when_that_is_over(played: PlayedSwitch) -> None:
    await played.seat.press("pause")
    await played.seat.press("pause-meal")
    assert played.asked == [("POST /seats/me/pause", {"reason": "meal"})]
    played.presence("paused", reason="meal", until=ago(20), over_limit=True)
    await expect(played.seat.part("presence-reason")).to_have_text("用餐")
    await expect(played.seat.part("over-limit")).to_be_visible()
    await expect(played.seat.part("changed-elsewhere")).to_be_hidden()


async def test_a_state_somebody_else_gave_is_told(played: PlayedSwitch) -> None:
    played.presence("paused", reason="rest")
    await expect(played.seat.part("changed-elsewhere")).to_contain_text("小休")


async def test_a_missed_call_is_told_with_what_to_do(played: PlayedSwitch) -> None:
    played.presence("paused", reason="missed")
    await expect(played.seat.part("missed")).to_contain_text("示闲")
    await expect(played.seat.part("changed-elsewhere")).to_be_hidden()


async def test_a_notice_is_shown_and_kept(played: PlayedSwitch) -> None:
    notice = {"id": 7, "text": "今晚暴雨 <b>积水</b>", "from": "值班长", "at": ago(1)}
    played.tell({"type": "notice", "notice": notice})
    await expect(played.page.locator(".desk-notice")).to_contain_text("<b>积水</b>")
    await expect(played.seat.part("notice-count")).to_have_text("1")
    await played.seat.part("side").get_by_role("tab", name="通知").click()
    await expect(played.seat.part("notice")).to_contain_text("今晚暴雨")
    await expect(played.seat.part("notice-count")).to_be_hidden()


async def test_the_result_of_a_pin_is_told_without_the_pin(played: PlayedSwitch) -> None:
    played.pops()
    played.tell({"type": "pin", "call_id": seat_call()["call_id"], "result": "right"})
    await expect(played.seat.part("pin-result")).to_have_text("密码正确")


async def test_who_gave_up_before_the_answer_leaves_no_work(played: PlayedSwitch) -> None:
    played.pops()
    await expect(played.seat.pop).to_be_visible()
    played.tell({"type": "pop_over", "call_id": seat_call()["call_id"]})
    await expect(played.seat.pop).to_be_hidden()


async def test_english_is_complete_enough_to_work_in(played: PlayedSwitch) -> None:
    await played.page.locator("[data-test=language]").click()
    await expect(played.seat.part("presence-state")).not_to_have_text("空闲")
    await expect(played.seat.part("hold")).to_have_text("Hold")
