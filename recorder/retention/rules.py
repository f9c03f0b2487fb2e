"""Rules in the database: made and ended, never changed, so that old deletions stay proved."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Action
from core.db import begin_write
from core.errors import ConflictError, NotFoundError
from core.settings import Retention
from recorder.retention.model import Flag, Kind, Rule, Standard
from recorder.retention.tables import RetentionRule
from recorder.rights.store import Actor


def standard(settings: Retention) -> Standard:
    """What holds where no rule does."""
    return Standard(settings.case_months, settings.other_months)


def as_rule(row: RetentionRule) -> Rule:
    return Rule(
        id=row.id,
        name=row.name,
        months=row.months,
        has_case=row.has_case,
        kinds=frozenset(map(Kind, row.kinds)),
        flags=frozenset(map(Flag, row.flags)),
    )


async def in_force(db: AsyncSession) -> list[Rule]:
    """The rules that hold now."""
    rows = await db.scalars(select(RetentionRule).where(RetentionRule.ended_at.is_(None)))
    return [as_rule(row) for row in rows]


async def listing(db: AsyncSession) -> Sequence[RetentionRule]:
    """All rules, those in force first, then newest first."""
    order = RetentionRule.ended_at.is_not(None), RetentionRule.id.desc()
    return (await db.scalars(select(RetentionRule).order_by(*order))).all()


async def make(db: AsyncSession, actor: Actor, rule: RetentionRule) -> RetentionRule:
    """Write a rule down and commit it; the next sweep goes by it."""
    await begin_write(db)
    rule.made_by, rule.made_at = actor.account.id, actor.now
    db.add(rule)
    await db.flush()
    actor.note(
        db,
        Action.RETENTION_RULE_SET,
        f"retention_rule:{rule.id}",
        name=rule.name,
        has_case=rule.has_case,
        kinds=rule.kinds,
        flags=rule.flags,
        months=rule.months,
    )
    await db.commit()
    return rule


async def end(db: AsyncSession, actor: Actor, rule_id: int) -> RetentionRule:
    """End a rule.

    Raises:
        NotFoundError: no such rule.
        ConflictError: it is over already.
    """
    await begin_write(db)
    rule = await db.get(RetentionRule, rule_id, with_for_update=True)
    if rule is None:
        raise NotFoundError("没有这条保存期限。")
    if rule.ended_at is not None:
        raise ConflictError("这条保存期限已经停用。")
    rule.ended_by, rule.ended_at = actor.account.id, actor.now
    actor.note(db, Action.RETENTION_RULE_ENDED, f"retention_rule:{rule.id}", name=rule.name)
    await db.commit()
    return rule
