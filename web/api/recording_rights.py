"""Who may listen, see numbers, export, delete, inspect: the one place that decides it for every page.

`Rights.may` judges one call in memory, `Rights.where` the same in the database, for lists and search. What a
role begins with and what a grant does is in `recorder.rights.model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field
from sqlalchemy import ColumnElement, Text, and_, cast, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import ForbiddenError, NotFoundError
from core.tables import Role
from ivr.ledger import queries as ledger
from ivr.ledger.tables import CONFIDENTIAL, Call
from recorder.capture.sides import call_of
from recorder.retention import proposals
from recorder.rights import store
from recorder.rights.model import Limit, Right, Scope, scopes
from recorder.tables import Recording
from ticketing.tables import Case
from web.api.masking import Viewer, is_confidential
from web.api.route import Ask, Asked

__all__ = [
    "Known",
    "ReasonRequiredError",
    "RecordingPath",
    "Right",
    "Rights",
    "check_reason",
    "recording_for",
    "rights_of",
]

_REFUSALS: Mapping[Right, str] = {
    Right.LISTEN: "您没有收听这段录音的权限。",
    Right.REVEAL: "您没有查看这个号码的权限。",
    Right.EXPORT: "您没有导出这段录音的权限。",
    Right.DELETE: "您没有删除录音的权限。",
    Right.INSPECT: "您没有质检这段录音的权限。",
}


class RecordingPath(Asked):
    id: int = Field(ge=1, le=2**31 - 1)


class ReasonRequiredError(ForbiddenError):
    """Say why first."""

    code = "reason_required"


@dataclass(frozen=True)
class Rights:
    """One person's rights, grants included, as they were when the request came."""

    viewer: Viewer
    scopes: Mapping[Right, Scope]

    def everything(self, right: Right) -> bool:
        """Whether it reaches every call, also ones the ledger does not know."""
        return any(limit.is_everything for limit in self.scopes[right])

    def any(self, right: Right) -> bool:
        """Whether it reaches any call at all: for menus, not for doors."""
        return bool(self.scopes[right])

    def may(self, right: Right, call: Call | None, district: str | None = None) -> bool:
        """`district` is that of the call's case; not given, rights limited by district do not reach it."""
        if call is None:
            return self.everything(right)
        return any(self._reaches(limit, call, district) for limit in self.scopes[right])

    def require(self, right: Right, call: Call | None, district: str | None = None) -> None:
        """
        Raises:
            ForbiddenError: not this person, not this call.
        """
        if not self.may(right, call, district):
            raise ForbiddenError(_REFUSALS[right])

    def where(self, right: Right) -> ColumnElement[bool]:
        """The calls a right reaches, as a condition over `ivr.ledger.tables.Call`."""
        if self.everything(right):
            return true()
        lines = [self._condition(limit) for limit in self.scopes[right]]
        return or_(*lines) if lines else false()

    def needs_district(self, right: Right) -> bool:
        """Whether `may` has to be told the district."""
        return not self.everything(right) and any(limit.districts for limit in self.scopes[right])

    def _reaches(self, limit: Limit, call: Call, district: str | None) -> bool:
        return (
            (not limit.queues or call.queue in limit.queues)
            and (not limit.districts or district in limit.districts)
            and (not limit.own or self.viewer.took(call))
            and (not limit.nobodys or (not call.seat and not is_confidential(call)))
        )

    def _condition(self, limit: Limit) -> ColumnElement[bool]:
        wanted: list[ColumnElement[bool]] = [true()]
        if limit.queues:
            wanted.append(Call.queue.in_(sorted(limit.queues)))
        if limit.districts:
            wanted.append(exists().where(Case.call_id == Call.id, Case.district.in_(sorted(limit.districts))))
        if limit.own:
            wanted.append(self.own())
        if limit.nobodys:
            wanted.append(Call.seat == "")
            wanted.append(cast(Call.marks, Text).not_like(f'%"{CONFIDENTIAL}"%'))
        return and_(*wanted)

    def own(self) -> ColumnElement[bool]:
        """`Viewer.took` in SQL."""
        if not self.viewer.extension:
            return false()
        handed = cast(Call.handed_to, Text).like(f'%"{self.viewer.extension}"%')
        mine = or_(Call.seat == self.viewer.extension, handed)
        since = self.viewer.seated_at
        return mine if since is None else and_(mine, Call.started_at >= since)


async def rights_of(ask: Ask) -> Rights:
    """The rights of who asks."""
    async with ask.services.sessions() as db:
        return await rights_in(db, ask)


async def rights_in(db: AsyncSession, ask: Ask) -> Rights:
    """As `rights_of`, within a session that is open."""
    found = await store.granted(db, ask.account.id, ask.services.clock.now())
    return Rights(Viewer.of(ask.account), scopes(ask.account.role, found, policy_rights(ask)))


def policy_rights(ask: Ask) -> frozenset[tuple[Role, Right]]:
    """What settings give to whole roles: inspectors delete where they are one of the two who sign."""
    if proposals.signs(Role.INSPECTOR, ask.services.settings.retention):
        return frozenset({(Role.INSPECTOR, Right.DELETE)})
    return frozenset()


async def may_in(db: AsyncSession, rights: Rights, right: Right, call: Call | None) -> bool:
    """`Rights.may`, looking the district up where it matters."""
    district = None
    if call is not None and rights.needs_district(right):
        district = await db.scalar(select(Case.district).where(Case.call_id == call.id))
    return rights.may(right, call, district)


@dataclass(frozen=True)
class Known:
    """A recording somebody may do something with, its call, and all that person's rights."""

    recording: Recording
    call: Call | None
    rights: Rights


async def recording_for(ask: Ask, recording_id: int, right: Right) -> Known:
    """The recording, for a person who has `right` over it. The way into everything behind a recording's id.

    Raises:
        NotFoundError: there is none; said only to those who may know of all.
        ForbiddenError: not theirs, or, for those who may not know of all, no such recording either.
    """
    async with ask.services.sessions() as db:
        rights = await rights_in(db, ask)
        recording = await db.get(Recording, recording_id)
        if recording is None:
            if rights.everything(right):
                raise NotFoundError("没有这段录音。")
            raise ForbiddenError(_REFUSALS[right])
        call_id = call_of(recording.call_id)
        call = (await ledger.calls_by_id(db, [call_id])).get(call_id)
        if not await may_in(db, rights, right, call):
            raise ForbiddenError(_REFUSALS[right])
    return Known(recording, call, rights)


def reason_asked(ask: Ask, call: Call | None) -> bool:
    """Whether this hotline's policy (`retention.reason`) wants to know why the recording of `call` is opened.

    A recording whose call is unknown may be anybody's: it counts as confidential.
    """
    policy = ask.services.settings.retention.reason
    return policy == "always" or (policy == "confidential" and (call is None or is_confidential(call)))


async def reason_until(ask: Ask, known: Known) -> datetime | None:
    """Until when the reason this person gave counts; None: none does."""
    async with ask.services.sessions() as db:
        return await store.reason_until(
            db,
            account_id=ask.account.id,
            recording_id=known.recording.id,
            now=ask.services.clock.now(),
        )


async def check_reason(ask: Ask, known: Known) -> None:
    """
    Raises:
        ReasonRequiredError: the policy wants a reason, and none counts now.
    """
    if reason_asked(ask, known.call) and await reason_until(ask, known) is None:
        raise ReasonRequiredError("请先填写调听事由。")
