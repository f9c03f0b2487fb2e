"""Signed HTTP to machines outside (gateways, platforms, webhooks), once and carefully.

A request carries `Idempotency-Key`, the same however often it is repeated, `X-Hotline-Timestamp` (Unix
seconds) and `X-Hotline-Signature` (`sha256=` and the hexadecimal HMAC-SHA256 over timestamp, `.` and body).
Whoever receives it checks the signature and the time, and remembers the key: then nothing counts twice.
Redirects are not followed, answers are read to `ANSWER_LIMIT`, and addresses that are not public are refused
unless the setting `delivery.private_networks` has them: after the name was looked up, so that a name cannot
lead inside.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import TracebackType

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from core.delivery_settings import Delivery
from core.errors import InvalidError

TIMESTAMP, SIGNATURE, KEY = "X-Hotline-Timestamp", "X-Hotline-Signature", "Idempotency-Key"
#: How old a signed request may be.
FRESH = timedelta(minutes=5)
#: Bytes of an answer that are kept.
ANSWER_LIMIT = 64 * 1024
#: Seconds to wait after the first, second … failed attempt; the last counts for all later ones.
BACK_OFF_S = (10, 30, 60, 300, 900, 1800, 3600)
#: The receiver has looked at the request and will never take it.
_REFUSES = frozenset({400, 410, 413, 415, 422})
#: IPv6 networks that stand for IPv4 addresses: what looks public may lead inside.
_DISGUISES = tuple(ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"))
Address = IPv4Address | IPv6Address


class Outcome(StrEnum):
    """What came of an attempt."""

    DELIVERED = "delivered"  #: 已送达
    RETRY = "retry"  #: 待重试: nobody there, busy, or set up wrongly
    REFUSED = "refused"  #: 被拒收: repeating will not help


@dataclass(frozen=True)
class Reply:
    """How an attempt ended. `why` is a sentence for people (Chinese), empty when delivered."""

    outcome: Outcome
    status: int | None = None
    why: str = ""
    body: bytes = b""
    took_ms: int = 0
    #: The receiver named a time to come back after, seconds.
    retry_after_s: int | None = None


class BlockedAddressError(OSError):
    """The receiver's address may not be spoken to."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """What stands in `X-Hotline-Signature`."""
    made = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return "sha256=" + made.hexdigest()


def is_signed(secret: str, timestamp: str, signature: str, body: bytes, now: datetime) -> bool:
    """Whether a request we received was signed with `secret`, at most `FRESH` ago or ahead."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and secret):
        return False
    is_fresh = abs(now.timestamp() - int(timestamp)) <= FRESH.total_seconds()
    matches = hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode())
    return is_fresh and matches


def pause(attempts: int, asked_s: int | None = None) -> timedelta:
    """How long to wait after `attempts` failed ones; `asked_s` is what the receiver asked for."""
    usual = BACK_OFF_S[min(max(attempts, 1), len(BACK_OFF_S)) - 1]
    return timedelta(seconds=max(usual, min(asked_s or 0, BACK_OFF_S[-1])))


def check_url(url: str, field: str = "url") -> str:
    """`url` if it can be a receiver's; addresses are looked at when something is sent.

    Raises:
        InvalidError: `field` says what is wrong.
    """
    try:
        found = URL(url)
        is_fit = found.scheme in ("http", "https") and bool(found.host) and bool(found.port)
    except ValueError:
        is_fit = False
    if not is_fit:
        raise InvalidError("地址有误", fields={field: "请填写 https:// 开头的完整地址"})
    if found.user is not None or found.password is not None:
        raise InvalidError("地址有误", fields={field: "地址中不能带用户名和密码"})
    return url


class Courier:
    """Posts to receivers; keep one for the life of a part, and close it (`async with`)."""

    def __init__(self, rules: Delivery) -> None:
        self._rules = rules
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Courier:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        sessions, self._sessions = list(self._sessions.values()), {}
        for one in sessions:
            await one.close()

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        key: str,
        secret: str,
        now: datetime,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send `body` once; never raises for what the other side does.

        Args:
            key: names what is sent: the same in each attempt.
            now: the time that is signed.
        """
        timestamp, began = str(int(now.timestamp())), time.monotonic()
        sent = {
            **(headers or {}),
            "Content-Type": content_type,
            "Accept-Encoding": "identity",
            KEY: key,
            TIMESTAMP: timestamp,
            SIGNATURE: sign(secret, timestamp, body),
        }
        try:
            reply = await self._post(URL(check_url(url)), body, sent)
        except InvalidError:
            reply = Reply(Outcome.RETRY, why="地址有误")
        except TimeoutError:
            reply = Reply(Outcome.RETRY, why=f"{self._rules.timeout_s:g} 秒内没有应答")
        except (aiohttp.ClientError, OSError, UnicodeError) as error:
            reply = Reply(Outcome.RETRY, why=_why(error))
        took = int((time.monotonic() - began) * 1000)
        return Reply(reply.outcome, reply.status, reply.why, reply.body, took, reply.retry_after_s)

    async def _post(self, url: URL, body: bytes, headers: Mapping[str, str]) -> Reply:
        guard = _Guard(self._rules, is_plain=url.scheme == "http")
        guard.check_literal(url.host or "")
        session = self._session(url.scheme, guard)
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
            answer = await _read(response)
            return _reply(response, answer)

    def _session(self, scheme: str, guard: _Guard) -> aiohttp.ClientSession:
        if scheme not in self._sessions:
            self._sessions[scheme] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=guard, limit=32, limit_per_host=8),
                timeout=aiohttp.ClientTimeout(total=self._rules.timeout_s),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._sessions[scheme]


