"""Settings of seats (坐席) and their devices."""

from __future__ import annotations

from pydantic import Field

from core.section import Section


class Seats(Section):
    ws_host: str = Field("127.0.0.1", description="Address of the WebSocket browser seats register over.")
    ws_port: int = Field(8088, description="Port of that WebSocket, path /ws.", ge=1, le=65535)
    ws_url: str = Field(
        "",
        description="The same as browsers reach it, such as wss://hotline.example/ws; empty: ws://HOST:PORT/ws.",
    )
    browser_codecs: str = Field("opus,alaw", description="Codec order for browser seats.")
    stun_servers: list[str] = Field(
        [], description="STUN servers for browser seats, such as stun:stun.example:3478."
    )
    turn_servers: list[str] = Field(
        [],
        description="TURN servers for browser seats, such as turn:turn.example:3478?transport=tcp. Their "
        "shared secret is in the file secrets/turn of the state folder (coturn: use-auth-secret).",
    )
    turn_hours: int = Field(12, description="A browser's TURN password is good for this long.", ge=1, le=168)
    auto_pause: bool = Field(
        True, description="A seat that lets a call ring unanswered, or declines it, is paused (漏接自动示忙)."
    )
    extend_max_s: int = Field(
        600, description="A wrap-up (话后处理) may be extended to this many seconds at most.", ge=0, le=7200
    )
    switch_after_s: float = Field(
        4,
        description="A seat's device is away this long before its other one is rung instead; a page that is "
        "loaded anew is back sooner.",
        ge=0,
    )
    gone_minutes: int = Field(
        60, description="A seat none of whose devices answers is logged out after this; 0: never.", ge=0
    )
    lock_failures: int = Field(
        5, description="Wrong SIP passwords from one address within ten minutes that lock it out.", ge=1
    )
    lock_exempt: list[str] = Field(
        [],
        description="Addresses and networks that are never locked out, such as that of a proxy all browser "
        "seats come through; carriers and our own address never are.",
    )
    lock_minutes: int = Field(15, description="An address locked out stays so this long.", ge=1, le=10080)
