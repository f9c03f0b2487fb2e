"""The audit trail: who did what, when, from where. The database refuses to change or delete its rows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import AuditEntry


class Action(StrEnum):
    """What the trail speaks of, as `thing:done[:how]`."""

    ACCOUNT_CREATED = "account:created"  #: 建账号
    SESSION_OPENED = "session:opened"  #: 登录
    SESSION_CLOSED = "session:closed"  #: 退出
    SESSION_REFUSED_WRONG = "session:refused:wrong_password"  #: 密码错误
    SESSION_REFUSED_UNKNOWN = "session:refused:unknown_user"  #: 无此账号
    SESSION_REFUSED_LOCKED = "session:refused:locked"  #: 账号已锁定
    ACCOUNT_LOCKED = "account:locked"  #: 锁定账号
    RECORDING_PLAYED = "recording:played"  #: 播放录音
    CASE_MOVED = "case:moved"  #: 案卷流转
    CALENDAR_DAY_SET = "calendar:set"  #: 设定工作日历
    CALENDAR_DAY_REMOVED = "calendar:removed"  #: 撤销工作日历设定
    CALENDAR_YEAR_COMPLETED = "calendar:completed"  #: 确认全年节假日
    SEAT_SKILLS_SET = "seat:skills"  #: 设定坐席技能
    FLOW_PUBLISHED = "flow:published"  #: 发布流程
    ANNOUNCEMENT_MADE = "announcement:made"  #: 新建通知
    ANNOUNCEMENT_CHANGED = "announcement:changed"  #: 修改通知
    ANNOUNCEMENT_SOUND = "announcement:changed:sound"  #: 更换通知录音
    ANNOUNCEMENT_REMOVED = "announcement:removed"  #: 删除通知
    FLAG_PROPOSED = "flag:proposed"  #: 提议标记号码
    FLAG_APPROVED = "flag:reviewed:approved"  #: 标记通过
    FLAG_REFUSED = "flag:reviewed:refused"  #: 标记未通过
    FLAG_ENDED = "flag:ended"  #: 解除标记
    FLAG_EXPIRED = "flag:expired"  #: 标记到期
    ARTICLE_MADE = "article:made"  #: 新建知识
    ARTICLE_CHANGED = "article:changed"  #: 修改知识
    CALLBACK_CANCELLED = "callback:cancelled"  #: 取消回拨
    CALLBACK_RETRIED = "callback:retried"  #: 再次回拨
    SUPERVISION_ASKED = "supervision:asked"  #: 监听、耳语、强插
    SUPERVISION_CHANGED = "supervision:changed"  #: 切换监听方式
    SUPERVISION_ENDED = "supervision:ended"  #: 结束监听
    CALL_TAKEN_OVER = "call:taken_over"  #: 接管
    CALL_ENDED = "call:ended"  #: 强拆
    CALLER_MOVED = "caller:moved"  #: 移动排队来电
    SEAT_CALLED = "seat:called"  #: 坐席外呼
    CALLER_ASKED = "caller:asked"  #: 转评价、转按键核对


def record(
    session: AsyncSession,
    *,
    at: datetime,
    actor_id: int | None,
    action: str,
    subject: str = "",
    address: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add a line in the caller's transaction. `address` is where the request came from."""
    entry = AuditEntry(
        at=at,
        actor_id=actor_id,
        action=str(action)[:64],
        subject=subject[:128],
        address=address[:64],
        detail=detail or {},
    )
    session.add(entry)
