"""Drafts: opened by a call, filled in by its transcript and by the seat, until they are registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import outbox
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import InvalidError
from core.events import CaseEdited, CaseOpened
from core.tables import Account
from ticketing import catalogue, door, forms, workflow
from ticketing.errors import WrongStageError
from ticketing.notices import contacts
from ticketing.places.placing import placed
from ticketing.tables import Case, Stage

DESCRIPTION_LENGTH = 4000


async def edit_draft(
    sessions: SessionFactory,
    *,
    case_id: int,
    actor: Account | None,
    version: int,
    fields: Mapping[str, Any],
    clock: Clock,
) -> Case:
    """Save what a person has typed so far into a draft; only the fields that are named change.

    Autosave writes no history of its own: the entry of `register` holds what changed since the draft was
    opened. Half-typed values are welcome as long as they fit; saving what is there already changes nothing.

    Raises:
        NoSuchCaseError, WrongStageError, RoleNotAllowedError, ConflictError, InvalidError: as `move`.
    """
    workflow.check_role(workflow.REGISTER, actor.role if actor else None)
    values = forms.read(fields)
    async with sessions() as session:
        case = await door.locked(session, case_id)
        await door.check_version(session, case, version)
        if case.stage != Stage.DRAFT:
            label = workflow.STAGE_LABELS[case.stage]
            raise WrongStageError(f"案卷{label}，不能再修改草稿")
        values = await placed(session, values, case, clock.now())
        wrong = await catalogue.wrong_references(session, values, whole=False)
        if wrong:
            raise InvalidError("表单有误", fields=wrong)
        if door.apply(case, values):
            door.touch(case, actor, door.moment(case, clock.now()))
            outbox.add(session, CaseEdited(at=case.changed_at, case_id=case.id))
        await session.commit()
    return case


async def open_draft(
    sessions: SessionFactory,
    *,
    call_id: str,
    caller_number: str,
    transcript: str,
    clock: Clock,
    confidential: bool = False,
    language: str = "zh",
) -> tuple[Case, bool]:
    """The draft case of a call, and whether it is new: one call has one case, however often this is asked.

    Args:
        language: the caller chose; messages about the case will be in it.
    """
    try:
        async with sessions() as session:
            await begin_write(session)
            case = Case(stage=Stage.DRAFT, call_id=call_id, source="telephone", created_at=clock.now())
            case.caller_number = case.callback_number = caller_number
            case.confidential = confidential
            case.description = transcript[:DESCRIPTION_LENGTH]
            case.description_is_transcript = bool(transcript)
            case.changed_at = case.created_at
            session.add(case)
            await session.flush()
            contacts.left(session, case.id, language=language)
            await door.write_history(session, case, workflow.OPEN_DRAFT, door.NOTHING, note="")
            outbox.add(session, CaseOpened(at=case.created_at, case_id=case.id, call_id=call_id))
            await session.commit()
            return case, True
    except IntegrityError:  # there is one already: rarer than asking each time would be worth
        async with sessions() as session:
            return (await session.scalars(select(Case).where(Case.call_id == call_id))).one(), False


async def fill_in_transcript(
    sessions: SessionFactory, *, call_id: str, transcript: str, clock: Clock
) -> Case | None:
    """Put what the caller said into the description, unless a person wrote one; the case if it changed."""
    async with sessions() as session:
        await begin_write(session)
        case = await session.scalar(select(Case).where(Case.call_id == call_id).with_for_update())
        if case is None or case.stage != Stage.DRAFT or not transcript:
            return None
        if case.description and not case.description_is_transcript:
            return None
        if not door.apply(case, {"description": transcript[:DESCRIPTION_LENGTH]}):
            return None
        case.description_is_transcript = True
        door.touch(case, None, door.moment(case, clock.now()))
        outbox.add(session, CaseEdited(at=case.changed_at, case_id=case.id))
        await session.commit()
        return case
