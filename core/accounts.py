"""Accounts and logging in: argon2 hashes, a lock after too many wrong passwords, every try audited."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import audit
from core.audit import Action
from core.clock import Clock
from core.db import SessionFactory, begin_write
from core.errors import AccountLockedError, ConflictError, InvalidError, WrongPasswordError
from core.settings import Web
from core.tables import Account, AuditEntry, Role

PASSWORD_LENGTHS = range(8, 257)
USERNAME_LENGTH = 64
_hasher = PasswordHasher()


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """A hash to spend the same time on when there is no such user."""
    return _hasher.hash("nobody has this password")


async def create(
    session: AsyncSession,
    *,
    username: str,
    display_name: str,
    role: Role | str,
    password: str,
    extension: str | None = None,
    unit: str | None = None,
    clock: Clock,
) -> Account:
    """Add an account in the caller's transaction; `unit` names a unit there is.

    Raises:
        InvalidError: names each field that does not fit.
        ConflictError: the user name is taken.
    """
    _check(username, display_name, role, password)
    if await session.scalar(select(Account.id).where(Account.username == username)):
        raise ConflictError(f"账号 {username} 已存在")
    account = Account(
        username=username,
        display_name=display_name,
        role=str(role),
        extension=extension,
        unit=unit,
        password_hash=await asyncio.to_thread(_hasher.hash, password),
        failures=0,
        created_at=clock.now(),
    )
    session.add(account)
    await session.flush()
    subject = f"account:{account.id}"
    audit.record(session, at=clock.now(), actor_id=None, action=Action.ACCOUNT_CREATED, subject=subject)
    return account


def _check(username: str, display_name: str, role: str, password: str) -> None:
    wrong: dict[str, str] = {}
    if not (
        1 <= len(username) <= USERNAME_LENGTH and username.isprintable() and username == username.strip()
    ):
        wrong["username"] = f"账号须为 1–{USERNAME_LENGTH} 个可见字符"
    if not 1 <= len(display_name) <= 64:
        wrong["display_name"] = "姓名须为 1–64 个字符"
    if str(role) not in set(Role):
        wrong["role"] = "没有这个角色"
    if len(password) not in PASSWORD_LENGTHS:
        wrong["password"] = f"密码须为 {PASSWORD_LENGTHS.start}–{PASSWORD_LENGTHS.stop - 1} 个字符"
    if wrong:
        raise InvalidError(fields=wrong)


async def log_in(
    sessions: SessionFactory, username: str, password: str, *, address: str, settings: Web, clock: Clock
) -> Account:
    """The account, if the password is right and the account not locked. Both outcomes are audited.

    A name nobody has takes as long, and is locked after as many tries, as one somebody has.

    Raises:
        WrongPasswordError: user name or password is wrong.
        AccountLockedError: too many wrong passwords lately; details hold `until`.
    """
    username = username[:USERNAME_LENGTH] if username.isprintable() else "?"
    async with sessions() as session:
        stored = await session.scalar(select(Account.password_hash).where(Account.username == username))
    right = await asyncio.to_thread(_matches, stored or _nobodys_hash(), password)
    async with sessions() as session:
        await begin_write(session)
        query = select(Account).where(Account.username == username).with_for_update()
        account = await session.scalar(query)
        attempt = _Attempt(session, clock.now(), username, address, settings)
        error = attempt.by(account, right) if account else await attempt.by_nobody()
        await session.commit()
    if error is not None:
        raise error
    assert account is not None  # noqa: S101 - for the type checker: nobody always gets an error
    return account


def _matches(stored: str, password: str) -> bool:
    """Never raises: an overlong password or a damaged hash is simply not a match."""
    try:
        return _hasher.verify(stored, password[: PASSWORD_LENGTHS.stop]) and len(password) in PASSWORD_LENGTHS
    except (VerificationError, InvalidHashError, UnicodeError):
        return False


class _Attempt:
    """One try to log in, judged inside its transaction."""

    def __init__(
        self, session: AsyncSession, now: datetime, username: str, address: str, settings: Web
    ) -> None:
        self._session = session
        self._now = now
        self._subject = f"username:{username}"
        self._address = address
        self._settings = settings
        self._lock = timedelta(minutes=settings.lock_minutes)

    def by(self, account: Account, right: bool) -> WrongPasswordError | AccountLockedError | None:
        if account.locked_until is not None and account.locked_until > self._now:
            self._note(account.id, Action.SESSION_REFUSED_LOCKED)
            return _locked(account.locked_until)
        if right:
            account.failures, account.locked_until = 0, None
            self._note(account.id, Action.SESSION_OPENED)
            return None
        account.failures += 1
        self._note(account.id, Action.SESSION_REFUSED_WRONG)
        if account.failures >= self._settings.max_failures:
            account.failures, account.locked_until = 0, self._now + self._lock
            self._note(account.id, Action.ACCOUNT_LOCKED)
        return WrongPasswordError("用户名或密码错误")

    async def by_nobody(self) -> WrongPasswordError | AccountLockedError:
        """Counted in the audit trail, so that being locked does not tell which names exist."""
        mine = (
            AuditEntry.subject == self._subject,
            AuditEntry.action == Action.SESSION_REFUSED_UNKNOWN,
            AuditEntry.at > self._now - self._lock,
        )
        count, last = (
            await self._session.execute(select(func.count(), func.max(AuditEntry.at)).where(*mine))
        ).one()
        if count >= self._settings.max_failures:
            self._note(None, Action.SESSION_REFUSED_LOCKED)
            return _locked(last + self._lock)
        self._note(None, Action.SESSION_REFUSED_UNKNOWN)
        return WrongPasswordError("用户名或密码错误")

    def _note(self, actor_id: int | None, action: Action) -> None:
        audit.record(
            self._session,
            at=self._now,
            actor_id=actor_id,
            action=action,
            subject=self._subject,
            address=self._address,
        )


def _locked(until: datetime) -> AccountLockedError:
    local = until.astimezone().strftime("%H:%M")
    return AccountLockedError(f"密码错误次数过多，账号已锁定，{local} 后再试", until=until.isoformat())
