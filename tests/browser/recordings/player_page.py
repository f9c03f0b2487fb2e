"""What a person sees and does at a recording's player."""

from __future__ import annotations

from typing import Any, Self

from playwright.async_api import Locator, Page, expect

from recorder.tables import Recording
from tests.browser.pages import by_test_id


class Player:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.play = self.part("play")
        self.waves = self.part("waves")
        self.position = self.part("position")
        self.words = page.locator("[data-word]")
        self.spoken = page.locator(".spoken")
        self.pins = page.locator("[data-pin]")
        self.failure = self.part("player-failure")

    def part(self, name: str) -> Locator:
        return by_test_id(self.page, name)

    async def open(self, recording: Recording, query: str = "") -> Self:
        """The page of its call, drawn."""
        await self.page.goto(f"/calls/{recording.call_id}{query}")
        await expect(self.waves).to_be_visible()
        await expect(self.words.first).to_be_visible()
        return self

    async def at(self, seconds: int) -> None:
        """Wait until it stands at a whole second."""
        await expect(self.waves).to_have_attribute("aria-valuenow", str(seconds))

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def plays(self) -> None:
        await expect(self.play).to_have_attribute("aria-label", "暂停")

    async def stands(self) -> None:
        await expect(self.play).to_have_attribute("aria-label", "播放")

    async def passes(self, seconds: float) -> None:
        """Wait until the sound has come by `seconds`."""
        script = "at => Number(document.querySelector('[data-test=waves]').ariaValueNow) >= at"
        await self.page.wait_for_function(script, arg=seconds)

    async def places(self) -> list[int]:
        """The positions from now on, as they are shown; see `seen`."""
        await self.page.evaluate(
            """() => {
              const slider = document.querySelector('[data-test=waves]')
              window.seen = []
              new MutationObserver(() => window.seen.push(Number(slider.ariaValueNow)))
                .observe(slider, { attributes: true, attributeFilter: ['aria-valuenow'] })
            }"""
        )
        return []

    async def seen(self) -> list[int]:
        found: list[int] = await self.page.evaluate("window.seen")
        return found

    async def audio(self, expression: str) -> Any:
        """`expression` over the page's audio element `a`; see `SPY`."""
        return await self.page.evaluate(f"() => {{ const a = window.audios.at(-1); return {expression} }}")


#: Keeps the page's audio elements where a test finds them: the player's are in no document.
SPY = """
window.audios = []
const Real = window.Audio
window.Audio = function (...args) {
  const made = new Real(...args)
  window.audios.push(made)
  return made
}
"""
