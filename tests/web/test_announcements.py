"""Announcements and articles over the API: spoken, uploaded, refused with a reason, heard as WAV."""

from __future__ import annotations

import io
import subprocess
import wave
from datetime import timedelta
from typing import Any

import pytest

from core.native import command
from ivr.house import sounds
from ivr.prompts.audio import AudioSegment, Sine
from tests.web.world import Client, World

ANNOUNCEMENTS, ARTICLES = "/api/v1/announcements", "/api/v1/articles"


def _form(world: World, **more: Any) -> dict[str, Any]:
    now = world.clock.now()
    times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=6)).isoformat()}
    return {"title": "台风", "text_zh": "台风今晚登陆，请减少外出。", "mode": "before"} | times | more


def _tone(seconds: float = 2.0, volume: float = -6.0) -> bytes:
    file = io.BytesIO()
    tone = Sine(440, sample_rate=8000).to_audio_segment(duration=int(seconds * 1000), volume=volume)
    tone.export(file, "wav")
    return file.getvalue()


async def _make(client: Client, world: World, **more: Any) -> tuple[int, Any]:
    answer = await client.post(ANNOUNCEMENTS, json=_form(world, **more))
    return answer.status, await answer.json()


async def _heard(client: Client, path: str) -> AudioSegment:
    answer = await client.get(path)
    assert (answer.status, answer.content_type) == (200, "audio/wav")
    return AudioSegment.from_wav(io.BytesIO(await answer.read()))


async def test_it_is_spoken_and_changes_its_state_with_the_time(house: World) -> None:
    leader = await house.client("leader")
    later = (house.clock.now() + timedelta(hours=1)).isoformat()
    status, made = await _make(leader, house, starts_at=later)
    assert (status, made["state"], made["source"], made["has_audio"]) == (201, "planned", "synthesised", True)
    heard = await _heard(leader, f"{ANNOUNCEMENTS}/{made['id']}/audio")
    assert 1.5 < heard.duration_seconds < 8
    assert heard.dBFS > -30
    states = []
    for hours in (1, 5):
        house.clock.advance(timedelta(hours=hours))
        [row] = (await (await leader.get(ANNOUNCEMENTS)).json())["items"]
        states.append(row["state"])
    assert states == ["active", "over"]
    [entry] = await house.audit("announcement:made")
    assert (entry.subject, entry.detail["mode"]) == (f"announcement:{made['id']}", "before")


async def test_a_new_text_is_a_new_sound_and_switching_off_is_not(house: World) -> None:
    leader = await house.client("leader")
    _, made = await _make(leader, house)
    path = f"{ANNOUNCEMENTS}/{made['id']}"
    first = await (await leader.get(path + "/audio")).read()
    off = await (await leader.patch(path, json={"enabled": False})).json()
    assert off["state"] == "off"
    assert await (await leader.get(path + "/audio")).read() == first
    more = {"text_zh": "台风已过，服务恢复。", "text_en": "The typhoon is over.", "enabled": True}
    changed = await (await leader.patch(path, json=more)).json()
    assert changed["state"] == "active"
    chinese = await (await leader.get(path + "/audio")).read()
    english = await (await leader.get(path + "/audio?language=en")).read()
    assert len({first, chinese, english}) == 3
    assert (await leader.delete(path)).status == 204
    assert (await leader.get(path + "/audio")).status == 404
    assert len(await house.audit("announcement:changed")) == 2
    assert len(await house.audit("announcement:removed")) == 1


async def test_an_uploaded_sound_is_levelled(house: World) -> None:
    leader = await house.client("leader")
    _, made = await _make(leader, house, text_zh="", source="uploaded")
    assert (made["has_audio"], made["state"]) == (False, "off")
    path = f"{ANNOUNCEMENTS}/{made['id']}/audio"
    assert (await leader.get(path)).status == 404
    answer = await leader.post(path, data=_tone(volume=-25), headers={"Content-Type": "audio/wav"})
    assert (answer.status, (await answer.json())["state"]) == (200, "active")
    heard = await _heard(leader, path)
    assert abs(heard.duration_seconds - 2) < 0.3
    assert abs(heard.dBFS - -20) < 3
    assert await _heard(leader, path + "?language=en") == heard
    assert [entry.detail["source"] for entry in await house.audit("announcement:changed:sound")] == [
        "uploaded"
    ]


