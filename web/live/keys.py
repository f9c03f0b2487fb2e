"""Where the application keeps its live parts."""

from __future__ import annotations

from aiohttp import web

from web.live.board import BoardKeeper
from web.live.feed import Feed
from web.live.hub import Hub
from web.live.pops import Pops

HUB = web.AppKey("hub", Hub)
BOARD = web.AppKey("board", BoardKeeper)
POPS = web.AppKey("pops", Pops)
FEED = web.AppKey("feed", Feed)
#: Open sockets, to be closed on shutdown.
SOCKETS = web.AppKey("sockets", set[web.WebSocketResponse])
