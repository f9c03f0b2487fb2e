"""What a citizen hears who picks up a result visit (结果回访). Pure: the call is a port, as for flows.

No name, no address and nothing of what was reported is said: who picks up may be somebody else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from ivr.flows.ports import Call
from ivr.surveys.talk import DISSATISFIED, LEVELS, choose

STEP = "visit"
PERSON, REFUSE = "0", "9"
PROMPTS = (
    *("visit-call", "visit-call-ask", "visit-call-refused", "visit-thanks", "visit-sorry"),
    *("connecting", "invalid-key"),
)
#: Who picks up is not listening yet: asked twice.
ROUNDS = 2

Keep = Callable[[str], Awaitable[None]]


async def visit(call: Call, case_number: Sequence[str], keep: Keep, wait_s: float) -> bool:
    """Ask for the result; whether a person is wanted.

    Args:
        case_number: sounds that say it.
        keep: given the answer as soon as there is one: `1` to `5`, `person`, `refused`.
    """
    await call.enter(STEP)
    question = ("visit-call", *case_number, "visit-call-ask")
    key = await choose(call, question, LEVELS + PERSON + REFUSE, wait_s, rounds=ROUNDS)
    if not key:
        return False
    if key == PERSON:
        await keep("person")
        await call.ask(("connecting",), 0)
        return True
    await keep("refused" if key == REFUSE else key)
    await call.ask((_last_words(key),), 0)
    return False


def _last_words(key: str) -> str:
    if key == REFUSE:
        return "visit-call-refused"
    return "visit-sorry" if key in DISSATISFIED else "visit-thanks"
