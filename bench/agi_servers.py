"""The two FastAGI servers of the comparison: `python -m bench.agi_servers ours|panoramisk PORT`.

Both run the same script as `pyst2_script.py`: one GET VARIABLE and three SET VARIABLE.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

from panoramisk import fast_agi

from agi_scripts.server import FastAgiServer
from agi_scripts.session import AgiSession
from core.log import configure

SCRIPT = "script"
_HOST = "127.0.0.1"


async def _ours(session: AgiSession) -> None:
    await session.command("GET VARIABLE LAPS")
    for number in ("one", "two", "three"):
        await session.set_variable("MARK", number)


async def _panoramisks(request: Any) -> None:
    await request.send_command("GET VARIABLE LAPS")
    for number in ("one", "two", "three"):
        await request.send_command(f'SET VARIABLE MARK "{number}"')


async def serve(name: str, port: int) -> None:
    """Serve until the process is ended."""
    if name == "ours":
        await FastAgiServer({SCRIPT: _ours}).serve(_HOST, port, asyncio.Event())
    application = fast_agi.Application(loop=asyncio.get_running_loop())
    application.add_route(SCRIPT, _panoramisks)
    server = await asyncio.start_server(application.handler, _HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    configure("agi", "warning")
    logging.disable(logging.INFO)
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
