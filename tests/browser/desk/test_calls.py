"""A seat's browser is its telephone: real calls, real sound, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import expect

from ivr.prompts.audio import audioop
from tests import ear
from tests.browser.desk.conftest import OpenSeat
from tests.browser.desk.driver import BrowserSeat
from tests.browser.pages import Draft
from tests.carrier import PhoneCall
from tests.instance import HotlineInstance

#: Of what the seat says (the prompt "message-thanks"), heard anywhere in it.
SAID = "留言"
#: Loudness of the caller on the seat's meter, of 100.
LOUD = 20


@asynccontextmanager
async def calling(hotline: HotlineInstance, caller: str) -> AsyncIterator[PhoneCall]:
    """A citizen who asks for a person."""
    async with hotline.carrier.dial(caller=caller) as call:
        await call.hear(0.5)
        await call.press("0")
        yield call


async def hears_the_seat(call: PhoneCall, seconds: float = 5.0) -> bool:
    """Whether the next seconds of the caller's line hold what the seat says."""
    start = len(call.line.sound)
    await call.hear(seconds)
    return SAID in ear.text(ear.load(), audioop.alaw2lin(bytes(call.line.sound[start:]), 2))


async def hears_the_caller(seat: BrowserSeat) -> None:
    """Wait until the desk's meter shows somebody speaking at the other end."""
    level = "Number(document.querySelector('[data-test=their-level]')?.getAttribute('aria-valuenow'))"
    await seat.page.wait_for_function(f"least => {level} >= least", arg=LOUD)


async def test_a_call_is_answered_and_both_hear_each_other(
    hotline: HotlineInstance, at_desk: OpenSeat
) -> None:
    seat = await at_desk()
    await seat.log_in()
    async with calling(hotline, "13811112222") as call:
        await seat.rings()
        await expect(seat.part("pop-caller")).to_contain_text("138")
        await seat.press("answer")
        await seat.call_is("talking")
        await seat.in_state("talking")
        assert await hears_the_seat(call)
        await call.say(hotline.prompt("message-thanks"))
        await hears_the_caller(seat)
        await expect(seat.part("quality")).to_have_attribute("data-level", "good")
        await seat.hang_up()
        await call.over()
    await seat.in_state("ready")


async def test_a_page_loaded_anew_goes_on_with_its_call(hotline: HotlineInstance, at_desk: OpenSeat) -> None:
    seat = await at_desk()
    await seat.log_in()
    async with calling(hotline, "13822223333") as call:
        await seat.answer()
        await seat.page.reload()
        await seat.call_is("talking", within_ms=20_000)
        await expect(seat.part("mute")).to_be_enabled()
        await expect(seat.part("pop-caller")).to_contain_text("138")
        assert await hears_the_seat(call)
        await seat.hang_up()
        await call.over()


async def test_what_is_typed_outlives_the_call_the_next_one_and_a_reload(
    hotline: HotlineInstance, at_desk: OpenSeat
) -> None:
    seat = await at_desk()
    await seat.log_in()
    draft = Draft(seat.page)
    async with calling(hotline, "13833334444") as call:
        await seat.answer()
        await draft.box("description").fill("井盖丢了，在建国路")
        await seat.hang_up()
        await call.over()
    await seat.in_state("ready")
    shown = seat.page.locator('[data-field="description"] textarea:visible')
    await expect(shown).to_have_value("井盖丢了，在建国路")
    async with calling(hotline, "13844445555") as call:
        await seat.answer()
        await expect(seat.part("unfinished")).to_contain_text("1")
        await expect(shown).to_have_value("")
        await shown.fill("路灯不亮")
        first = seat.part("work-tab").filter(has_text="未完成")
        await first.locator("[role=tab]").click()
        await expect(shown).to_have_value("井盖丢了，在建国路")
        await seat.hang_up()
        await call.over()
    await seat.page.reload()
    await expect(seat.part("unfinished")).to_contain_text("2")
    await expect(shown).to_have_value("路灯不亮")


async def test_a_caller_is_held_parked_and_fetched_again(hotline: HotlineInstance, at_desk: OpenSeat) -> None:
    seat = await at_desk()
    await seat.log_in()
    async with calling(hotline, "13855556666") as call:
        await seat.answer()
        await seat.press("hold")
        await seat.call_is("hold")
        await seat.press("resume")
        await seat.call_is("talking")
        await seat.press("park")
        await seat.call_is("none")
        await expect(seat.part("parked")).to_contain_text("138", timeout=10_000)
        await seat.press("retrieve")
        await seat.call_is("talking", within_ms=15_000)
        assert await hears_the_seat(call)
        await seat.hang_up()
        await call.over()
