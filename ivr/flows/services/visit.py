"""结果回访 by the caller: rate how a case was settled; not satisfied sends it back."""

from __future__ import annotations

from ivr.flows.listener import Listener, Question
from ivr.flows.model import Visit
from ivr.flows.ports import LookupFailedError, World
from ivr.flows.services import identify

SCORES = "12345"
#: From this score on the case goes back into handling.
DISSATISFIED = 4
PROMPTS = (
    *identify.PROMPTS,
    *("visit-ask", "visit-thanks", "visit-sorry", "visit-not-now", "visit-away", "progress-no-match"),
)


async def take(action: Visit, listener: Listener, world: World) -> str:
    """The step that follows.

    Raises:
        PersonWanted, BackWanted
    """
    try:
        case = await identify.case_by_number(listener, world)
        if case is None:
            listener.say("progress-no-match")
            return action.otherwise
        score = await listener.choose(Question(("visit-ask",), SCORES, world.digit_wait_s, rounds=2))
        if not score:
            return action.otherwise
        kept = await listener.during(world.visits.rate(case.number, int(score)))
    except LookupFailedError:
        listener.say("visit-away")
        return action.otherwise
    if not kept:
        listener.say("visit-not-now")
        return action.otherwise
    listener.say("visit-sorry" if int(score) >= DISSATISFIED else "visit-thanks")
    return action.next
