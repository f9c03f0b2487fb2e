"""SMS and WeChat by a gateway over signed HTTP.

POST, JSON: `{id, channel, to, text, language, case_number}`; `id` (also `Idempotency-Key`) is the same in
each attempt: a gateway that has it answers as it did the first time, and sends nothing. 2xx: taken,
`{"id": …}` in the answer is kept as its reference; 400, 410, 413, 415, 422: never; everything else: later.
"""

from __future__ import annotations

import json
from datetime import datetime

from core.delivery import Courier, Outcome, Reply
from ticketing.notices.adapters.base import Outgoing, Result

_REFERENCE_LENGTH = 128
#: The gateway is there, and this message alone has to wait.
_ONLY_THIS = frozenset({408, 409, 425, 429})


class HttpAdapter:
    def __init__(self, courier: Courier, url: str, secret: str) -> None:
        self._courier, self._url, self._secret = courier, url, secret

    async def send(self, message: Outgoing, now: datetime) -> Result:
        body = {
            "id": message.key,
            "channel": message.channel,
            "to": message.recipient,
            "text": message.text,
            "language": message.language,
            "case_number": message.case_number,
        }
        reply = await self._courier.post(
            self._url,
            json.dumps(body, ensure_ascii=False).encode(),
            key=message.key,
            secret=self._secret,
            now=now,
        )
        return Result(
            reply.outcome,
            reply.status,
            reply.why,
            _reference(reply),
            reply.took_ms,
            reply.retry_after_s,
            is_down=reply.outcome == Outcome.RETRY and reply.status not in _ONLY_THIS,
        )


def _reference(reply: Reply) -> str:
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return ""
    name = found.get("id", "") if isinstance(found, dict) else ""
    return str(name)[:_REFERENCE_LENGTH] if isinstance(name, str | int) and str(name).isprintable() else ""
