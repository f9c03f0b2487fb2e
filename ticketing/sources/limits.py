"""How much a source may send: so many reports a minute, saved up for at most a minute. Pure."""

from __future__ import annotations

import math
from datetime import datetime

from core.errors import HotlineError
from ticketing.sources.tables import Source


class TooManyReportsError(HotlineError):
    """该来源提交过于频繁，请稍后再试。"""

    code, status = "too_many_reports", 429


def take(source: Source, count: int, now: datetime) -> None:
    """Charge `count` reports to the source.

    Raises:
        TooManyReportsError: `retry_after` in the details is how many seconds later it would do; nothing
            is charged.
    """
    # A clock that was moved back gives nothing and takes nothing away.
    passed_s = max(0.0, (now - source.allowance_at).total_seconds())
    allowed = min(float(source.per_minute), source.allowance + passed_s * source.per_minute / 60)
    if count > allowed:
        # A batch beyond what a minute holds will never do; a minute later a smaller one will.
        lacking = min(count, source.per_minute) - allowed
        wait_s = max(1, math.ceil(lacking * 60 / source.per_minute))
        raise TooManyReportsError(
            f"该来源每分钟最多 {source.per_minute} 件，请在 {wait_s} 秒后再试", retry_after=wait_s
        )
    source.allowance, source.allowance_at = allowed - count, now
