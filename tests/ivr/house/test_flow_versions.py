"""Publishing flows: checked, in order, never lost, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.db import SessionFactory
from core.errors import ConflictError, InvalidError, NotFoundError
from core.settings import Settings
from core.tables import AuditEntry
from ivr.house import flow_versions
from ivr.house.flow_versions import UnsoundFlowError
from ivr.house.known import Known
from tests.ivr.house.conftest import Hands

FLOW = "agent_first"


@pytest.fixture
def known(settings: Settings) -> Known:
    return Known.of(settings)


async def _publish(hands: Hands, known: Known, body: str, based_on: int, note: str = "改问候") -> int:
    hand = hands("administrator")
    return await flow_versions.publish(
        hand, flow=FLOW, text=body, note=note, based_on=based_on, check=known.check
    )


async def test_versions_are_numbered_and_old_texts_can_be_published_again(
    sessions: SessionFactory, hands: Hands, known: Known
) -> None:
    delivered = flow_versions.delivered(FLOW)
    changed = delivered + "\n# 一行\n# 两行\n"
    async with sessions() as db:
        assert (await flow_versions.head(db, FLOW)).version == 0
    assert await _publish(hands, known, changed, 0) == 1
    assert await _publish(hands, known, delivered, 1, "回退") == 2
    async with sessions() as db:
        head = await flow_versions.head(db, FLOW)
        assert (head.version, head.text, head.label) == (2, delivered, "坐席优先")
        history = await flow_versions.history(db, FLOW)
        assert [(one.version, one.author, one.note) for one in history] == [
            (2, "赵敏", "回退"),
            (1, "赵敏", "改问候"),
        ]
        assert await flow_versions.text_of(db, FLOW, 1) == changed
        assert await flow_versions.text_of(db, FLOW, 0) == delivered
        entries = list(await db.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [entry.subject for entry in entries] == [f"flow:{FLOW}"] * 2
    sizes = [(entry.detail["lines_added"], entry.detail["lines_removed"]) for entry in entries]
    assert sizes == [(3, 0), (0, 3)]


async def test_who_is_second_is_told_who_was_faster(hands: Hands, known: Known) -> None:
    body = flow_versions.delivered(FLOW)
    results = await asyncio.gather(
        *(_publish(hands, known, f"{body}\n# {number}\n", 0) for number in range(3)), return_exceptions=True
    )
    assert sorted(str(one) for one in results if isinstance(one, int)) == ["1"]
    slower = [one for one in results if isinstance(one, ConflictError)]
    assert len(slower) == 2
    assert all("赵敏" in str(one) and "第 1 版" in str(one) for one in slower)


async def test_an_unsound_flow_is_refused_with_line_and_fix(
    sessions: SessionFactory, hands: Hands, known: Known
) -> None:
    broken = flow_versions.delivered(FLOW) + '\n[steps.nowhere]\nlabel = "孤立"\nmessage = true\n'
    with pytest.raises(UnsoundFlowError) as refused:
        await _publish(hands, known, broken, 0)
    problems = refused.value.details["problems"]
    assert isinstance(problems, list)
    texts = ("message", "fix", "message_en", "fix_en")
    assert all(one["line"] > 0 and all(one[text] for text in texts) for one in problems)
    assert "nowhere" in {one["step"] for one in problems}
    async with sessions() as db:
        assert await flow_versions.history(db, FLOW) == []


async def test_what_cannot_be_published(hands: Hands, known: Known) -> None:
    body = flow_versions.delivered(FLOW)
    with pytest.raises(InvalidError):
        await _publish(hands, known, body, 0)  # no change
    with pytest.raises(InvalidError) as nameless:
        await _publish(hands, known, body + "\n# x\n", 0, note="  ")
    assert set(nameless.value.details["fields"]) == {"note"}  # type: ignore[call-overload]
    with pytest.raises(NotFoundError):
        await flow_versions.publish(
            hands("administrator"), flow="../etc", text=body, note="x", based_on=0, check=known.check
        )


@pytest.mark.parametrize("statement", ["UPDATE flow_versions SET note = 'x'", "DELETE FROM flow_versions"])
async def test_what_was_published_cannot_be_changed(
    sessions: SessionFactory, hands: Hands, known: Known, statement: str
) -> None:
    await _publish(hands, known, flow_versions.delivered(FLOW) + "\n# x\n", 0)
    async with sessions() as session:
        with pytest.raises(DBAPIError, match="only ever added"):
            await session.execute(text(statement))
