"""A person at the console, as a program: logs in, looks at calls, completes a case. Only the public API."""

from __future__ import annotations

import hashlib
from types import TracebackType
from typing import Any, Self

import aiohttp

from core.settings import Settings
from hotline.demo_data import DemoAccount
from hotline.refusal import Refusal

Answer = dict[str, Any]
TIMEOUT = aiohttp.ClientTimeout(total=15)


class Desk:
    """One log-in. Use as an async context manager."""

    def __init__(self, settings: Settings, account: DemoAccount) -> None:
        self._origin = f"http://{settings.web.host}:{settings.web.port}"
        self._account = account
        jar = aiohttp.CookieJar(unsafe=True)  # cookies of an address without a name
        self._http = aiohttp.ClientSession(self._origin, cookie_jar=jar, timeout=TIMEOUT)

    async def __aenter__(self) -> Self:
        body = {"username": self._account.username, "password": self._account.password}
        try:
            await self.ask("POST", "/session", body)
        except BaseException:
            await self._http.close()
            raise
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def ask(self, method: str, path: str, body: Answer | None = None) -> Any:
        """The JSON answer of `/api/v1<path>`.

        Raises:
            Refusal: the web does not answer, or says no; the sentence is its own.
        """
        headers = {"Origin": self._origin}
        try:
            async with self._http.request(method, f"/api/v1{path}", json=body, headers=headers) as answer:
                content: Any = await answer.json() if answer.status != 204 else None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Refusal(f"{self._origin} does not answer ({error}): start it with `make run`.") from None
        if answer.status >= 400:
            raise Refusal(
                f"{method} {path}: {content['error']['message']} {content['error'].get('fields', '')}"
            )
        return content

    async def audio(self, path: str) -> bytes:
        """A recording's archive copy.

        Raises:
            Refusal: it cannot be had.
        """
        try:
            async with self._http.get(path) as answer:
                answer.raise_for_status()
                return await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refusal(f"{path} cannot be had: {error}") from None


def checksum(data: bytes) -> str:
    """First 16 digits of the SHA-256, enough to compare by eye."""
    return hashlib.sha256(data).hexdigest()[:16]
