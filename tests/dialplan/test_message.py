"""A caller presses 2 and leaves a message."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from hotline.timers import TEST_MODEL_NOTE
from recorder.tables import Transcript
from tests.instance import HotlineInstance


async def test_message_becomes_recording_transcript_and_draft(hotline: HotlineInstance) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.dial(caller="13912345678") as call:
        await call.hear(1)
        await call.press("2")
        await call.hear(hotline.prompt_s("message-intro", "beep") + 0.3)
        await call.say(hotline.prompt("greeting"))
        await call.press("##")
        await call.over()
        measured = call.talk_s
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert row.ended_at is not None and row.answered_at is not None
    assert (row.outcome, row.hung_up_by, row.caller) == ("message", "hotline", "13912345678")
    assert [(step["step"], step["key"]) for step in row.menu_path] == [
        ("greeting", "2"),
        ("message", ""),
        ("goodbye", ""),
    ]
    assert abs((row.ended_at - row.answered_at).total_seconds() - measured) < 1
    recording = await hotline.recording_of(row.id)
    assert abs(recording.duration_s - measured) < 1
    case = await hotline.described_draft_of(row.id)
    async with hotline.sessions() as session:
        said = select(Transcript).where(Transcript.recording_id == recording.id, Transcript.side == "caller")
        transcript = (await session.scalars(said)).one()
    assert "市政服务热线" in transcript.text
    assert transcript.is_test_model
    assert (case.stage, case.source) == ("draft", "telephone")
    assert case.description == TEST_MODEL_NOTE + transcript.text


async def test_silence_is_no_message(hotline: HotlineInstance) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.dial() as call:
        await call.hear(1)
        await call.press("2")
        await call.over(60)
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.outcome, row.message_at) == ("abandoned", None)
    assert row.menu_path[-1]["step"] == "goodbye"
    assert (await hotline.draft_of(row.id)).stage == "draft", "who asked for something is called back"


async def test_message_counts_when_the_caller_hangs_up_while_speaking(hotline: HotlineInstance) -> None:
    known = await hotline.known_calls()
    talk = 1.5 + hotline.prompt_s("message-intro", "beep") + 4
    async with hotline.carrier.dial(hang_up_after_s=talk) as call:
        await call.hear(1)
        await call.press("2")
        await call.hear(hotline.prompt_s("message-intro", "beep") + 0.3)
        await asyncio.gather(call.say(hotline.prompt("greeting")), call.over())
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.outcome, row.hung_up_by) == ("message", "caller")


async def test_nobody_answers_within_the_announced_wait(hotline: HotlineInstance) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.dial() as call:
        await call.hear(0.5)
        await call.press("0")
        await call.hear(
            hotline.prompt_s("queue-wait") + 4 + hotline.prompt_s("nobody", "message-intro", "beep")
        )
        await call.hear(0.5)
        await call.say(hotline.prompt("greeting"))
        await call.press("##")
        await call.over()
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.outcome, row.queue, row.seat) == ("message", "general", "")
    waited = row.wait_s - hotline.prompt_s("queue-wait")
    assert 3 <= waited < 5.5, "the dialplan counts in whole seconds: the last one may be cut short"
    steps = [step["step"] for step in row.menu_path]
    assert steps == ["greeting", "person", "queue", "message", "goodbye"]
