"""What a person sees and does at a recording's player."""

from __future__ import annotations

from dataclasses import dataclass
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

    async def open(self, recording: Recording, query: str = "", *, words: bool = True) -> Self:
        """The page of its call, drawn, with its `words` if it has any."""
        await self.page.goto(f"/calls/{recording.call_id}{query}")
        await expect(self.waves).to_be_visible()
        if words:
            await expect(self.words.first).to_be_visible()
        return self

    async def tab_to(self, place: Locator) -> None:
        """Press Tab until it is there, as somebody without a mouse does."""
        for _ in range(60):
            if await place.evaluate("node => node === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {place}")

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

    async def watch(self) -> None:
        """Note the whole seconds and the words it comes by from now on."""
        await self.page.evaluate(WATCH)

    async def seen(self) -> list[int]:
        """Whole seconds since `watch`, in their order."""
        found: list[int] = await self.page.evaluate("window.seen")
        return found

    async def says(self, word: str) -> None:
        """Wait until a word has been lit since `watch`."""
        await self.page.wait_for_function("word => window.said.includes(word)", arg=word)

    async def audio(self, expression: str) -> Any:
        """`expression` over the page's audio element `a`; see `SPY`."""
        return await self.page.evaluate(f"() => {{ const a = window.audios.at(-1); return {expression} }}")

    async def hear(self, until: float) -> Heard:
        """Play from the beginning until a second, and tell what was heard; see `SPY`."""
        await self.press("Home")
        await self.page.evaluate("window.listen()")
        await self.press("k")
        await self.passes(until)
        heard = await self.page.evaluate("window.heard()")
        await self.press("k")
        await self.stands()
        return Heard(*(Ear(**ear) for ear in heard))


@dataclass(frozen=True)
class Ear:
    """Root mean square and strongest frequency where it was loudest."""

    loud: float
    hertz: float


@dataclass(frozen=True)
class Heard:
    """What came out of the page."""

    left: Ear
    right: Ear


#: Keeps what changes where a test finds it, however short it is to be seen.
WATCH = """() => {
  const slider = document.querySelector('[data-test=waves]')
  window.seen = []
  window.said = []
  new MutationObserver(() => window.seen.push(Number(slider.ariaValueNow)))
    .observe(slider, { attributes: true, attributeFilter: ['aria-valuenow'] })
  new MutationObserver(changes => {
    for (const { target } of changes) {
      if (target.classList.contains('spoken')) window.said.push(target.innerText)
    }
  }).observe(document.querySelector('[data-test=transcript]'),
    { subtree: true, attributes: true, attributeFilter: ['class'] })
}"""
#: Keeps the page's audio elements, which are in no document, and measures what leaves its audio graph.
SPY = """
window.audios = []
const Real = window.Audio
window.Audio = function (...args) {
  const made = new Real(...args)
  window.audios.push(made)
  return made
}
const connect = AudioNode.prototype.connect
let ears = [], loudest = [], listening = 0
AudioNode.prototype.connect = function (to, ...more) {
  if (to instanceof AudioDestinationNode) {
    const splitter = this.context.createChannelSplitter(2)
    connect.call(this, splitter)
    ears = [0, 1].map(channel => {
      const ear = new AnalyserNode(this.context, { fftSize: 8192, smoothingTimeConstant: 0 })
      connect.call(splitter, ear, channel)
      return ear
    })
  }
  return connect.call(this, to, ...more)
}
function now(ear) {
  const wave = new Float32Array(ear.fftSize)
  ear.getFloatTimeDomainData(wave)
  return Math.sqrt(wave.reduce((sum, one) => sum + one * one, 0) / wave.length)
}
function look() {
  listening = requestAnimationFrame(look)
  ears.forEach((ear, channel) => {
    const loud = now(ear)
    if (loud <= loudest[channel].loud) return
    const bins = new Float32Array(ear.frequencyBinCount)
    ear.getFloatFrequencyData(bins)
    const hertz = bins.indexOf(Math.max(...bins)) * ear.context.sampleRate / ear.fftSize
    loudest[channel] = { loud, hertz }
  })
}
/** From now on; first what sounded before has to die away. */
window.listen = async () => {
  const frame = () => new Promise(requestAnimationFrame)
  while (ears.some(ear => now(ear) > 1e-6)) await frame()
  loudest = [{ loud: 0, hertz: 0 }, { loud: 0, hertz: 0 }]
  look()
}
window.heard = () => {
  cancelAnimationFrame(listening)
  return loudest
}
"""
