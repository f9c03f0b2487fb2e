"""A trunk over TLS with SRTP: signals and sound are encrypted, and the call is like any other."""

from __future__ import annotations

import wave
from pathlib import Path

from ivr.prompts.audio import audioop
from tests.carrier import Carrier
from tests.dialplan.trunks import secure_phone
from tests.dialplan.trunks.conftest import SECURE, TrunkInstance

#: A prompt is far louder, 16-bit RMS; where a packet's tag does not fit, there is silence.
AUDIBLE = 500


async def test_a_call_over_tls_with_encrypted_sound(trunked: TrunkInstance, tmp_path: Path) -> None:
    known = await trunked.known_calls()
    said = await secure_phone.call(trunked.settings, tmp_path, SECURE, trunked.prompt("greeting"), seconds=5)
    row = await trunked.next_call(known, lambda c: c.ended_at is not None)
    assert (row.trunk, row.answered_at is not None) == ("secure", True), said
    assert "SRTP is Enabled" in said
    with wave.open(str(tmp_path / "heard.wav"), "rb") as file:
        assert audioop.rms(file.readframes(file.getnframes()), 2) > AUDIBLE


async def test_sound_in_clear_is_refused_there(trunked: TrunkInstance) -> None:
    async with Carrier(trunked.settings, SECURE).dial(refused_with=488) as call:
        await call.over(10)