class _Guard(AbstractResolver):
    """Looks names up, and lets nobody in who leads to an address that is not allowed."""

    def __init__(self, rules: Delivery, *, is_plain: bool) -> None:
        self._ours = [ip_network(one) for one in rules.private_networks]
        self._is_plain = is_plain
        self._names = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """
        Raises:
            BlockedAddressError: one of the addresses is not allowed.
        """
        found = await self._names.resolve(host, port, family)
        for one in found:
            self._check(one["host"])
        return found

    async def close(self) -> None:
        await self._names.close()

    def check_literal(self, host: str) -> None:
        """What is written as an address is not looked up, `127.1` and `2130706433` neither.

        Raises:
            BlockedAddressError: it is an address, and not allowed.
        """
        if ":" in host or host.replace(".", "").isdigit():
            self._check(host)

    def _check(self, host: str) -> None:
        try:
            address: Address = ip_address(host.partition("%")[0])
        except ValueError:
            raise BlockedAddressError(f"地址 {host} 无法识别") from None
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if any(address in one for one in self._ours):
            return
        if self._is_plain:
            raise BlockedAddressError("不加密（http）只能发往设置 delivery.private_networks 中的网络")
        disguised = any(address in one for one in _DISGUISES)
        if disguised or not address.is_global or address.is_multicast:
            raise BlockedAddressError(f"{address} 不是公网地址，设置 delivery.private_networks 中也没有")


async def _read(response: aiohttp.ClientResponse) -> bytes:
    kept = b""
    async for part in response.content.iter_chunked(ANSWER_LIMIT):
        kept += part
        if len(kept) >= ANSWER_LIMIT:
            response.close()
            break
    return kept[:ANSWER_LIMIT]


def _reply(response: aiohttp.ClientResponse, body: bytes) -> Reply:
    status = response.status
    if 200 <= status < 300:
        return Reply(Outcome.DELIVERED, status, body=body)
    outcome = Outcome.REFUSED if status in _REFUSES else Outcome.RETRY
    why = f"对方应答 {status}" + ("（转向其他地址，不跟随）" if 300 <= status < 400 else "")
    after = response.headers.get("Retry-After", "")
    asked = int(after) if after.isascii() and after.isdigit() and len(after) <= 6 else None
    return Reply(outcome, status, why, body, retry_after_s=asked)


def _why(error: Exception) -> str:
    """The reason in a sentence, without what only programmers read."""
    inner = getattr(error, "os_error", None) or error.__cause__ or error
    if isinstance(inner, BlockedAddressError):
        return str(inner)
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return "对方的证书不可信"
        case aiohttp.ClientConnectorDNSError():
            return "域名无法解析"
        case aiohttp.ClientConnectorError():
            return "无法连接"
        case aiohttp.ServerDisconnectedError() | asyncio.IncompleteReadError():
            return "对方中断了连接"
    return f"发送失败：{type(error).__name__}"
