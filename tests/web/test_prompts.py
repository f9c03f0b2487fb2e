"""Reading and hearing the prompts."""

from __future__ import annotations

import io
import wave

import pytest

from ivr.prompts import stamps
from ivr.prompts.sound import write
from tests.web.world import World


@pytest.fixture
def built(world: World) -> None:
    """A sentence in Chinese, a unit in English, and a file outside that nobody may fetch."""
    folder = world.settings.prompts_dir
    for language, name in (("zh_CN", "greeting"), ("en", "digits/5")):
        seconds = write(folder / language / name, {"alaw": b"\xd5" * 4000, "sln16": b"\1\0" * 8000})
        stamp = stamps.Stamp(made_of="x", source="synthesised", seconds=seconds, refused=None)
        stamps.write(folder / language, {name: stamp})
    (folder / "secret.sln16").write_bytes(b"not for you")


async def test_the_list_says_what_is_built(world: World, built: None) -> None:
    answer = await (await world.client("seat1")).get("/api/v1/prompts")
    items = {item["id"]: item for item in (await answer.json())["items"]}
    assert answer.status == 200
    assert items["greeting"]["zh"].startswith("您好")
    assert items["greeting"]["kind"] == "sentence"
    assert items["greeting"]["languages"] == {
        "zh_CN": {"seconds": 0.5, "source": "synthesised", "refused": None}
    }
    assert (items["digits/5"]["zh"], items["digits/5"]["en"]) == ("五", "five")
    assert set(items["digits/5"]["languages"]) == {"en"}
    assert items["goodbye"]["languages"] == {}


@pytest.mark.parametrize("address", ["zh_CN/greeting", "en/digits%2F5"])
async def test_audio_is_a_wav_file(world: World, built: None, address: str) -> None:
    answer = await (await world.client("seat1")).get(f"/api/v1/prompts/{address}/audio")
    assert (answer.status, answer.content_type) == (200, "audio/wav")
    with wave.open(io.BytesIO(await answer.read())) as sound:
        assert (sound.getframerate(), sound.getnframes(), sound.getnchannels()) == (16000, 8000, 1)


@pytest.mark.parametrize(
    "address",
    [
        *("zh_CN/goodbye", "zh_CN/digits%2F5", "fr/greeting", "..%2Fzh_CN/greeting"),
        *("zh_CN/..%2Fsecret", "zh_CN/..%2F..%2F..%2Fetc%2Fpasswd", "zh_CN/%2Fetc%2Fpasswd"),
        *("zh_CN/stamps.json", "zh_CN/.%2Fgreeting", "zh_CN/greeting%00", "zh_CN/" + "x" * 2000),
    ],
)
async def test_nothing_else_can_be_fetched(world: World, built: None, address: str) -> None:
    answer = await (await world.client("seat1")).get(f"/api/v1/prompts/{address}/audio")
    assert answer.status == 404
    assert b"not for you" not in await answer.read()


async def test_a_stamp_without_its_file_is_not_found(world: World, built: None) -> None:
    (world.settings.prompts_dir / "zh_CN" / "greeting.sln16").unlink()
    answer = await (await world.client("seat1")).get("/api/v1/prompts/zh_CN/greeting/audio")
    assert answer.status == 404
