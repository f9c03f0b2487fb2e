"""Who talks with whom, read from the switch's channels, and what a shift leader may do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import ConflictError
from ivr.switch.lines import ChannelLine
from ivr.switch.steering import Place

SPY, DESK, CONFERENCE = "hl-spy", "hl-desk", "hl-conf"


class Mode(StrEnum):
    """How a leader takes part in a seat's call; the name is an extension of `hl-spy`."""

    LISTEN = "listen"  #: 监听: hears both
    WHISPER = "whisper"  #: 耳语: heard by the seat only
    BARGE = "barge"  #: 强插: heard by both


@dataclass(frozen=True)
class Talk:
    """A seat on a citizen's call."""

    seat: ChannelLine
    citizen: ChannelLine

    @property
    def call_id(self) -> str:
        return self.citizen.uniqueid

    @property
    def is_together(self) -> bool:
        """They hear each other: no hold, no consultation."""
        return bool(self.seat.bridgeid) and self.seat.bridgeid == self.citizen.bridgeid


@dataclass(frozen=True)
class Order:
    """What the switch is told: variables first, then who goes where."""

    #: Channel → its variables.
    variables: Mapping[str, Mapping[str, str]]
    places: tuple[Place, ...]


def channels_of(lines: Iterable[ChannelLine], extension: str) -> list[ChannelLine]:
    """Channels of a seat's devices, whatever they do."""
    return [line for line in lines if line.seat == extension]


def talk_of(lines: Sequence[ChannelLine], extension: str) -> Talk:
    """The call `extension` is on.

    Raises:
        ConflictError: it is on none.
    """
    for seat in channels_of(lines, extension):
        of_call = [line for line in lines if line.linkedid == seat.linkedid]
        outside = [line for line in of_call if line.is_trunk and line.is_up]
        if seat.is_up and (citizens := sorted(outside, key=_less_a_citizen)):
            return Talk(seat, citizens[0])
    raise ConflictError("这个坐席没有正在进行的通话。")


def _less_a_citizen(line: ChannelLine) -> tuple[bool, bool]:
    """Of lines outside the house in one call: a call is the citizen's, unless a seat placed it, whose line is
    older; then the citizen is the one in dialplan of ours, and not whom somebody has called in."""
    return line.uniqueid != line.linkedid, not line.context.startswith("hl-")


def watching(lines: Iterable[ChannelLine], leader: str) -> ChannelLine | None:
    """The leader's channel that listens to a seat; None: there is none."""
    mine = channels_of(lines, leader)
    return next((line for line in mine if line.is_up and line.context == SPY), None)


def check_free(lines: Iterable[ChannelLine], leader: str) -> None:
    """
    Raises:
        ConflictError: the leader's telephone is in use for something else than listening.
    """
    if any(line.context != SPY for line in channels_of(lines, leader)):
        raise ConflictError("您的话机正在使用中。")


def spying(talk: Talk) -> dict[str, str]:
    """Variables of the channel that is to listen to `talk`."""
    return {
        "HL_SPY": talk.seat.name,
        "HL_SPY_SEAT": talk.seat.seat,
        "HL_SPY_CALL": talk.call_id,
        "HL_PEER": talk.citizen.name,
        "HL_BARGES": "",
    }


def fetch(talk: Talk) -> Order:
    """Both go to a conference of their call, where the leader will be heard by both (强插).

    Raises:
        ConflictError: they do not hear each other just now.
    """
    if not talk.is_together:
        raise ConflictError("坐席与市民没有在通话，暂不能强插。")
    places = Place(talk.citizen.name, CONFERENCE, "caller"), Place(talk.seat.name, CONFERENCE, "person")
    return Order(_acquainted(talk), places)


def release(talk: Talk) -> Order:
    """Both talk with each other again, without the leader."""
    places = Place(talk.citizen.name, "hl-join", "talk"), Place(talk.seat.name, DESK)
    return Order(_acquainted(talk), places)


def is_fetched(talk: Talk) -> bool:
    """Whether both are in a conference."""
    return talk.seat.context == CONFERENCE and talk.citizen.context == CONFERENCE


def _acquainted(talk: Talk) -> dict[str, dict[str, str]]:
    """The citizen's and the seat's channel know of each other, and of their call."""
    seat, citizen = talk.seat, talk.citizen
    return {
        citizen.name: {"HL_PEER": seat.name, "HL_BY": seat.seat},
        seat.name: {"HL_PEER": citizen.name, "HL_CALL": talk.call_id},
    }


def take_over(talk: Talk, *, leader: str, peer: str) -> Order:
    """The citizen goes to the leader's channel `peer`; the seat is told, and free."""
    variables = {"HL_PEER": peer, "HL_BY": leader, "HL_TAKEN_FROM": talk.seat.seat}
    return Order(
        {talk.citizen.name: variables, peer: {"HL_PEER": talk.citizen.name}},
        (Place(talk.citizen.name, "hl-take-over"), Place(talk.seat.name, "hl-freed")),
    )
