"""What a seat's device has to know to register. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.settings import Settings

#: As pjsip.conf says; a phone that computes its answer beforehand needs it.
REALM = "hotline"


@dataclass(frozen=True)
class PhoneAccount:
    """What a SIP phone is told."""

    server: str
    port: int
    user: str
    password: str
    display_name: str
    transport: str = "udp"

    @classmethod
    def of(cls, settings: Settings, extension: str, display_name: str, secret: str) -> PhoneAccount:
        """The account of a seat's telephone."""
        return cls(settings.sip.host, settings.sip.port, extension, secret, display_name)

    @property
    def uri(self) -> str:
        return f"sip:{self.user}@{self.server}:{self.port}"


@dataclass(frozen=True)
class IceServer:
    """A STUN or TURN server as browsers want it described."""

    urls: list[str]
    username: str = ""
    credential: str = ""


def ice_servers(settings: Settings, extension: str, turn_secret: str, now: datetime) -> list[IceServer]:
    """Servers that help a browser through a NAT; none on one network.

    A TURN password is good for some hours only: coturn's `use-auth-secret` (TURN REST API) makes it from the
    shared secret and the time it ends. Without a secret TURN servers are left out: they refuse strangers.
    """
    seats, found = settings.seats, []
    if seats.stun_servers:
        found.append(IceServer(list(seats.stun_servers)))
    if seats.turn_servers and turn_secret:
        ends = int((now + timedelta(hours=seats.turn_hours)).timestamp())
        username = f"{ends}:{extension}"
        digest = hmac.new(turn_secret.encode(), username.encode(), hashlib.sha1).digest()
        found.append(IceServer(list(seats.turn_servers), username, base64.b64encode(digest).decode()))
    return found


def ws_url(settings: Settings) -> str:
    """Where browsers register."""
    seats = settings.seats
    return seats.ws_url or f"ws://{seats.ws_host}:{seats.ws_port}/ws"
