"""What the callers of this folder do: each is one call, told apart by its number, all at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ivr.ledger.tables import Call
from tests.carrier import Callee, PhoneCall
from tests.instance import HotlineInstance
from ticketing.tables import Case, Stage

CASE, CASE_PHONE = "2102022026112300001", "13800001234"
#: A-law goes through the switch untouched, so a piece of a sound is found again in what was heard.
_FROM, _TO = 3200, 4800


@dataclass
class Story:
    """What one caller heard, what the duty phone heard, and what the ledger says."""

    row: Call
    heard: bytes
    duty: tuple[list[str], bytes] = field(default_factory=lambda: ([], b""))

    @property
    def path(self) -> list[tuple[str, str]]:
        return [(step["step"], step["key"]) for step in self.row.menu_path]

    @property
    def steps(self) -> list[str]:
        return [step for step, _ in self.path]

    def said(self, sound: bytes) -> bool:
        """Whether `sound` was heard."""
        return is_in(sound, self.heard)


def is_in(sound: bytes, heard: bytes) -> bool:
    piece = sound[_FROM:_TO] or sound[-1600:]
    assert len(set(piece)) > 10, "silence is everywhere"
    return piece in heard


def prompt(city: HotlineInstance, name: str, language: str = "zh_CN") -> bytes:
    """A built prompt, headerless A-law."""
    return (Path(city.settings.prompts_dir) / language / f"{name}.alaw").read_bytes()


async def tell(city: HotlineInstance, caller: str, call: PhoneCall) -> Story:
    """The story of the call from `caller`, once it is over."""
    row = await city.next_call(set(), lambda c: c.caller == caller and c.ended_at is not None, 60)
    return Story(row, bytes(call.line.sound))


async def english(city: HotlineInstance, caller: str) -> Story:
    """Listens to everything, chooses English, then a person."""
    menus = [("greeting", "zh_CN"), ("menu-language", "zh_CN"), ("menu-english", "en")]
    first = sum(len(prompt(city, *name)) for name in menus) / 8000
    async with city.carrier.dial(caller=caller, hang_up_after_s=first + 9) as call:
        await call.hear(first + 0.5)
        await call.press("2")
        await call.hear(2.5)
        await call.press("0")
        await call.over()
    return await tell(city, caller, call)


async def progress(city: HotlineInstance, caller: str) -> Story:
    """Keys in everything ahead: Mandarin, progress, by number, the number, the proof."""
    at = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    async with city.sessions.begin() as db:
        db.add(
            Case(
                number=CASE,
                stage=Stage.ESTABLISHED,
                source="telephone",
                caller_number=CASE_PHONE,
                created_at=at,
                changed_at=at,
                registered_at=at,
                established_at=at,
            )
        )
    async with city.carrier.dial(caller=caller, hang_up_after_s=32) as call:
        await call.hear(0.5)
        await call.press("122" + CASE + "#" + CASE_PHONE[-4:] + "#")
        await call.over()
    return await tell(city, caller, call)


async def wrong_proof(city: HotlineInstance, caller: str) -> Story:
    """Knows a case number, not the phone; the number of the caller is hidden."""
    who = "<sip:anonymous@anonymous.invalid>"
    known = await city.known_calls()
    async with city.carrier.dial(who=who, hang_up_after_s=20) as call:
        await call.hear(0.5)
        await call.press("12" + CASE + "1111" + "2222" + "3333")
        await call.over()
    row = await city.next_call(known, lambda c: c.caller_kind == "withheld" and c.ended_at is not None, 60)
    return Story(row, bytes(call.line.sound))


async def duty_phone(city: HotlineInstance, caller: str) -> Story:
    """Gas: put through to the duty phone, both hear each other."""
    async with city.carrier.called(hang_up_after_s=5) as duty, city.carrier.dial(caller=caller) as call:
        await _to_the_duty_phone(call, duty)
        await asyncio.gather(duty.say(city.prompt("greeting")[:24000]), call.say(city.prompt("goodbye")))
        await duty.over()
        rang = duty.rang
        await call.over()
    story = await tell(city, caller, call)
    story.duty = (rang, bytes(duty.line.sound))
    return story


async def _to_the_duty_phone(call: PhoneCall, duty: Callee) -> None:
    await call.hear(0.5)
    await call.press("1311")
    await duty.hear(1)


async def busy_duty_phone(city: HotlineInstance, caller: str) -> Story:
    """The same, while the duty phone is busy."""
    dial = city.carrier.dial(caller=caller, hang_up_after_s=13)
    async with city.carrier.called(status=486) as duty, dial as call:
        await call.hear(0.5)
        await call.press("1311")
        await duty.over()
        await call.over()
    return await tell(city, caller, call)


async def duty_phones(city: HotlineInstance, caller: str) -> Story:
    """One after the other: there is one carrier to ring."""
    story = await duty_phone(city, caller)
    await busy_duty_phone(city, BUSY)
    return story


async def wrong_keys(city: HotlineInstance, caller: str) -> Story:
    """Presses what means nothing, without end."""
    async with city.carrier.dial(caller=caller, hang_up_after_s=7) as call:
        await call.hear(0.5)
        await call.press("9" * 15)
        await call.over()
    return await tell(city, caller, call)


async def confidential(city: HotlineInstance, caller: str) -> Story:
    """Reports in confidence, then asks for a person."""
    async with city.carrier.dial(caller=caller, hang_up_after_s=5) as call:
        await call.hear(0.5)
        await call.press("150")
        await call.over()
    return await tell(city, caller, call)


Caller = Callable[[HotlineInstance, str], Awaitable[Story]]
BUSY = "13900000009"
#: Number → what that caller does.
CALLERS: Mapping[str, Caller] = {
    "13900000001": english,
    "13900000002": progress,
    "13900000003": wrong_proof,
    "13900000004": duty_phones,
    "13900000005": wrong_keys,
    "13900000006": confidential,
}
