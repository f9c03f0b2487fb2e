"""Counts wrong passwords by address. Pure."""

from __future__ import annotations

import ipaddress
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: Wrong passwords of so long ago are forgotten, seconds.
WINDOW_S = 600.0
#: Addresses remembered at most; the oldest goes: a flood from forged ones must not fill the memory.
_MOST = 10_000
#: Events of the switch that tell of a wrong password or an unknown user.
EVENTS = "ChallengeResponseFailed", "InvalidPassword", "InvalidAccountID"


@dataclass(frozen=True)
class Attempt:
    """One wrong password."""

    address: str
    username: str


def attempt_of(event: Mapping[str, str]) -> Attempt | None:
    """What a security event tells; None: it is not about an address we could keep out."""
    if event["event"] not in EVENTS or event.get("service") not in ("PJSIP", "SIP"):
        return None
    parts = event.get("remoteaddress", "").split("/")  # IPV4/UDP/127.0.0.3/5060
    try:
        address = str(ipaddress.ip_address(parts[2]))
    except (IndexError, ValueError):
        return None
    name = "".join(c for c in event.get("accountid", "") if c.isprintable())
    return Attempt(address, name[:64])


@dataclass
class Counter:
    """Wrong passwords of late."""

    failures: int
    #: Never kept out: carriers, and where a proxy brings every browser from.
    exempt: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network] = ()
    _tries: dict[str, deque[float]] = field(default_factory=dict)

    def note(self, attempt: Attempt, now: float) -> int:
        """Count it; the number of wrong ones when they are enough to be kept out (then they are forgotten),
        else 0. `now` is Unix time."""
        tries = self._tries.pop(attempt.address, deque())
        self._tries[attempt.address] = tries
        tries.append(now)
        while tries[0] <= now - WINDOW_S:
            tries.popleft()
        if len(self._tries) > _MOST:
            del self._tries[next(iter(self._tries))]
        if len(tries) < self.failures:
            return 0
        del self._tries[attempt.address]
        return len(tries)

    def is_exempt(self, address: str) -> bool:
        """Whether that address is only told of, and not kept out."""
        one = ipaddress.ip_address(address)
        return any(one in network for network in self.exempt)
