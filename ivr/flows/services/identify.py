"""Which case a caller may hear about: by its number, and proof that it is theirs."""

from __future__ import annotations

from ivr.flows.listener import Listener
from ivr.flows.ports import CaseFacts, World

NUMBER_LENGTH = 19
PROOF_LENGTH = 4
TRIES = 3
PROMPTS = ("case-ask-number", "case-number-wrong", "case-ask-proof", "case-proof-wrong")


async def case_by_number(listener: Listener, world: World) -> CaseFacts | None:
    """Ask for a case number and, unless the caller rings from the registered phone, its last four digits.

    None when the caller is silent or cannot prove it. A number that no case has is asked for proof like any
    other, so nobody learns which numbers there are. A confidential case always wants proof.

    Raises:
        PersonWanted, BackWanted, LookupFailedError
    """
    number = await _ask(listener, "case-ask-number", "case-number-wrong", NUMBER_LENGTH, zero_first=False)
    if not number:
        return None
    facts = await listener.during(world.cases.by_number(number))
    if facts and not facts.confidential and world.caller and world.caller in facts.phones:
        return facts
    for attempt in range(TRIES):
        if attempt:
            listener.say("case-proof-wrong")
        proof = await listener.number(("case-ask-proof",), PROOF_LENGTH, zero_first=True)
        if not proof:
            return None
        if facts and any(phone[-PROOF_LENGTH:] == proof for phone in facts.phones):
            return facts
    return None


async def _ask(listener: Listener, prompt: str, wrong: str, length: int, *, zero_first: bool) -> str:
    """A number of exactly `length` digits; '' for silence or too many that are not."""
    for attempt in range(TRIES):
        if attempt:
            listener.say(wrong)
        number = await listener.number((prompt,), length, zero_first=zero_first)
        if not number or len(number) == length:
            return number
    return ""
