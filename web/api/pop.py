"""The screen pop of one's own seat (来电弹屏), for a page that was loaded again."""

from __future__ import annotations

from http import HTTPMethod

from web.api.masking import Viewer
from web.api.route import STAFF, Ask, Routes
from web.live.keys import POPS
from web.live.models import Pop

routes = Routes("pop")


@routes.add(
    HTTPMethod.GET,
    "/seats/me/pop",
    "Who rings at, or talks with, one's own seat; 204: nobody (来电弹屏)",
    roles=STAFF,
)
async def pop(ask: Ask) -> Pop | None:
    return await ask.request.app[POPS].current(Viewer.of(ask.account))
