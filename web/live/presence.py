"""What others may see of what a seat does: everything but the outside number it speaks with."""

from __future__ import annotations

from core.phone import mask
from web.live.models import SeatLive


def masked(seat: SeatLive) -> SeatLive:
    """`seat` as other seats and the wallboard see it."""
    peer = seat.call.peer if seat.call else None
    if seat.call is None or peer is None or peer.kind != "external" or not peer.value:
        return seat
    shown = mask(peer.value)
    hidden = peer.model_copy(update={"value": shown, "label": peer.label.replace(peer.value, shown)})
    return seat.model_copy(update={"call": seat.call.model_copy(update={"peer": hidden})})
