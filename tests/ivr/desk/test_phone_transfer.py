"""A phone's own transfer key: the manager tells of a refusal, and the caller is sent all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pytest

from ivr.desk.phone_transfer import PhoneTransfers
from ivr.switch.errors import SwitchUnavailableError
from ivr.switch.lines import ChannelLine
from ivr.switch.steering import Place
from tests.ivr.desk.test_situation import CALL, caller, seat

REFUSED = {
    "event": "BlindTransfer",
    "result": "Fail",
    "context": "hl-transfer",
    "extension": "1002",
    "transfererchannel": "PJSIP/1001w-00000002",
    "transfererlinkedid": CALL,
}


class Switchboard:
    """Notes what it is told."""

    def __init__(self, *lines: ChannelLine) -> None:
        self.lines, self.done = lines, list[object]()
        self.is_away = False

    def listen(self, names: Iterable[str], hear: Callable[[Mapping[str, str]], None]) -> None:
        assert list(names) == ["BlindTransfer"]
        self.hear = hear

    async def channel_lines(self) -> tuple[ChannelLine, ...]:
        if self.is_away:
            raise SwitchUnavailableError
        return self.lines

    async def setvar(self, channel: str, name: str, value: str) -> None:
        self.done.append((channel, name, value))

    async def redirect(self, *places: Place) -> None:
        self.done.extend(places)


async def _told(board: Switchboard, **changes: str) -> list[object]:
    transfers = PhoneTransfers(board)
    board.hear(REFUSED | changes)
    await transfers.idle()
    return board.done


@pytest.mark.parametrize("lines", [(caller(bridge="b"), seat(bridge="b")), (caller(),)])
async def test_the_caller_is_sent_whether_or_not_the_phone_is_still_there(
    lines: Iterable[ChannelLine],
) -> None:
    done = await _told(Switchboard(*lines))
    name = caller().name
    assert done == [
        (name, "BLINDTRANSFER", "PJSIP/1001w-00000002"),
        Place(name, "hl-transfer", "1002"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"result": "Success"},
        {"context": "from-trunk"},
        {"extension": "external"},
        {"extension": "1,evil"},
        {"extension": "seat-1002"},
        {"event": "Lost"},
    ],
)
async def test_anything_else_moves_nobody(changes: dict[str, str]) -> None:
    assert await _told(Switchboard(caller(), seat()), **changes) == []


async def test_nobody_to_send_or_no_switch() -> None:
    assert await _told(Switchboard(seat())) == []
    board = Switchboard(caller())
    board.is_away = True
    assert await _told(board) == []
