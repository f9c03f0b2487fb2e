"""What seats do, as the keeper of presences (`ivr.seats`) says it, and what others may see of that."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from pydantic import ValidationError

from core.phone import mask
from ivr.board.channel import SEATS
from web.live.models import SeatLive
from web.services import Services

log = structlog.get_logger()


async def seats_now(services: Services, wanted: Sequence[str] = ()) -> dict[str, SeatLive]:
    """What the keeper of presences says of the seats `wanted`, or of every seat, by extension.

    Raises:
        RedisError, OSError
    """
    redis = services.redis
    bodies = await redis.hmget(SEATS, list(wanted)) if wanted else await redis.hvals(SEATS)
    found = {}
    for body in bodies:
        try:
            if body is not None:
                seat = SeatLive.model_validate_json(body)
                found[seat.extension] = seat
        except ValidationError:
            log.warning("a seat's state nobody can read", state=str(body)[:200])
    return found


def masked(seat: SeatLive) -> SeatLive:
    """`seat` as other seats and the wallboard see it: without the outside number it speaks with."""
    peer = seat.call.peer if seat.call else None
    if seat.call is None or peer is None or peer.kind != "external" or not peer.value:
        return seat
    shown = mask(peer.value)
    hidden = peer.model_copy(update={"value": shown, "label": peer.label.replace(peer.value, shown)})
    return seat.model_copy(update={"call": seat.call.model_copy(update={"peer": hidden})})
