"""Which of a seat's two devices is rung: the one in use, if it can be reached."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import ConflictError

#: Kind → what its name ends in. In this order they are tried: a browser that is open is in front of somebody.
_ENDINGS = {"browser": "w", "phone": ""}
_AWAY = frozenset({"", "UNAVAILABLE", "INVALID", "UNKNOWN"})


def device_of(states: Mapping[str, str], extension: str, wanted: str = "") -> str:
    """Interface to ring, such as `PJSIP/1001w`.

    Args:
        states: the switch's device states.
        wanted: `browser` or `phone`; empty: any.

    Raises:
        ConflictError: neither is registered.
    """
    kinds = sorted(_ENDINGS, key=lambda kind: kind != wanted)
    for kind in kinds:
        interface = f"PJSIP/{extension}{_ENDINGS[kind]}"
        if states.get(interface, "") not in _AWAY:
            return interface
    raise ConflictError("您的话机或浏览器电话没有连接。")
