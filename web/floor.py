"""Supervision, seats' own calls and proofs by keys, put together for the web process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from aiohttp import web
from redis.exceptions import RedisError

from asterisk_conf.render import system_name
from core.errors import ForbiddenError
from ivr.board.channel import SEATS
from ivr.callbacks.book import CallbackBook
from ivr.desk.pauses import PauseKeeper
from ivr.ledger.tables import Seat
from ivr.outbound.dialler import SwitchDialler
from ivr.pin.desk import PinDesk, PinOver
from ivr.pin.talk import PinResult
from ivr.seat_calls.placing import SeatCalls
from ivr.seat_calls.ports import CallState, Progress
from ivr.supervision.supervisor import Supervisor
from recorder.capture.gaps import GapBook
from web.api.route import Answer, Ask
from web.live.hub import Hub
from web.services import Services


class SeatCallNews(Answer):
    """How far a call got that the seat places."""

    type: Literal["seat_call"] = "seat_call"
    call_id: str
    state: CallState


class PinNews(Answer):
    """The citizen has keyed in what proves who they are, or not; the digits are nowhere."""

    type: Literal["pin"] = "pin"
    call_id: str
    result: PinResult


class SupervisionNews(Answer):
    """A leader took the seat's call over, or ended it."""

    type: Literal["supervision"] = "supervision"
    call_id: str
    state: Literal["taken_over", "ended"]
    #: The leader's extension; empty: none.
    by: str


@dataclass(frozen=True)
class Floor:
    """What leaders and seats do to calls from the console."""

    supervisor: Supervisor
    calls: SeatCalls
    pins: PinDesk
    #: Recordings that seats have paused go on (also where the part exchange is away).
    pauses: PauseKeeper
    hub: Hub

    def tell_taken(self, seat: str, call_id: str, state: Literal["taken_over", "ended"], by: str) -> None:
        news = SupervisionNews(call_id=call_id, state=state, by=by)
        self.hub.tell_seats([seat], news.model_dump_json())

    async def close(self, _app: web.Application | None = None) -> None:
        await self.calls.close()
        await self.pins.close()


FLOOR = web.AppKey("floor", Floor)


def make_floor(services: Services, hub: Hub) -> Floor:
    """Over the process's one connection to the switch."""
    settings, switch = services.settings, services.switch
    dialler = SwitchDialler(settings, switch, services.clock, system_name(settings))
    book = CallbackBook(services.sessions, settings.callback, services.clock)

    def tell_call(progress: Progress) -> None:
        news = SeatCallNews(call_id=progress.call_id, state=progress.state)
        hub.tell_seats([progress.extension], news.model_dump_json())

    def tell_pin(over: PinOver) -> None:
        news = PinNews(call_id=over.call_id, result=over.result)
        hub.tell_seats([over.extension], news.model_dump_json())

    shown = settings.outbound.caller_id or settings.sip.did
    return Floor(
        Supervisor(switch, dialler.new_call_id),
        SeatCalls(switch, dialler, book, tell_call, shown),
        PinDesk(switch, tell_pin),
        PauseKeeper(switch, GapBook(services.sessions, services.clock), services.clock),
        hub,
    )


async def own_seat(ask: Ask) -> str:
    """The asker's extension.

    Raises:
        ForbiddenError: their account has none.
    """
    extension = ask.account.extension
    async with ask.services.sessions() as db:
        seat = await db.get(Seat, extension) if extension else None
    if seat is None:
        raise ForbiddenError("您的账号没有分配坐席分机。")
    return seat.extension


async def device_in_use(ask: Ask, extension: str) -> str:
    """`browser` or `phone`, as the seat logged in with; empty: nobody knows."""
    try:
        text = await ask.services.redis.hget(SEATS, extension)
        device = json.loads(text or "{}").get("device", "")
    except (RedisError, ValueError):
        return ""
    return device if device in ("browser", "phone") else ""
