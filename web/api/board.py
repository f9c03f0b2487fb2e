"""The live board for leaders (实时看板)."""

from __future__ import annotations

from http import HTTPMethod

from web.api.hand import LEADERS
from web.api.route import Ask, Routes
from web.live.keys import BOARD
from web.live.models import Board

routes = Routes("board")


@routes.add(HTTPMethod.GET, "/board", "Queues, seats, trunks and alarms now (实时看板)", roles=LEADERS)
async def board(ask: Ask) -> Board:
    return await ask.request.app[BOARD].board()
