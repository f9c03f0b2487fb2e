"""hotline.transcribing: what the ledger, the marks and the catalogue tell the transcriber."""

from __future__ import annotations

from core.clock import FixedClock
from core.db import SessionFactory
from core.tables import Account
from hotline.transcribing import LedgerMarks, phrases
from ivr.ledger.tables import Call
from recorder.marks.tables import RecordingMark
from recorder.tables import Recording
from ticketing import catalogue


async def test_emergencies_flagged_numbers_and_marked_recordings_are_urgent(
    sessions: SessionFactory, clock: FixedClock
) -> None:
    marks = {"usual": [], "fire": ["emergency"], "flagged": ["nuisance:hold"], "shy": ["confidential"]}
    async with sessions() as session:
        for call_id, found in marks.items():
            session.add(Call(id=call_id, trunk="carrier", started_at=clock.now(), marks=found))
        session.add(Call(id="queue", trunk="carrier", started_at=clock.now(), queue="emergency"))
        account = Account(
            username="leader",
            password_hash="x",
            role="shift_leader",
            display_name="班长",
            created_at=clock.now(),
        )
        recording = Recording(call_id="shy", state="verified", created_at=clock.now())
        session.add_all([account, recording])
        await session.commit()
    urgent = await LedgerMarks(sessions).urgent([*marks, "queue", "nobody"])
    assert set(urgent) == {"fire", "flagged", "queue"}
    async with sessions() as session:
        session.add(
            RecordingMark(recording_id=recording.id, at_s=1.0, account_id=account.id, created_at=clock.now())
        )
        await session.commit()
    assert set(await LedgerMarks(sessions).urgent(["usual", "shy"])) == {"shy"}


async def test_the_words_of_the_trade_are_the_citys(sessions: SessionFactory) -> None:
    async with sessions() as session:
        await catalogue.load(session)
        await session.commit()
    found = await phrases(sessions)
    assert {"中山区", "人民路街道", "人民路", "雨水箅子"} <= set(found)
    assert len(found) == len(set(found)) > 150
    assert all("（" not in one and len(one) > 1 for one in found)
