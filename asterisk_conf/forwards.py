"""Duty phones callers may be put through to: the allow-list as channels the dialplan rings, by name."""

from __future__ import annotations

from core.settings import Settings
from ivr.outbound.routes import Route, routes


def channels(settings: Settings) -> dict[str, list[Route]]:
    """Name → the ways to try in order, for every name that has a number."""
    return {name: routes(settings, number) for name, number in settings.forward.numbers.items() if number}
