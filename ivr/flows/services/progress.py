"""案卷进度: how far a case is. Told are its number, stage and dates; nothing about any person."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.flows.listener import BackWanted, Listener, Question
from ivr.flows.model import Progress
from ivr.flows.ports import CaseFacts, LookupFailedError, World
from ivr.flows.services import identify

#: Stages with a sentence of their own; a stage it has not heard of is "being dealt with".
STAGES = ("registered", "established", "closed")
#: Cases of one phone that are told, newest first.
MOST = 3
BY_CALLER, BY_NUMBER, ANOTHER = "1", "2", "1"
PROMPTS = (
    *identify.PROMPTS,
    *("progress-how", "progress-none", "progress-no-match", "progress-away", "progress-after"),
    *("progress-case", "progress-registered", "progress-since", "progress-stage-other"),
    *(f"progress-stage-{stage}" for stage in STAGES),
)


async def tell(action: Progress, listener: Listener, world: World) -> str:
    """The step that follows.

    Raises:
        PersonWanted, BackWanted
    """
    try:
        while cases := await _find(listener, world):
            if not await _read(cases, listener, world):
                return action.next
    except LookupFailedError:
        listener.say("progress-away")
    return action.otherwise


async def _find(listener: Listener, world: World) -> Sequence[CaseFacts]:
    """The cases to tell about; none when the caller is silent or cannot prove it."""
    if world.caller:
        how = await listener.choose(
            Question(("progress-how",), (BY_CALLER, BY_NUMBER), world.digit_wait_s, rounds=2)
        )
        if not how:
            return ()
        if how == BY_CALLER:
            if found := await listener.during(world.cases.of_caller(world.caller)):
                return found[:MOST]
            listener.say("progress-none")
    case = await identify.case_by_number(listener, world)
    if case is None:
        listener.say("progress-no-match")
    return (case,) if case else ()


async def _read(cases: Sequence[CaseFacts], listener: Listener, world: World) -> bool:
    """Tell them; true when the caller wants to hear about another case."""
    sounds = [sound for case in cases for sound in sentence(case, listener.language, world)]
    question = Question((*sounds, "progress-after"), (ANOTHER,), world.digit_wait_s)
    try:
        return await listener.choose(question) == ANOTHER
    except BackWanted:
        if world.caller:
            return True
        raise


def sentence(case: CaseFacts, language: str, world: World) -> tuple[str, ...]:
    """What is said about one case."""
    stage = case.stage if case.stage in STAGES else "other"
    speech = world.speech
    return (
        "progress-case",
        *speech.case_number(language, case.number),
        "progress-registered",
        *speech.date(language, case.registered_on),
        f"progress-stage-{stage}",
        "progress-since",
        *speech.date(language, case.since),
    )
