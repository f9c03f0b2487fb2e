"""From the switch's signs to a trunk's state."""

from __future__ import annotations

import pytest

from core.trunks import E1Trunk, SipTrunk
from ivr.switch.lines import ChannelLine
from ivr.trunks.state import Seen, Signs, judge, used
from ivr.trunks.tables import TrunkState

ADDRESS = ["192.0.2.7"]
ASKED = SipTrunk(addresses=ADDRESS)
NOT_ASKED = SipTrunk(addresses=ADDRESS, qualify_s=0)
REGISTERED = SipTrunk(addresses=ADDRESS, register_at="192.0.2.7:5060", user="u")
E1 = E1Trunk(spans=[1, 2])
CASES = {
    "answers": (ASKED, Signs(contacts={"t": "Reachable"}), TrunkState.UP, ""),
    "silent": (ASKED, Signs(contacts={"t": "Unreachable"}), TrunkState.DOWN, "192.0.2.7:5060"),
    "not asked yet": (ASKED, Signs(contacts={"t": "Unknown"}), TrunkState.UNKNOWN, ""),
    "never asked": (NOT_ASKED, Signs(contacts={"t": "Unreachable"}), TrunkState.UNKNOWN, ""),
    "registered": (
        REGISTERED,
        Signs(contacts={"t": "Reachable"}, registrations={"t": "Registered"}),
        TrunkState.UP,
        "",
    ),
    "refused": (
        REGISTERED,
        Signs(contacts={"t": "Reachable"}, registrations={"t": "Rejected"}),
        TrunkState.DOWN,
        "Rejected",
    ),
    "registered, silent": (
        REGISTERED,
        Signs(contacts={"t": "Unreachable"}, registrations={"t": "Registered"}),
        TrunkState.DOWN,
        "does not answer",
    ),
    "both spans": (E1, Signs(spans={1: True, 2: True}), TrunkState.UP, ""),
    "one span": (E1, Signs(spans={1: True, 2: False}), TrunkState.UP, "span 2 is down"),
    "no span": (E1, Signs(spans={1: False, 2: False}), TrunkState.DOWN, "span 1 is down"),
    "no card": (E1, Signs(), TrunkState.DOWN, "span 1 is not there"),
    "somebody else's span": (E1, Signs(spans={3: True}), TrunkState.DOWN, "span 2 is not there"),
}


@pytest.mark.parametrize("case", CASES)
def test_state(case: str) -> None:
    trunk, signs, state, words = CASES[case]
    seen = judge("t", trunk, signs)
    assert seen.state == state
    assert words in seen.detail
    assert words or seen == Seen(state)


def test_channels_are_counted_by_pool() -> None:
    trunks = {"demo": ASKED, "copper": E1}
    channels = [
        ChannelLine("PJSIP/trunk-demo-00000001", is_up=True, is_bridged=False),  # in a menu
        ChannelLine("PJSIP/trunk-demo-00000002", is_up=True, is_bridged=True),  # with a seat
        ChannelLine("PJSIP/1001w-00000003", is_up=True, is_bridged=True),
        ChannelLine("PJSIP/1001-00000004", is_up=False, is_bridged=False),
        ChannelLine("PJSIP/1002-00000005", is_up=False, is_bridged=False),  # rings
        ChannelLine("DAHDI/i2/13800001234-1a", is_up=True, is_bridged=False),
        ChannelLine("DAHDI/i2/DAHDI/i1/-1b", is_up=False, is_bridged=False),  # a carrier's strange caller
        ChannelLine("DAHDI/i9/13800001234-1c", is_up=True, is_bridged=False),  # no span of ours
        ChannelLine("PJSIP/trunk-demo-evil-00000006", is_up=True, is_bridged=False),
    ]
    found = used(channels, trunks)
    assert dict(found.trunks) == {"demo": 2, "copper": 2}
    assert (found.ivr, found.seats) == (2, 1)
