"""A big board as the server would send it: for looks and for speed, where real calls would be too many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

QUEUES = [
    ("general", "综合", "General"),
    ("emergency", "紧急", "Emergency"),
    ("enterprise", "企业", "Enterprise"),
    ("english", "英语", "English"),
    ("dialect", "方言", "Dialect"),
]
#: What seats do in a busy hour, in turn.
STATES = [
    "talking",
    "talking",
    "ready",
    "talking",
    "hold",
    "wrap_up",
    "talking",
    "paused",
    "ringing",
    "talking",
]
STATES += ["conference", "talking", "ready", "talking", "consult", "unreachable", "outbound", "offline"]
IN_CALL = {"talking", "hold", "consult", "conference", "ringing", "outbound"}
NAMES = ["王芳", "李娜", "张伟", "刘洋", "陈静", "杨帆", "赵磊", "黄敏", "周杰", "吴婷", "徐强"]


def seat(n: int, state: str, since: datetime, call_id: str = "") -> dict[str, Any]:
    """`SeatLive` of seat 1001 + n."""
    call = None
    if state in IN_CALL:
        call = {
            "call_id": call_id or f"a-{1700000000 + n}.{n}",
            "state": {"outbound": "dialling"}.get(state, state),
            "direction": "outbound" if state == "outbound" else "inbound",
            "queue": QUEUES[n % len(QUEUES)][0],
            "since": since.isoformat(),
            "with": {"kind": "external", "value": "21", "label": "市城管局值班室", "state": "talking"}
            if state in {"conference", "consult"}
            else None,
        }
    return {
        "extension": str(1001 + n),
        "display_name": NAMES[n % len(NAMES)],
        "account_id": n + 1,
        "state": state,
        "since": since.isoformat(),
        "reason": "lunch" if state == "paused" else "",
        "device": "" if state == "offline" else ("phone" if n % 4 == 0 else "browser"),
        "devices": [{"kind": "browser", "reachable": state != "unreachable"}],
        "queues": [] if state == "offline" else [QUEUES[n % len(QUEUES)][0]],
        "until": None,
        "over_limit": state == "paused" and n % 3 == 1,
        "call": call,
    }


def _figures(states: Sequence[str], offered: int, answered: int, fast: int, abandoned: int) -> dict[str, Any]:
    return {
        "longest_wait_s": 0.0,
        "ready": states.count("ready"),
        "talking": sum(state in IN_CALL - {"ringing"} for state in states),
        "paused": states.count("paused"),
        "offered": offered,
        "answered": answered,
        "answered_15s": fast,
        "rate_15s": fast / offered if offered else None,
        "connection_rate": answered / offered if offered else None,
        "abandoned": abandoned,
        "mean_wait_s": 8.2,
    }


def _hour(hour: int) -> dict[str, int]:
    """As a day goes in a city: quiet at night, busy in the morning and after lunch; 16:00 is yet to come."""
    offered = [3, 2, 1, 1, 1, 2, 6, 14, 38, 61, 57, 44, 29, 35, 58, 31, *[0] * 8][hour]
    return {"hour": hour, "offered": offered, "answered": offered * 19 // 20, "abandoned": offered // 28}


def board(
    seats: int = 60, waiting: int = 90, *, alarms: int = 1, at: datetime | None = None
) -> dict[str, Any]:
    """A whole `Board` with so many seats and waiting callers."""
    now = at or datetime.now(UTC)
    live = [
        seat(n, STATES[n % len(STATES)], now - timedelta(seconds=7 + n * 13 % 1800)) for n in range(seats)
    ]
    queues = []
    for place, (name, label, label_en) in enumerate(QUEUES):
        calls = [
            {
                "call_id": f"a-{1700001000 + n}.{n}",
                "caller": f"138****{1000 + n}",
                "since": (now - timedelta(seconds=3 + n * 2)).isoformat(),
                "priority": 9 if n % 17 == 0 else 0,
            }
            for n in range(waiting)
            if (n * n) % len(QUEUES) == place
        ]
        offered = 210 - place * 44
        serving = [one["state"] for one in live if name in one["queues"]]
        figures = _figures(
            serving,
            offered,
            int(offered * (0.985 - place * 0.03)),
            int(offered * (0.96 - place * 0.045)),
            place * 3,
        )
        queues.append({"name": name, "label": label, "label_en": label_en, "waiting": calls, **figures})
    return {
        "at": now.isoformat(),
        "queues": queues,
        "total": {"waiting": waiting, **_figures([one["state"] for one in live], 530, 497, 468, 21)},
        "seats": live,
        "trunk": {"used": 76, "limit": 90},
        "ivr": {"used": 12, "limit": 90},
        "alarms": [
            {
                "kind": "lockout",
                "text": "地址 203.0.113.7 多次使用错误的话机密码，已锁定（分机 1012）",
                "text_en": "Address 203.0.113.7 is locked out after wrong phone passwords (seat 1012)",
                "since": (now - timedelta(minutes=4)).isoformat(),
            }
        ][:alarms],
        "hours": [_hour(hour) for hour in range(24)],
    }
