"""Other platforms of the demo city with mapping tables, and a webhook. None has an address that is called."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.keybox import KeyBox, new_secret
from core.settings import Settings
from ticketing.exchange.platforms import purpose
from ticketing.exchange.tables import Format, Platform, PlatformCode, PlatformKind, Table, UnmappedCode, Way
from ticketing.sources.book import fresh
from ticketing.sources.channels import Channel
from ticketing.sources.tables import Source
from ticketing.webhooks import subscriptions
from ticketing.webhooks.tables import Webhook, WebhookState

_PLATFORMS = (
    ("gov12345", "12345 政务服务便民热线", PlatformKind.HOTLINE, Format.JSON),
    ("grid", "网格化管理平台", PlatformKind.GRID, Format.XML),
)
_PLACES = ("210202", "210203", "210204", "210211")
#: Table, way, ours, theirs, their name; the same for both.
_CODES = (
    (Table.CLASS, Way.BOTH, "2013:事件:0110", "SR-0110", "暴露垃圾"),
    (Table.CLASS, Way.BOTH, "2013:事件:0112", "SR-0112", "道路不洁"),
    (Table.CLASS, Way.BOTH, "2013:事件:0113", "SR-0113", "道路破损"),
    (Table.CLASS, Way.BOTH, "2013:部件:0101", "BJ-0101", "上水井盖"),
    *((Table.PLACE, Way.BOTH, code, f"DL{code[-3:]}", "") for code in _PLACES),
    (Table.STAGE, Way.OUT, "established", "20", "已受理"),
    (Table.STAGE, Way.OUT, "dispatched", "30", "已派单"),
    (Table.STAGE, Way.OUT, "handling", "40", "办理中"),
    (Table.STAGE, Way.OUT, "reported", "50", "待核查"),
    (Table.STAGE, Way.OUT, "closed", "90", "已办结"),
    (Table.STAGE, Way.IN, "accept", "40", "办理中"),
    (Table.STAGE, Way.IN, "report_done", "50", "办理完毕"),
)


async def add(session: AsyncSession, settings: Settings, now: datetime) -> None:
    """Add those that are missing, in the caller's transaction; what people changed stays as it is."""
    box = KeyBox.of(settings)
    there = set(await session.scalars(select(Platform.code))) | set(
        await session.scalars(select(Source.code))
    )
    for code, name, kind, form in _PLATFORMS:
        if code in there:
            continue
        session.add(fresh(code, name, Channel.PLATFORM, now, similar_minutes=0, per_minute=600))
        # Nobody has seen the secret: 更换密钥 on the page shows one that can be used.
        sealed = box.seal(new_secret(), purpose(code))
        platform = Platform(code=code, name=name, kind=kind, format=form, url="", sealed_secret=sealed)
        platform.is_active, platform.made_at, platform.failures = True, now, 0
        session.add(platform)
        await session.flush()
        for table, way, ours, theirs, called in _CODES:
            session.add(
                PlatformCode(platform=code, kind=table, way=way, ours=ours, theirs=theirs, name=called)
            )
        missing = UnmappedCode(platform=code, kind=Table.CLASS, way=Way.IN, code="SR-0999", times=1)
        missing.first_at = missing.last_at = now
        session.add(missing)
    await _webhook(session, box, now)
    await session.flush()


async def _webhook(session: AsyncSession, box: KeyBox, now: datetime) -> None:
    if await session.scalar(select(Webhook.id).limit(1)) is not None:
        return
    row = Webhook(name="城市运行中心（示例）", url="https://example.org/hotline", moves=[], stages=["closed"])
    row.state, row.made_at, row.sealed_secret = WebhookState.PAUSED, now, ""
    row.last_sequence = row.failures = 0
    session.add(row)
    await session.flush()
    row.sealed_secret = box.seal(new_secret(), subscriptions.purpose(row.id))