async def test_mp3_is_taken(world: World) -> None:
    line = command(world.settings, "ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "mp3", "pipe:1")
    mp3 = subprocess.run(line, input=_tone(), capture_output=True, check=True).stdout  # noqa: ASYNC221
    leader = await world.client("leader")
    _, made = await _make(leader, world, source="uploaded")
    answer = await leader.post(
        f"{ANNOUNCEMENTS}/{made['id']}/audio", data=mp3, headers={"Content-Type": "audio/mpeg"}
    )
    assert answer.status == 200


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        (b"", "空"),
        (b"GIF89a not a sound", "WAV"),
        (sounds.as_wav(b"\xd5" * 16000), "没有声音"),
        (_tone()[:20000], "损坏"),
        (_tone(122), "太长"),
        (b"RIFF\x10\x00\x00\x00WAVEgarbage-garbage", "损坏"),
    ],
)
async def test_a_bad_upload_is_refused_with_the_reason(world: World, sound: bytes, reason: str) -> None:
    leader = await world.client("leader")
    _, made = await _make(leader, world, source="uploaded")
    path = f"{ANNOUNCEMENTS}/{made['id']}/audio"
    answer = await leader.post(path, data=io.BytesIO(sound), headers={"Content-Type": "audio/wav"})
    assert answer.status == 422
    assert reason in (await answer.json())["error"]["message"]
    folder = sounds.announcements_dir(world.settings)
    assert not folder.exists() or list(folder.iterdir()) == [], "nothing is left behind"


async def test_uploads_have_a_size_and_a_type(world: World) -> None:
    leader = await world.client("leader")
    _, made = await _make(leader, world, source="uploaded")
    path = f"{ANNOUNCEMENTS}/{made['id']}/audio"
    large = io.BytesIO(b"RIFF" + b"\0" * (world.settings.house.upload_max_mib * 1024 * 1024))
    assert (await leader.post(path, data=large, headers={"Content-Type": "audio/wav"})).status == 413
    assert (await leader.post(path, json={})).status == 415
    assert (await leader.post(path, data={"file": "x"})).status == 415
    assert (await leader.post(ANNOUNCEMENTS, data=b"{}", headers={"Content-Type": "audio/wav"})).status == 415


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": " "}, "title"),
        ({"text_zh": ""}, "text_zh"),
        ({"queues": ["no-such"]}, "queues"),
        ({"ends_at": "2026-11-22T00:00:00Z"}, "ends_at"),
        ({"starts_at": "2026-11-25T00:00:00Z", "ends_at": "2026-11-24T00:00:00Z"}, "ends_at"),
    ],
)
async def test_a_bad_form_names_the_field(world: World, more: dict[str, Any], field: str) -> None:
    status, answer = await _make(await world.client("leader"), world, **more)
    assert (status, list(answer["error"]["fields"])) == (422, [field])


async def test_seats_hear_announcements_and_do_not_make_them(house: World) -> None:
    seat = await house.client("seat1")
    assert (await _make(seat, house))[0] == 403
    _, made = await _make(await house.client("admin"), house)
    assert (await seat.get(f"{ANNOUNCEMENTS}/{made['id']}/audio")).status == 200


async def test_articles_are_drafted_by_seats_and_published_by_leaders(house: World) -> None:
    seat, leader = await house.client("seat1"), await house.client("leader")
    form = {"title": "停水怎么办", "text": "请先看小区公告，再拨打本热线。", "key_order": 2}
    made = await (await seat.post(ARTICLES, json=form)).json()
    assert (made["published"], made["has_audio"]) == (False, False)
    path = f"{ARTICLES}/{made['id']}"
    assert (await seat.patch(path, json={"published": True})).status == 403
    published = await (await leader.patch(path, json={"published": True})).json()
    assert (published["published"], published["has_audio"]) == (True, True)
    assert (await _heard(seat, path + "/audio")).duration_seconds > 1
    assert (await seat.patch(path, json={"text": "别的"})).status == 403
    assert (await seat.post(ARTICLES, json=form | {"published": True})).status == 403
    [row] = (await (await seat.get(ARTICLES)).json())["items"]
    assert row["title"] == "停水怎么办"
    assert len(await house.audit("article:changed")) == 1


def test_the_wav_head_is_what_players_expect() -> None:
    with wave.open(io.BytesIO(sounds.as_wav(b"\xd5" * 800))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth(), file.getnframes()) == (
            8000,
            1,
            2,
            800,
        )
