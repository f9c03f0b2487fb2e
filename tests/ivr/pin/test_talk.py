"""Proving who one is: what is asked, and that nothing of it is kept."""

from __future__ import annotations

import pytest

from ivr.flows.fakes import FakeCall
from ivr.flows.ports import CallerHungUpError
from ivr.pin.talk import PinResult, check

PHONES = ("", "13800001234", "041188886666")
RIGHT, WRONG = list("1234"), list("9999")


async def _check(*keys: str, phones: tuple[str, ...] = PHONES) -> tuple[PinResult, FakeCall]:
    call = FakeCall(keys)
    return await check(call, phones, 1, 1), call


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        (RIGHT, PinResult.RIGHT),
        (list("6666"), PinResult.RIGHT),
        ([*WRONG, *RIGHT], PinResult.RIGHT),
        ([*WRONG, *WRONG, *RIGHT], PinResult.RIGHT),
        ([*WRONG, *WRONG, *WRONG, *RIGHT], PinResult.WRONG),
        (["", *RIGHT], PinResult.RIGHT),
        (["", "", *RIGHT], PinResult.CANCELLED),
        (["*"], PinResult.CANCELLED),
        ([*WRONG, "*"], PinResult.CANCELLED),
        (["1", "2", "3", "#", *RIGHT], PinResult.RIGHT),
    ],
)
async def test_what_is_keyed_in(keys: list[str], result: PinResult) -> None:
    assert (await _check(*keys))[0] is result


@pytest.mark.parametrize("phones", [(), ("",), ("123",), ("unknown",)])
async def test_a_case_without_a_telephone_proves_nothing(phones: tuple[str, ...]) -> None:
    result, call = await _check(*RIGHT, phones=phones)
    assert (result, call.played) == (PinResult.CANCELLED, [])


async def test_nothing_of_it_reaches_the_ledger() -> None:
    _, call = await _check(*WRONG, *RIGHT)
    assert (call.steps, call.pressed, call.marks) == ([], [], [])


async def test_hanging_up_is_told() -> None:
    with pytest.raises(CallerHungUpError):
        await _check("1", "hangup")
