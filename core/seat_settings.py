"""Settings of seats (坐席) and their devices."""

from __future__ import annotations

from pydantic import Field

from core.section import Section


class Seats(Section):
    ws_host: str = Field("127.0.0.1", description="Address of the WebSocket browser seats register over.")
    ws_port: int = Field(8088, description="Port of that WebSocket, path /ws.", ge=1, le=65535)
    browser_codecs: str = Field("opus,alaw", description="Codec order for browser seats.")
