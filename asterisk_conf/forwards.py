"""Duty phones callers may be put through to: the allow-list as channels the dialplan rings, by name."""

from __future__ import annotations

from core.settings import Settings
from ivr.outbound.routes import routes


def channels(settings: Settings) -> dict[str, list[str]]:
    """Name → the channels to try in order, for every name that has a number."""
    return {
        name: [route.channel for route in routes(settings, number)]
        for name, number in settings.forward.numbers.items()
        if number
    }
