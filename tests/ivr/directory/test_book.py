"""The directory: what may be in it, who changed it, and what is dialled for a code."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import ConflictError, InvalidError, NotFoundError
from core.sections import Outbound
from core.settings import Settings
from core.tables import AuditEntry
from core.transfer_settings import Transfer
from ivr.directory import book
from ivr.directory.book import Wanted
from ivr.directory.numbers import NumberNotAllowedError, keyed_in, of_directory
from ivr.directory.tables import EntryKind
from ivr.house.hands import Hand

SETTINGS = Settings.model_construct(
    outbound=Outbound(allow=["4008112319"]), transfer=Transfer(allow=["0411843XXXXX", "139XXXXXXXX"])
)
DISTRICT = Wanted("21", "中山区", "Zhongshan", EntryKind.DISTRICT, "84301234", True)


@pytest.fixture
def hand(sessions: SessionFactory, clock: FixedClock) -> Hand:
    return Hand(sessions, clock, None, "127.0.0.1")


async def test_an_entry_is_kept_as_it_is_dialled(hand: Hand, sessions: SessionFactory) -> None:
    row = await book.add(hand, SETTINGS, DISTRICT)
    assert row.number == "041184301234"
    async with sessions() as db:
        assert await book.number_of(db, "21", SETTINGS) == "041184301234"
        [entry] = await db.scalars(select(AuditEntry))
    assert (entry.action, entry.subject) == ("directory:added", f"directory:{row.id}")
    assert entry.detail["number"] == "041184301234"


async def test_a_code_belongs_to_one(hand: Hand) -> None:
    await book.add(hand, SETTINGS, DISTRICT)
    with pytest.raises(ConflictError):
        await book.add(hand, SETTINGS, replace(DISTRICT, label="沙河口区"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "1"},
        {"code": "12345"},
        {"label": "  "},
        {"number": "16812345"},
        {"number": "0014155550100"},
        {"number": "84301234,hl-spy"},
        {"number": ""},
    ],
)
async def test_what_does_not_fit_is_refused(hand: Hand, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidError) as refused:
        await book.add(hand, SETTINGS, replace(DISTRICT, **wrong))
    assert list(refused.value.details["fields"]) == list(wrong)


async def test_changes_say_what_was_before(hand: Hand, sessions: SessionFactory) -> None:
    row = await book.add(hand, SETTINGS, DISTRICT)
    await book.change(hand, SETTINGS, row.id, {"active": False})
    async with sessions() as db:
        entries = list(await db.scalars(select(AuditEntry).order_by(AuditEntry.id)))
        with pytest.raises(NotFoundError):
            await book.number_of(db, "21", SETTINGS)
        assert await book.listing(db, active_only=True) == []
    assert entries[-1].detail == {"changes": {"active": [True, False]}}
    await book.remove(hand, row.id)
    with pytest.raises(NotFoundError):
        await book.remove(hand, row.id)


@pytest.mark.parametrize(("number", "dialled"), [("110", "110"), ("4008112319", "4008112319")])
def test_the_directory_may_hold_short_numbers(number: str, dialled: str) -> None:
    assert of_directory(number, SETTINGS) == dialled


@pytest.mark.parametrize("number", ["041184312345", "84312345", "13900001111", "+8613900001111"])
def test_a_seat_may_write_numbers_of_the_allow_list(number: str) -> None:
    assert keyed_in(number, SETTINGS) in ("041184312345", "13900001111")


@pytest.mark.parametrize(
    "number", ["110", "041184401234", "13800001111", "12319", "16812345678", "", "1390000111X"]
)
def test_and_no_others(number: str) -> None:
    with pytest.raises(NumberNotAllowedError):
        keyed_in(number, SETTINGS)


def test_out_of_the_box_seats_write_no_numbers() -> None:
    with pytest.raises(NumberNotAllowedError):
        keyed_in("13900001111", Settings.model_construct())


@pytest.mark.parametrize("pattern", ["XXXXXXXX", "0411*", "+86139XXXXXXXX", "12"])
def test_a_pattern_is_a_number_with_holes(pattern: str) -> None:
    with pytest.raises(ValueError, match="X for any digit"):
        Transfer(allow=[pattern])
