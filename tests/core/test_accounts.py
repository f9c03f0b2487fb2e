"""core.accounts: wrong passwords lock, nobody learns which names exist, every try is in the trail."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from core import accounts
from core.accounts import _hasher
from core.clock import FixedClock
from core.db import SessionFactory
from core.errors import (
    AccountLockedError,
    ConflictError,
    HotlineError,
    InvalidError,
    WrongPasswordError,
)
from core.settings import Web
from core.tables import Account, AuditEntry, Role

PASSWORD = "lù dēng 8 不亮"
WEB = Web(max_failures=3, lock_minutes=15)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same hash at a fraction of the cost: the cost itself is argon2-cffi's business."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    accounts._nobodys_hash.cache_clear()
    yield
    accounts._nobodys_hash.cache_clear()


@pytest.fixture
async def account(sessions: SessionFactory, clock: FixedClock) -> Account:
    async with sessions() as session:
        made = await accounts.create(
            session, username="wang", display_name="王芳", role=Role.SEAT, password=PASSWORD, clock=clock
        )
        await session.commit()
        return made


async def log_in(
    sessions: SessionFactory, clock: FixedClock, password: str, username: str = "wang"
) -> Account:
    return await accounts.log_in(sessions, username, password, address="127.0.0.9", settings=WEB, clock=clock)


async def actions(sessions: SessionFactory) -> Sequence[str]:
    async with sessions() as session:
        return (await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))).all()


async def test_right_password(sessions: SessionFactory, account: Account, clock: FixedClock) -> None:
    assert (await log_in(sessions, clock, PASSWORD)).id == account.id
    assert await actions(sessions) == ["account:created", "session:opened"]
    assert PASSWORD not in account.password_hash


async def test_ten_wrong_passwords(sessions: SessionFactory, account: Account, clock: FixedClock) -> None:
    refusals = []
    for _ in range(10):
        with pytest.raises(HotlineError) as refusal:
            await log_in(sessions, clock, "wrong")
        refusals.append(refusal.value.code)
    assert refusals == ["wrong_password"] * 3 + ["account_locked"] * 7
    with pytest.raises(AccountLockedError):
        await log_in(sessions, clock, PASSWORD)
    clock.advance(timedelta(minutes=15, seconds=1))
    assert (await log_in(sessions, clock, PASSWORD)).failures == 0
    trail = await actions(sessions)
    assert trail.count("session:refused:wrong_password") == 3
    assert trail.count("session:refused:locked") == 8
    assert trail.count("account:locked") == 1


async def test_wrong_passwords_all_at_once(
    sessions: SessionFactory, account: Account, clock: FixedClock
) -> None:
    tries = await asyncio.gather(
        *(log_in(sessions, clock, f"guess {n}") for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(each, WrongPasswordError) for each in tries) == WEB.max_failures
    assert sum(isinstance(each, AccountLockedError) for each in tries) == 8 - WEB.max_failures


async def test_a_right_password_forgets_the_wrong_ones(
    sessions: SessionFactory, account: Account, clock: FixedClock
) -> None:
    for password in ("wrong", "wrong", PASSWORD, "wrong", "wrong"):
        if password == PASSWORD:
            await log_in(sessions, clock, password)
        else:
            with pytest.raises(WrongPasswordError):
                await log_in(sessions, clock, password)
    assert (await log_in(sessions, clock, PASSWORD)).username == "wang"


async def test_a_name_nobody_has_is_refused_the_same_way(
    sessions: SessionFactory, account: Account, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    monkeypatch.setattr(accounts, "_matches", lambda stored, _password: bool(verified.append(stored)))
    codes: dict[str, list[str]] = {"wang": [], "nobody": []}
    for username, seen in codes.items():
        for _ in range(5):
            with pytest.raises(HotlineError) as refusal:
                await log_in(sessions, clock, "wrong", username)
            seen.append(refusal.value.code)
    assert codes["wang"] == codes["nobody"]
    assert len(verified) == 10, "the same work is done for both"
    parameters = {stored.rsplit("$", 2)[0] for stored in verified}
    assert len(parameters) == 1, "with the same cost"


@pytest.mark.parametrize("password", ["", "x" * 100_000, "\ud800" * 8, "\x00" * 8])
async def test_strange_passwords_are_just_wrong(
    sessions: SessionFactory, account: Account, clock: FixedClock, password: str
) -> None:
    with pytest.raises(WrongPasswordError):
        await log_in(sessions, clock, password)


@pytest.mark.parametrize(
    "username", ["", "x" * 10_000, "'; DROP TABLE accounts;--", "a\x00b", "\ud800", "a\r\nb"]
)
async def test_strange_names_are_just_wrong(
    sessions: SessionFactory, account: Account, clock: FixedClock, username: str
) -> None:
    with pytest.raises(WrongPasswordError):
        await log_in(sessions, clock, PASSWORD, username)


async def test_a_name_is_taken_once(sessions: SessionFactory, account: Account, clock: FixedClock) -> None:
    async with sessions() as session:
        with pytest.raises(ConflictError):
            await accounts.create(
                session, username="wang", display_name="王", role="seat", password=PASSWORD, clock=clock
            )


async def test_every_wrong_field_is_named(sessions: SessionFactory, clock: FixedClock) -> None:
    async with sessions() as session:
        with pytest.raises(InvalidError) as refusal:
            await accounts.create(
                session, username=" a", display_name="", role="king", password="short", clock=clock
            )
    assert set(refusal.value.details["fields"]) == {"username", "display_name", "role", "password"}  # type: ignore[call-overload]


def test_the_hash_is_argon2id() -> None:
    assert _hasher.hash("x").startswith("$argon2id$")
