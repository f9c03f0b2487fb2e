"""A desk whose switch is played: what the page asks is answered here, what it is told is said here.

For what is about the page alone: words, keys, states that take minutes on a real switch.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, Request, Route, WebSocketRoute

from tests.browser.desk.driver import BrowserSeat

SEAT = "1001"
CALL = "played-1"


def ago(seconds: float) -> str:
    """The moment that many seconds ago, as the API writes it."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def seat_live(state: str = "ready", **more: Any) -> dict[str, Any]:
    """A `SeatLive` of seat 1001."""
    return {
        "extension": SEAT,
        "display_name": "坐席 1001",
        "account_id": 1,
        "state": state,
        "since": ago(65),
        "reason": "",
        "device": "browser",
        "devices": [{"kind": "browser", "reachable": True}],
        "queues": ["general", "emergency"],
        "until": None,
        "over_limit": False,
        "call": None,
    } | more


def seat_call(state: str = "talking", **more: Any) -> dict[str, Any]:
    """The `call` of a `SeatLive`."""
    facts = {
        "call_id": CALL,
        "state": state,
        "direction": "inbound",
        "queue": "general",
        "since": ago(42),
        "with": None,
    }
    return facts | more


def pop(call_id: str = CALL, **more: Any) -> dict[str, Any]:
    """A `Pop`."""
    facts: dict[str, Any] = {
        "call_id": call_id,
        "why": "queue",
        "queue": "general",
        "queue_label": "综合队列",
        "rang_at": ago(50),
        "caller": "138****2222",
        "caller_kind": "mobile",
        "place": "北京市",
        "marks": [],
        "flag": None,
        "language": "zh",
        "menu_path": [],
        "wait_s": 12,
        "priority": 0,
        "case_id": None,
        "earlier_calls": [],
        "earlier_cases": [],
        "open_nearby": [],
        "survey": None,
    }
    return facts | more


class PlayedSwitch:
    """Answers the desk's requests from `answers`; keeps what was asked in `asked`."""

    #: The desk, once it is open.
    seat: BrowserSeat

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: dict[str, tuple[int, Any]] = {
            "GET /seats/live": (200, {"items": [seat_live()]}),
            "GET /seats/me/pop": (204, None),
            "GET /parked": (200, {"items": []}),
            "GET /notices": (200, {"items": []}),
            "GET /pause-reasons": (
                200,
                {
                    "items": [
                        {
                            "code": "meal",
                            "label": "用餐",
                            "label_en": "Meal",
                            "limit_minutes": 45,
                            "active": True,
                        },
                        {
                            "code": "rest",
                            "label": "休息",
                            "label_en": "Rest",
                            "limit_minutes": 10,
                            "active": True,
                        },
                    ]
                },
            ),
            "GET /transfer-targets": (200, {"seats": [], "queues": [], "directory": []}),
            "GET /live-help": (
                200,
                {"on": False, "streams": 0, "limit": 0, "model": "", "is_test_model": False},
            ),
        }
        self.asked: list[tuple[str, Any]] = []
        self._sockets: list[WebSocketRoute] = []

    async def install(self) -> None:
        await self.page.route("**/api/v1/**", self._answer)
        await self.page.route_web_socket("**/api/v1/live", self._connected)

    def _connected(self, socket: WebSocketRoute) -> None:
        self._sockets.append(socket)

    async def _answer(self, route: Route, request: Request) -> None:
        path = request.url.split("/api/v1", 1)[1].split("?")[0]
        key = f"{request.method} {path}"
        if key not in self.answers and not path.startswith(("/seats/me", "/parked")):
            return await route.continue_()
        body = json.loads(request.post_data) if request.post_data else None
        if request.method != "GET":
            self.asked.append((key, body))
        status, answer = self.answers.get(key, (200, {"ok": True}))
        await route.fulfill(status=status, **({} if answer is None else {"json": answer}))

    def refuse(self, request: str, message: str, status: int = 409, code: str = "wrong_state") -> None:
        """Let a request be answered with the API's way to say no."""
        self.answers[request] = (status, {"error": {"code": code, "message": message}})

    def tell(self, message: dict[str, Any]) -> None:
        """Send a live message to the page."""
        self._sockets[-1].send(json.dumps(message))

    def presence(self, state: str, **more: Any) -> None:
        """Tell what seat 1001 does, now and to a page that asks."""
        seat = seat_live(state, **more)
        self.answers["GET /seats/live"] = (200, {"items": [seat]})
        self.tell({"type": "presence", "seat": seat})

    def in_call(self, state: str = "talking", **more: Any) -> None:
        """Tell that seat 1001 has a call."""
        self.presence(state if state != "pin" else "talking", call=seat_call(state, **more))

    def pops(self, **more: Any) -> None:
        self.tell({"type": "pop", "pop": pop(**more)})
