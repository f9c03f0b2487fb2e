"""Presence (坐席状态): what every seat does now, and how a person changes what their own seat does."""

from __future__ import annotations

from http import HTTPMethod

from ivr.seats import live
from web.api.route import STAFF, Answer, Ask, Routes
from web.live.models import SeatLive

routes = Routes("presence")


class SeatsLive(Answer):
    items: list[SeatLive]


@routes.add(HTTPMethod.GET, "/seats/live", "What every seat does now (坐席实时状态)", roles=STAFF)
async def seats_live(ask: Ask) -> SeatsLive:
    found = await live.read_all(ask.services.redis)
    return SeatsLive(items=[SeatLive.model_validate(seat) for seat in found.values()])
