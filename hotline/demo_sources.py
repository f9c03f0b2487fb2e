"""Sources of the demo city: those who report without a call. Without keys, which are made when wanted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.forms import CaseKind, Urgency
from ticketing.sources.book import fresh
from ticketing.sources.channels import Channel
from ticketing.sources.tables import Source


def _class(kind: str, code: str) -> dict[str, str]:
    return {"category_edition": "2013", "category_kind": kind, "category_code": code}


#: Code, name, channel, and what is not usual there. Cameras err often: a seat looks at what they saw.
_SOURCES: tuple[tuple[str, str, Channel, dict[str, Any]], ...] = (
    ("mailbox", "城管网站信箱", Channel.WEB, {}),
    ("citizen-app", "市民应用", Channel.APP, {}),
    ("evening-paper", "晚报热线", Channel.MEDIA, {"registers": False}),
    ("patrol", "日常巡查", Channel.PATROL, {}),
    ("leader", "领导交办", Channel.LEADER, {"urgency": str(Urgency.URGENT), "kind": str(CaseKind.REPORT)}),
    ("noise-meters", "噪声自动监测", Channel.SENSOR, {"threshold": 70.0} | _class("事件", "0128")),
    (
        "manhole-tilt",
        "井盖倾角监测",
        Channel.SENSOR,
        {"threshold": 15.0, "urgency": str(Urgency.URGENT)} | _class("部件", "0123"),
    ),
    ("street-lamps", "路灯单灯监测", Channel.SENSOR, _class("部件", "0137")),
    ("cameras", "视频智能识别", Channel.VIDEO, {"registers": False} | _class("事件", "0110")),
)


async def add(session: AsyncSession, now: datetime) -> None:
    """Add those that are missing, in the caller's transaction; what people changed stays as it is."""
    there = set(await session.scalars(select(Source.code)))
    for code, name, channel, more in _SOURCES:
        if code not in there:
            session.add(fresh(code, name, channel, now, **more))
    await session.flush()
