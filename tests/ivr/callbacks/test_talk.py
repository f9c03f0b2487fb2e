"""What a caller hears who wants to be called back, key by key."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.settings import Settings
from ivr.callbacks import talk
from ivr.outbound.allowed import Rules
from ivr.prompts import catalogue

OWN = "13800001234"
RULES = Rules("0411")


class Caller:
    """Presses what it was told to, one answer a question; '' is silence. Digits follow the first key."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self._rest = ""
        self.heard: list[tuple[str, ...]] = []
        self.pressed = ""

    async def ask(self, sounds: Sequence[str], wait_s: float) -> str:
        self.heard.append(tuple(sounds))
        answer = self._answers.pop(0) if self._answers else ""
        self._rest = answer[1:]
        return answer[:1]

    async def digits(self, most: int, wait_s: float) -> str:
        return self._rest[:most].removesuffix("#")

    async def press(self, key: str) -> None:
        self.pressed += key


async def offer(caller: Caller, known: str = OWN) -> str:
    return await talk.offer(caller, known, RULES, lambda text: [f"<{text}>"], 5, 5)  # type: ignore[arg-type]


async def test_the_own_number_confirmed() -> None:
    caller = Caller("1")
    assert await offer(caller) == OWN
    assert caller.heard == [("callback-offer", f"<{OWN}>", "callback-confirm")]
    assert caller.pressed == "1"


async def test_another_number() -> None:
    caller = Caller("2", "13900005678#", "1")
    assert await offer(caller) == "13900005678"
    assert caller.heard[1:] == [
        ("callback-enter",),
        ("callback-number", "<13900005678>", "callback-confirm"),
    ]


async def test_a_landline_begins_with_the_key_that_elsewhere_leads_back() -> None:
    assert await offer(Caller("2", "041184390001#", "1")) == "041184390001"


async def test_a_typed_number_can_be_typed_again() -> None:
    assert await offer(Caller("2", "13900005678#", "2", "13900005679#", "1")) == "13900005679"


async def test_a_withheld_number_has_to_be_typed() -> None:
    caller = Caller("13900005678#", "1")
    assert await offer(caller, "") == "13900005678"
    assert caller.heard[0] == ("callback-withheld", "callback-enter")


@pytest.mark.parametrize("known", ["95588", "12345", "+85221234567"])
async def test_an_own_number_we_may_not_call_is_refused_with_the_reason(known: str) -> None:
    caller = Caller("13900005678#", "1")
    assert await offer(caller, known) == "13900005678"
    assert caller.heard[0] == ("callback-refused", "callback-enter")


@pytest.mark.parametrize(
    ("typed", "why"),
    [("16812345#", "callback-refused"), ("1390000567#", "callback-invalid"), ("1#", "callback-invalid")],
)
async def test_a_typed_number_we_may_not_call_is_asked_for_again(typed: str, why: str) -> None:
    caller = Caller("2", typed, "13900005678#", "1")
    assert await offer(caller) == "13900005678"
    assert caller.heard[2] == (why, "callback-enter")


async def test_the_third_refusal_leads_back_to_the_queue() -> None:
    caller = Caller("2", "16812345#", "16812345#", "16812345#", "13900005678#", "1")
    assert await offer(caller) == ""


@pytest.mark.parametrize("keys", [["0"], ["*"], ["2", "*"], ["2", "13900005678#", "0"], [], ["2"]])
async def test_every_other_way_leads_back_to_the_queue(keys: list[str]) -> None:
    assert await offer(Caller(*keys)) == ""


async def test_a_wrong_key_is_said_so() -> None:
    caller = Caller("7", "1")
    assert await offer(caller) == OWN
    assert caller.heard[1][0] == "invalid-key"


async def test_every_sentence_is_in_the_catalogue() -> None:
    known = catalogue.load(Settings())
    caller = Caller("7", "2", "1#", "16812345#", "13900005678#", "1")
    await offer(caller)
    await offer(other := Caller("*"), "")
    said = {sound for sounds in caller.heard + other.heard for sound in sounds if not sound.startswith("<")}
    assert said <= set(known)
