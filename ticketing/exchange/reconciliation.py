"""The reconciliation list of a day (对账): what went back and forth, and where the two sides differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ticketing.exchange.tables import MessageKind, MessageState, PlatformList, PlatformMessage, Way

#: What lists speak of: receipts belong to messages, and a list is not on itself.
COUNTED = (MessageKind.CASE, MessageKind.STATE)
_GOT_THERE = (MessageState.SENT, MessageState.ACKNOWLEDGED, MessageState.REFUSED)
#: How many ids a sentence names.
_NAMED = 5


@dataclass
class Day:
    """One day with one platform; lists of message ids."""

    day: str
    sent: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    refused_by_them: list[str] = field(default_factory=list)
    #: Sent, and no receipt came.
    without_receipt: list[str] = field(default_factory=list)
    #: Still here: not sent, or a code has no mapping.
    unsent: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    refused_by_us: list[str] = field(default_factory=list)
    #: Whether the other side's list is here; the four below say nothing without.
    is_compared: bool = False
    #: They sent it, we have not got it (对方已发、我方未收).
    missing_here: list[str] = field(default_factory=list)
    #: We sent it, they have not got it (我方已发、对方未收).
    missing_there: list[str] = field(default_factory=list)
    #: We got it, they do not list it as sent (我方已收、对方未列).
    not_listed: list[str] = field(default_factory=list)
    #: They got it, we do not list it as sent (对方称已收、我方未发).
    never_sent: list[str] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        return bool(self.missing_here or self.missing_there or self.not_listed or self.never_sent)

    def in_words(self) -> str:
        """What differs, for the receipt of a list."""
        if not self.differs:
            return "对账相符"
        named = (
            ("我方未收", self.missing_here),
            ("贵方未收", self.missing_there),
            ("贵方未列为已发", self.not_listed),
            ("我方未发", self.never_sent),
        )
        return "对账不符：" + "；".join(
            f"{label} {len(ids)} 条（{'、'.join(ids[:_NAMED])}{'…' if len(ids) > _NAMED else ''}）"
            for label, ids in named
            if ids
        )


async def day_of(session: AsyncSession, platform: str, day: str) -> Day:
    """The list of `day` (China date, YYYY-MM-DD).

    A message of midnight may stand under two days with the two sides: what is missing on the day itself is
    looked for on the days beside it.
    """
    near = _near(day)
    query = select(PlatformMessage).where(
        PlatformMessage.platform == platform,
        PlatformMessage.day.in_(near),
        PlatformMessage.kind.in_(COUNTED),
    )
    rows = (await session.scalars(query.order_by(PlatformMessage.id))).all()
    lists = await session.scalars(
        select(PlatformList).where(PlatformList.platform == platform, PlatformList.day.in_(near))
    )
    theirs = {one.day: one for one in lists}
    found = Day(day)
    _ours(found, [row for row in rows if row.day == day])
    if day in theirs:
        found.is_compared = True
        _compare(found, rows, theirs, day)
    return found


def _ours(found: Day, rows: Sequence[PlatformMessage]) -> None:
    for row in rows:
        if row.way == Way.IN:
            (found.received if row.state == MessageState.ACCEPTED else found.refused_by_us).append(
                row.message_id
            )
        elif row.state in _GOT_THERE:
            found.sent.append(row.message_id)
            place = {
                MessageState.ACKNOWLEDGED: found.acknowledged,
                MessageState.REFUSED: found.refused_by_them,
            }
            place.get(MessageState(row.state), found.without_receipt).append(row.message_id)
        else:
            found.unsent.append(row.message_id)


def _compare(found: Day, rows: Sequence[PlatformMessage], theirs: dict[str, PlatformList], day: str) -> None:
    here_in = {row.message_id for row in rows if row.way == Way.IN}
    here_out = {row.message_id for row in rows if row.way == Way.OUT and row.state in _GOT_THERE}
    there_sent = {one for each in theirs.values() for one in each.items.get("sent", [])}
    there_got = {one for each in theirs.values() for one in each.items.get("received", [])}
    listed = theirs[day].items
    found.missing_here = [one for one in listed.get("sent", []) if one not in here_in]
    found.missing_there = [one for one in found.sent if one not in there_got]
    got = [*found.received, *found.refused_by_us]
    found.not_listed = [one for one in got if one not in there_sent]
    found.never_sent = [one for one in listed.get("received", []) if one not in here_out]


def _near(day: str) -> list[str]:
    middle = date.fromisoformat(day)
    return [str(middle + timedelta(days=by)) for by in (-1, 0, 1)]
