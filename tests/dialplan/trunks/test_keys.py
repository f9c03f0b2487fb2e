"""Keys in the three ways carriers send them: RFC 4733 events, SIP INFO, tones in the sound."""

from __future__ import annotations

import math
import struct

import pytest

from ivr.prompts.audio import audioop
from tests.carrier import RATE_HZ, Carrier
from tests.dialplan.trunks.conftest import SECOND, TrunkInstance

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


@pytest.mark.parametrize("way", ["events", "info", "tones", "info without events", "events and tones"])
async def test_a_key_is_understood_once(trunked: TrunkInstance, way: str) -> None:
    carrier, known = Carrier(trunked.settings, SECOND), await trunked.known_calls()
    events = way not in ("tones", "info without events")
    info_key = "9" if "info" in way else ""
    async with carrier.dial(hang_up_after_s=3, events=events, info_key=info_key) as call:
        await call.hear(0.8)
        if "events" in way and not info_key:
            await call.press("9")
        if "tones" in way:
            await call.say(tone("9"))
        await call.over()
    row = await trunked.next_call(known, lambda c: c.ended_at is not None)
    assert row.menu_path[0]["key"] == "9", row.menu_path
