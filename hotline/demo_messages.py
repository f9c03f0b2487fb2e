"""Templates of the demo city: what citizens and units are told after which move. They go to the log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import Account, Role
from ticketing.notices.tables import NoticeTemplate, StaffContact

#: Move, audience, urgent, Chinese.
_SMS = (
    (
        "register",
        "reporter",
        False,
        "【12319】{称呼}，您反映的“{诉求内容}”已登记，案卷号{案卷号}，可拨打12319查询进度。",
    ),
    (
        "dispatch",
        "reporter",
        False,
        "【12319】您反映的案卷{案卷号}已交{责任单位}办理，预计{办理期限}前办结。",
    ),
    ("grant_delay", "reporter", False, "【12319】案卷{案卷号}因故延期，新的办理期限为{办理期限}，请您谅解。"),
    ("grant_suspend", "reporter", False, "【12319】案卷{案卷号}暂时无法处理，已挂账，条件具备后继续办理。"),
    ("close", "reporter", False, "【12319】您反映的案卷{案卷号}已办结。如有不满意，请拨打12319。"),
    (
        "close_with_parent",
        "reporter",
        False,
        "【12319】您反映的案卷{案卷号}已随同类问题一并办结，有疑问请拨12319。",
    ),
    ("answer", "reporter", False, "【12319】您咨询的问题答复如下：{说明}"),
    ("refuse", "reporter", False, "【12319】您反映的“{诉求内容}”不在受理范围：{说明}"),
    ("reopen", "reporter", False, "【12319】案卷{案卷号}已退回重新办理，办结后将再次告知您。"),
    ("dispatch", "unit", False, "【12319】新派遣案卷{案卷号}：{类别}，{地址}，期限{办理期限}。"),
    ("urge", "unit", False, "【12319】催办：案卷{案卷号}，{地址}，期限{办理期限}，请尽快办理。"),
    ("supervise", "unit", True, "【12319】督办：案卷{案卷号}。{说明}"),
    (
        "escalate",
        "escalated",
        True,
        "【12319】时限提醒（{上报级别}）：案卷{案卷号}，{责任单位}，期限{办理期限}。",
    ),
)
#: Move, Chinese subject and text, English subject and text.
_EMAILS = (
    (
        "register",
        (
            "您的诉求已登记（{案卷号}）",
            "{称呼}：\n\n您反映的“{诉求内容}”已于{时间}登记，案卷号 {案卷号}。\n\n12319 热线",
        ),
        (
            "Your report {number}",
            "Dear {name},\n\nYour {kind} was registered on {time} as case {number}.\n\n12319 hotline",
        ),
    ),
    (
        "close",
        ("案卷 {案卷号} 已办结", "{称呼}：\n\n您反映的“{诉求内容}”已于{时间}办结。\n\n12319 热线"),
        ("Case {number} is closed", "Dear {name},\n\nCase {number} was closed on {time}.\n\n12319 hotline"),
    ),
)
#: Role → number; from a range nobody in the demo calls.
_MOBILES = {
    Role.DISPATCHER: "13900000001",
    Role.SHIFT_LEADER: "13900000002",
    Role.LEADER: "13900000003",
    Role.DEPARTMENT: "13900000004",
    Role.DISTRICT_AGENT: "13900000005",
}


async def add(session: AsyncSession, now: datetime) -> None:
    """Add the templates where there are none, and where the demo's own people are told; in the caller's
    transaction."""
    if not await session.scalar(select(func.count()).select_from(NoticeTemplate)):
        session.add_all(_templates(now))
    there = set(await session.scalars(select(StaffContact.account_id)))
    for account in await session.scalars(select(Account).where(Account.role.in_(list(_MOBILES)))):
        if account.id not in there:
            session.add(StaffContact(account_id=account.id, mobile=_MOBILES[Role(account.role)]))
    await session.flush()


#: Move, English: to callers who chose it.
_SMS_EN = (
    ("register", "[12319] Your {kind} is registered as case {number}. Dial 12319 to ask how it stands."),
    ("dispatch", "[12319] Case {number} was passed to {unit} and is due by {due}."),
    ("close", "[12319] Case {number} is closed. Not satisfied? Dial 12319."),
)


def _templates(now: datetime) -> list[NoticeTemplate]:
    found = [
        NoticeTemplate(
            move=move,
            audience=audience,
            channel="sms",
            language="zh",
            text=text,
            urgent=urgent,
            changed_at=now,
        )
        for move, audience, urgent, text in _SMS
    ]
    for move, text in _SMS_EN:
        found.append(
            NoticeTemplate(
                move=move, audience="reporter", channel="sms", language="en", text=text, changed_at=now
            )
        )
    for move, chinese, english in _EMAILS:
        for language, (subject, text) in (("zh", chinese), ("en", english)):
            found.append(
                NoticeTemplate(
                    move=move,
                    audience="reporter",
                    channel="email",
                    language=language,
                    subject=subject,
                    text=text,
                    changed_at=now,
                )
            )
    return found
