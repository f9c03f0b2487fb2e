"""Keys in the three ways carriers send them: RFC 4733 events, SIP INFO, tones in the sound."""

from __future__ import annotations

import asyncio
import math
import struct

from ivr.prompts.audio import audioop
from tests.carrier import RATE_HZ, Carrier
from tests.dialplan.trunks.conftest import IVR_PORTS, SECOND, TrunkInstance

#: ITU-T Q.23: row and column of the keypad, Hz.
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
_KEYS = "123456789*0#"
_TONE_S, _GAP_S, _VOLUME = 0.12, 0.12, 7000


def tone(key: str) -> bytes:
    """A key as sound, A-law."""
    at = _KEYS.index(key)
    pair = _ROWS[at // 3], _COLUMNS[at % 3]
    samples = [
        sum(int(_VOLUME * math.sin(2 * math.pi * hertz * n / RATE_HZ)) for hertz in pair)
        for n in range(int(_TONE_S * RATE_HZ))
    ]
    samples += [0] * int(_GAP_S * RATE_HZ)
    return audioop.lin2alaw(struct.pack(f"<{len(samples)}h", *samples), 2)


#: Way → whether the carrier offers RFC 4733, and what it does to send a 9.
WAYS = {
    "events": (True, {"events"}),
    "INFO": (True, {"info"}),
    "tones": (False, {"tones"}),
    "INFO, no events offered": (False, {"info"}),
    "tones beside events": (True, {"events", "tones"}),
}


async def _press(trunked: TrunkInstance, caller: str, events: bool, means: set[str]) -> None:
    carrier, info_key = Carrier(trunked.settings, SECOND), "9" if "info" in means else ""
    async with carrier.dial(caller=caller, hang_up_after_s=3, events=events, info_key=info_key) as call:
        await call.hear(0.8)
        if "events" in means:
            await call.press("9")
        if "tones" in means:
            await call.say(tone("9"))
        await call.over()


async def test_a_key_is_understood_once_however_it_comes(trunked: TrunkInstance) -> None:
    known = await trunked.known_calls()
    callers = {way: f"1380000{number:04}" for number, way in enumerate(WAYS)}
    assert len(callers) <= IVR_PORTS, "all at once"
    await asyncio.gather(*(_press(trunked, callers[way], *how) for way, how in WAYS.items()))
    understood = {}
    for way, caller in callers.items():
        row = await trunked.next_call(known, lambda c, who=caller: c.caller == who and c.ended_at is not None)
        understood[way] = row.menu_path[0]["key"]
    assert understood == dict.fromkeys(WAYS, "9")
