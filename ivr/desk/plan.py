"""Which orders to the switch a button of the seat comes to. Pure: situation + verb → orders, or a refusal.

An order is one command; they are sent one after another. Two channels that hear each other are moved by one
command: who is left alone is hung up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.errors import ConflictError
from ivr.desk import situation as at
from ivr.desk.situation import Situation, State
from ivr.switch.steering import Place


class Verb(StrEnum):
    """What a seat can do with its call."""

    HOLD = "hold"  #: 保持
    RESUME = "resume"  #: 恢复
    HANGUP = "hangup"  #: 挂机
    TRANSFER = "transfer"  #: 转接
    CONSULT = "consult"  #: 咨询
    COMPLETE = "complete"  #: 完成转接
    CANCEL = "cancel"  #: 取消咨询
    SWAP = "swap"  #: 切换
    CONFERENCE = "conference"  #: 三方
    LEAVE = "leave"  #: 退出三方
    PARK = "park"  #: 驻留
    AWAY = "away"  #: 页面刷新: the page will be back in a moment


@dataclass(frozen=True)
class Target:
    """Whom to, checked: `kind` seat, queue or external."""

    kind: str
    #: Extension, queue, or what the ledger calls somebody outside: a directory code or the number.
    value: str
    #: What is dialled, of somebody outside.
    number: str = ""

    @property
    def exten(self) -> str:
        return "external" if self.kind == "external" else f"{self.kind}-{self.value}"


@dataclass(frozen=True)
class SetVar:
    channel: str
    name: str
    value: str


@dataclass(frozen=True)
class Move:
    """One channel, or two at the same moment."""

    places: tuple[Place, ...]


@dataclass(frozen=True)
class HangUp:
    channel: str


Order = SetVar | Move | HangUp
#: Where a caller goes on after a talk.
_AFTER_TALK = ("hl-queue-outcome", "CONTINUE")
_BUSY_WITH = {
    State.TALKING: "正在通话",
    State.HELD: "通话正在保持",
    State.CONSULTING: "正在咨询",
    State.ALTERNATE: "正在咨询",
    State.CONFERENCE: "正在三方通话",
    State.CONSULTED: "正在被咨询，只能挂机",
}


def plan(now: Situation, verb: Verb, extension: str, target: Target | None = None) -> list[Order]:
    """
    Args:
        extension: whose button it is.
        target: needed for `transfer` and `consult`.

    Raises:
        ConflictError: that cannot be done now, and why.
        ValueError: no target.
    """
    if target is not None and target.kind == "seat" and target.value == extension:
        raise ConflictError("不能转接给自己。")
    orders = _PLANS[verb].get(now.state)
    if orders is None:
        raise ConflictError(f"{_BUSY_WITH[now.state]}，不能这样操作。")
    return orders(now, extension, target)


Plan = Callable[[Situation, str, Target | None], list[Order]]


def _introduced(now: Situation, extension: str) -> list[Order]:
    """C and S know each other, and C knows whose it is."""
    caller, seat = now.caller.name, now.seat.name
    return [
        SetVar(caller, "HL_BY", extension),
        SetVar(caller, "HL_PEER", seat),
        SetVar(seat, "HL_PEER", caller),
        SetVar(seat, "HL_CALL", now.call_id),
    ]


def _hold(now: Situation, extension: str, _: Target | None) -> list[Order]:
    both = Place(now.caller.name, at.HELD), Place(now.seat.name, at.DESK)
    return [*_introduced(now, extension), Move(both)]


def _resume(now: Situation, extension: str, _: Target | None) -> list[Order]:
    return [*_introduced(now, extension), Move((Place(now.caller.name, "hl-join", "resume"),))]


def _hang_up(now: Situation, _: str, __: Target | None) -> list[Order]:
    return [HangUp(now.seat.name)]


def _end_held(now: Situation, _: str, __: Target | None) -> list[Order]:
    return [Move((Place(now.caller.name, *_AFTER_TALK),)), HangUp(now.seat.name)]


def _sent(now: Situation, extension: str, place: Place) -> list[Order]:
    """The caller goes elsewhere, and the seat is free."""
    return [SetVar(now.caller.name, "HL_BY", extension), Move((place,)), HangUp(now.seat.name)]


def _transfer(now: Situation, extension: str, target: Target | None) -> list[Order]:
    target = _given(target)
    place = Place(now.caller.name, "hl-transfer", target.exten)
    return [*_named(now.caller.name, target), *_sent(now, extension, place)]


def _named(channel: str, target: Target) -> list[Order]:
    """Who is called, written on the channel that dials."""
    number = [SetVar(channel, "HL_NUMBER", target.number)] if target.kind == "external" else []
    return [SetVar(channel, "HL_TARGET", target.value), *number]


def _consult(now: Situation, extension: str, target: Target | None) -> list[Order]:
    target = _given(target)
    caller, seat = now.caller.name, now.seat.name
    return [
        *_introduced(now, extension),
        *_named(seat, target),
        SetVar(caller, "HL_TARGET", target.value),
        SetVar(caller, "HL_KIND", target.kind),
        Move((Place(caller, at.HELD, "consult"), Place(seat, at.CONSULT, target.exten))),
    ]


def _complete(now: Situation, extension: str, _: Target | None) -> list[Order]:
    if now.queue and (now.other is None or not now.other.is_up):
        # The caller waits there in its stead; the time it has waited so far counts.
        return _transfer(now, extension, Target("queue", now.queue))
    other = _answered(now)
    return [
        *_who_answered(now),
        SetVar(now.seat.name, "HL_DONE", "1"),
        SetVar(now.caller.name, "HL_BY", extension),
        SetVar(now.caller.name, "HL_PEER", other),
        Move((Place(now.caller.name, "hl-join", "complete"),)),
    ]


def _who_answered(now: Situation) -> list[Order]:
    """Of a queue that was consulted, the seat that answered is told to the ledger."""
    if now.other is None or not now.other.seat:
        return []
    caller = now.caller.name
    return [SetVar(caller, "HL_KIND", "seat"), SetVar(caller, "HL_TARGET", now.other.seat)]


def _cancel(now: Situation, _: str, __: Target | None) -> list[Order]:
    return [Move((Place(now.seat.name, at.DESK, "cancel"),))]


def _drop_other(now: Situation, _: str, __: Target | None) -> list[Order]:
    return [HangUp(_answered(now))]


def _to_caller(now: Situation, _: str, __: Target | None) -> list[Order]:
    other, seat = _answered(now), now.seat.name
    return [
        SetVar(other, "HL_PEER", seat),
        SetVar(seat, "HL_OTHER", other),
        Move((Place(other, at.ASIDE), Place(seat, at.DESK, "swap"))),
    ]


def _to_other(now: Situation, extension: str, _: Target | None) -> list[Order]:
    both = Place(now.caller.name, at.HELD, "consult"), Place(now.seat.name, at.CONSULT, "again")
    return [*_introduced(now, extension), SetVar(now.seat.name, "HL_OTHER", _answered(now)), Move(both)]


def _all_three(now: Situation, extension: str, _: Target | None) -> list[Order]:
    other, seat, caller = _answered(now), now.seat.name, now.caller.name
    named = [*_introduced(now, extension), SetVar(other, "HL_CALL", now.call_id)]
    if now.state is State.CONSULTING:
        return [*named, Move((Place(seat, at.CONFERENCE, "lead"), Place(other, at.CONFERENCE, "person")))]
    both = Place(caller, at.CONFERENCE, "caller"), Place(seat, at.CONFERENCE, "person")
    return [*named, Move(both), Move((Place(other, at.CONFERENCE, "person"),))]


def _park(now: Situation, extension: str, _: Target | None) -> list[Order]:
    return _sent(now, extension, Place(now.caller.name, "hl-parked"))


def _away(now: Situation, extension: str, _: Target | None) -> list[Order]:
    return _sent(now, extension, Place(now.caller.name, at.HELD, at.LOST))


def _given(target: Target | None) -> Target:
    if target is None:
        raise ValueError("whom to?")
    return target


def _answered(now: Situation) -> str:
    if now.other is None or not now.other.is_up:
        raise ConflictError("对方还没有接听。")
    return now.other.name


_WITH_CALLER = (State.TALKING, State.HELD)
_WITH_OTHER = (State.CONSULTING, State.ALTERNATE)
_PLANS: Mapping[Verb, Mapping[State, Plan]] = {
    Verb.HOLD: {State.TALKING: _hold},
    Verb.RESUME: {State.HELD: _resume},
    Verb.HANGUP: dict.fromkeys(State, _hang_up) | {State.HELD: _end_held, State.CONSULTING: _cancel},
    Verb.TRANSFER: dict.fromkeys(_WITH_CALLER, _transfer),
    Verb.CONSULT: dict.fromkeys(_WITH_CALLER, _consult),
    Verb.COMPLETE: dict.fromkeys(_WITH_OTHER, _complete),
    Verb.CANCEL: {State.CONSULTING: _cancel, State.ALTERNATE: _drop_other},
    Verb.SWAP: {State.CONSULTING: _to_caller, State.ALTERNATE: _to_other},
    Verb.CONFERENCE: dict.fromkeys(_WITH_OTHER, _all_three),
    Verb.LEAVE: {State.CONFERENCE: _hang_up},
    Verb.PARK: dict.fromkeys(_WITH_CALLER, _park),
    Verb.AWAY: dict.fromkeys((*_WITH_CALLER, *_WITH_OTHER), _away)
    | dict.fromkeys((State.CONFERENCE, State.CONSULTED), _hang_up),
}
