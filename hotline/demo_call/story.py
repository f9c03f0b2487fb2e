"""What became of a demo call, told as the ledger learns of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from hotline.demo_call import speech
from hotline.demo_call.desk import Answer, Desk, checksum
from hotline.refusal import Refusal

POLL_S = 0.3
#: From hang-up to a transcribed recording and a draft, with twenty calls waiting for one another.
PATIENCE_S = 180.0
#: The draft comes first; its transcript may take a little longer.
TRANSCRIPT_PATIENCE_S = 60.0
DESCRIPTION_PATIENCE_S = 10.0

Say = Callable[[str], None]


class Story:
    """Follows one call through the API and says each fact once."""

    def __init__(self, leader: Desk, seat: Desk, number: str, say: Say) -> None:
        self._leader, self._seat, self._number, self._say = leader, seat, number, say
        self._told: set[str] = set()

    async def tell(self) -> str:
        """Follow the call to its submitted case; the case's number.

        Raises:
            Refusal: something did not happen in time.
        """
        call_id = await self._find()
        call = await self._until(call_id, "recording and draft case", PATIENCE_S, _is_archived)
        await self._recording(call)
        try:
            call = await self._until(
                call_id, "transcript", TRANSCRIPT_PATIENCE_S, lambda c: bool(c["transcripts"])
            )
        except Refusal:
            self._say("transcript     none yet: no speech model, see the console's status")
        self._transcripts(call)
        return await self._submit(int(call["case_id"]))

    async def _find(self) -> str:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            page = await self._leader.ask("GET", "/calls?limit=200")
            for call in page["items"]:
                if call["caller"] == self._number:
                    return str(call["id"])
            await asyncio.sleep(POLL_S)
        raise Refusal(f"The call of {self._number} never appeared in the ledger.")

    async def _until(
        self, call_id: str, what: str, patience_s: float, is_there: Callable[[Answer], bool]
    ) -> Answer:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            call: Answer = await self._leader.ask("GET", f"/calls/{call_id}")
            self._progress(call)
            if is_there(call):
                return call
            await asyncio.sleep(POLL_S)
        raise Refusal(f"No {what} of call {call_id} within {patience_s:.0f} s.")

    def _progress(self, call: Answer) -> None:
        self._once("call", f"call           {call['id']} from {call['caller']} to {call['did']}")
        if call["answered_at"]:
            self._once("answered", f"answered       {_clock(call['answered_at'])}")
        for number, step in enumerate(call["menu_path"]):
            key = f" key {step['key']}" if step["key"] else ""
            self._once(f"step {number}{key}", f"menu           {_clock(step['at'])} {step['step']}{key}")
        if call["message_at"]:
            self._once(
                "message", f"message        {_clock(call['message_at'])} the caller speaks after the tone"
            )
        if call["ended_at"]:
            who = call["hung_up_by"] or "nobody knows who"
            self._once(
                "ended", f"hung up        {_clock(call['ended_at'])} by {who}; outcome {call['outcome']}"
            )

    def _once(self, fact: str, text: str) -> None:
        if fact not in self._told:
            self._told.add(fact)
            self._say(text)

    async def _recording(self, call: Answer) -> None:
        recording = call["recording"]
        data = await self._leader.audio(recording["audio_url"])
        seconds = f"{recording['duration_s']:.1f} s"
        self._say(f"recording      {seconds}, two tracks, {len(data)} bytes, sha256 {checksum(data)}…")

    def _transcripts(self, call: Answer) -> None:
        for transcript in call["transcripts"]:
            by = (
                "the small TEST model, synthetic speech only"
                if transcript["is_test_model"]
                else transcript["model"]
            )
            self._say(f"transcript     {transcript['side']}: {transcript['text'] or '(nothing)'}   [{by}]")

    async def _submit(self, case_id: int) -> str:
        """Complete the draft as a seat would, and submit it.

        Raises:
            Refusal: the API says no.
        """
        case = await self._draft(case_id)
        self._say(f"draft case     {case_id}: {case['description'][:40] or '(no description yet)'}")
        form = {
            "kind": "complaint",
            "description": case["description"] or speech.COMPLAINT,
            "district": await self._district(),
            "address": speech.ADDRESS,
            "callback_number": self._number,
        }
        case = await self._seat.ask("PATCH", f"/cases/{case_id}", {"version": case["version"], **form})
        case = await self._seat.ask("POST", f"/cases/{case_id}/moves/register", {"version": case["version"]})
        self._say(f"case           {case['number']} ({case['stage']})")
        return str(case["number"])

    async def _draft(self, case_id: int) -> Answer:
        """The draft, with the transcript as its description if that arrives soon."""
        deadline = time.monotonic() + DESCRIPTION_PATIENCE_S
        while True:
            case: Answer = await self._seat.ask("GET", f"/cases/{case_id}")
            if case["description"] or time.monotonic() > deadline:
                return case
            await asyncio.sleep(POLL_S)

    async def _district(self) -> str:
        places: list[dict[str, Any]] = await self._seat.ask("GET", "/catalogue/places")
        return next(str(place["code"]) for place in places if place["name"] == speech.DISTRICT)


def _is_archived(call: Answer) -> bool:
    recording = call["recording"]
    return bool(call["ended_at"] and call["case_id"] and recording and recording["audio_url"])


def _clock(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%H:%M:%S")
