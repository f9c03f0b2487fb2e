"""Talks to inspect, and what an inspector fills in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from core.clock import CHINA
from ivr.ledger.tables import Call
from recorder.quality import sheets
from recorder.quality.sheet import ItemKind
from recorder.quality.standard import STANDARD
from recorder.quality.weeks import week_of
from recorder.tables import Recording, Transcript
from tests.web.world import Client, World

API = "/api/v1/quality"


def word(text: str, start: float) -> dict[str, Any]:
    return {"word": text, "start": start, "end": start + 0.4, "confidence": 0.9}


async def add_talk(
    world: World, *, seat: str = "1001", is_test_model: bool = False, greets: bool = True, **more: Any
) -> tuple[Call, Recording]:
    """A talk of 20 s that began 5 s after the answer, with what the seat said."""
    call = await world.add_call(seat=seat, talk_s=more.pop("talk_s", 20.0), **more)
    async with world.sessions.begin() as db:
        row = await db.get(Call, call.id)
        assert row is not None and row.answered_at is not None
        row.seat_answered_at = row.answered_at + timedelta(seconds=5)
    recording = await world.add_recording(call)
    async with world.sessions.begin() as db:
        row = await db.get(Recording, recording.id)
        assert row is not None
        row.peaks = {"step_s": 0.1, "caller": [0] * 300, "hotline": [0] * 60 + [90] * 180 + [0] * 60}
        words = [word("您", 6.0), word("好", 6.5)] if greets else [word("说", 6.0)]
        words += [word("不", 10.0), word("知道", 10.5)]
        said = Transcript(
            recording_id=recording.id,
            side="hotline",
            engine="vosk",
            model="m",
            is_test_model=is_test_model,
            text="您好不知道",
            words=words,
            took_s=0.1,
            created_at=world.clock.now(),
        )
        db.add(said)
        others = (Transcript.recording_id == recording.id) & (Transcript.side == "caller")
        await db.execute(update(Transcript).where(others).values(is_test_model=is_test_model))
    return call, recording


def full(**wrong: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Answers to the delivered sheet that give everything, but for `wrong`."""
    answers: dict[str, dict[str, Any]] = {}
    for item in STANDARD.items():
        if item.kind is ItemKind.POINTS:
            answers[item.code] = {"points": item.scale}
        else:
            answers[item.code] = {"yes": item.kind is ItemKind.YES_NO}
    return answers | wrong


def week(world: World) -> str:
    return week_of(world.clock.now().astimezone(CHINA).date())


async def standard(world: World) -> int:
    """Id of the delivered sheet, in force."""
    await sheets.ensure_standard(world.sessions, world.clock)
    async with world.sessions() as db:
        (one,) = await sheets.listing(db)
    return one.id


async def drawn(world: World, inspector: Client) -> list[dict[str, Any]]:
    """Draw this week; the queue."""
    answer = await inspector.post(f"{API}/samples/draw", json={"week": week(world)})
    assert answer.status == 200, await answer.text()
    found: list[dict[str, Any]] = (await (await inspector.get(f"{API}/samples")).json())["items"]
    return found


async def score(world: World, inspector: Client, **wrong: dict[str, Any]) -> dict[str, Any]:
    """Claim the next sample and score it."""
    sheet = await standard(world)
    sample = await (await inspector.post(f"{API}/samples/next", json={})).json()
    body = {"sheet_id": sheet, "answers": full(**wrong), "comment": "请注意", "marks": []}
    answer = await inspector.post(f"{API}/samples/{sample['id']}/score", json=body)
    assert answer.status == 201, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found
