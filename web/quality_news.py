"""Telling a seat at once that something of its inspection is new; what it missed, its page shows anyway."""

from __future__ import annotations

import json

import structlog
from redis.exceptions import RedisError

from core.tables import Account
from ivr.board.channel import LIVE
from recorder.quality.tables import QualityScore
from web.services import Services

log = structlog.get_logger()


async def tell_scored(services: Services, made: QualityScore) -> None:
    """A score was given, or an appeal reviewed. With nobody to tell, or no Redis, it stands all the same."""
    if made.agent_id is None:
        return
    async with services.sessions() as db:
        agent = await db.get(Account, made.agent_id)
    if agent is None or not agent.extension:
        return
    news = {"type": "quality", "to": [agent.extension], "score_id": made.id, "state": str(made.state)}
    try:
        await services.redis.publish(LIVE, json.dumps(news))
    except (RedisError, OSError) as error:
        log.warning("a seat was not told of its score", error=str(error))
