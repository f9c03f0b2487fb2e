"""Ends a FastAGI server that accepts calls and then says nothing.

The dialplan helps itself when FastAGI is gone, but it would wait for one that is frozen, and the caller with
it. supervisord only sees whether a process lives, so somebody has to knock.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

import structlog

from core.settings import Settings
from hotline.refusal import Refusal
from hotline.supervise import Control

#: While it answers, and while it does not; seconds. A frozen server is ended within twelve seconds.
KNOCK_EVERY_S, AGAIN_AFTER_S = 4.0, 1.0
ANSWER_WITHIN_S = 2.0
#: So many knocks in a row without an answer, and it is ended.
PATIENCE = 3
log = structlog.get_logger()


async def answers(settings: Settings) -> bool:
    """True unless something accepts on FastAGI's port and then does not react."""
    writer = None
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_connection(settings.agi.host, settings.agi.port)
            writer.write_eof()
            await reader.read(1)
    except TimeoutError:
        return False
    except OSError:
        return True  # nobody there: supervisord's business
    finally:
        if writer is not None:
            writer.close()
    return True


async def watch(settings: Settings) -> None:
    """Knock for ever; end the server after PATIENCE unanswered knocks. supervisord starts a new one."""
    unanswered = 0
    while True:
        unanswered = 0 if await answers(settings) else unanswered + 1
        if unanswered >= PATIENCE:
            await asyncio.to_thread(_end, settings)
            unanswered = 0
        await asyncio.sleep(AGAIN_AFTER_S if unanswered else KNOCK_EVERY_S)


def _end(settings: Settings) -> None:
    with suppress(Refusal, ProcessLookupError):
        if pid := Control(settings).pid("agi"):
            log.error("FastAGI accepts calls but does not answer; ended, to be started again", pid=pid)
            os.kill(pid, signal.SIGKILL)
