"""Who is with whom on a call, event after event: what the call's row and its legs are both made from. Pure.

A party is with the citizen while both are in one bridge. Otherwise the citizen is where the dialplan last
said: in the menu, in a queue, on hold. Nothing said since the last party left: nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from ivr.ledger import desk_events as d
from ivr.ledger import events as e
from ivr.ledger.event import SwitchEvent
from ivr.ledger.leg_tables import HolderKind, LegState, SeatRole
from ivr.ledger.parties import MENU, Doing, Holding, Line

#: Steps of the path that say where the citizen is; any other is the menu. `queue` waits for its name.
_STEPS = {"message": HolderKind.MESSAGE, "survey": HolderKind.SURVEY}
_QUEUE_STEP = "queue"
_KINDS = {"seat": HolderKind.SEAT, "queue": HolderKind.QUEUE, "external": HolderKind.EXTERNAL}
#: A seat's role in a call only rises while it stays.
_RANK = {SeatRole.CONSULTED: 1, SeatRole.SUPERVISOR: 2, SeatRole.CONFERENCE: 3, SeatRole.OWNER: 4}


class Scene:
    """The state after the events applied so far, which must come in order of time."""

    def __init__(self, *, knows_bridges: bool, first: Holding = MENU) -> None:
        """
        Args:
            knows_bridges: False for events stored before the ledger knew bridges; then a seat that is joined
                is joined with the citizen.
            first: who has the citizen to begin with.
        """
        self._caller_bridge: str | None = None if knows_bridges else ""
        self._lines: dict[str, Line] = {}
        self._joins = 0
        self._declared: Holding | None = first
        self._with: tuple[HolderKind, str] | None = None
        self._why = ""
        self._consulting = ""
        self._confers = False
        self._outside = ""
        self._roles: dict[str, SeatRole] = {}
        #: The seat that had the citizen first, and last; empty: none yet.
        self.first_seat = self.last_seat = ""
        #: An outside party and the citizen have heard each other.
        self.was_outside = False
        #: An outside party was the last to talk with the citizen, and left of itself.
        self.outside_left = False

    def apply(self, event: SwitchEvent) -> None:
        """What `event` changes."""
        match event:
            case d.CallerBridged(bridge=bridge):
                self._caller_bridge = bridge
            case d.CallerUnbridged(bridge=bridge) if self._caller_bridge == bridge:
                self._caller_bridge = None
            case d.SeatRang(seat=seat, channel=channel):
                self._line(channel, HolderKind.SEAT, seat)
            case e.SeatConnected(seat=seat, channel=channel, bridge=bridge):
                self._join(self._line(channel, HolderKind.SEAT, seat), bridge)
            case e.ForwardConnected(channel=channel, bridge=bridge):
                self._join(self._line(channel, HolderKind.EXTERNAL, self._outside), bridge)
            case e.SeatDisconnected(seat=seat, channel=channel, bridge=bridge):
                self._part(channel or seat, bridge)
            case e.ForwardDisconnected(channel=channel, bridge=bridge):
                self._part(channel, bridge)
            case e.SeatHungUp(seat=seat, channel=channel):
                self._lines.pop(channel or seat, None)
            case d.SeatHeld(channel=channel) | d.SeatResumed(channel=channel) if channel in self._lines:
                self._lines[channel].held = isinstance(event, d.SeatHeld)
                self._why = "held" if isinstance(event, d.SeatHeld) else "resumed"
            case e.CallerLeft() | e.CallLost():
                self._caller_bridge, self._declared, self._with, self._consulting = None, None, None, ""
            case d.SeatSpied(by=by, channel=channel):
                line = self._line(channel, HolderKind.SEAT, by)
                line.answered = line.spies = True
            case _:
                self._hear(event)
        if self._lines or self._roles:
            self._settle()

    def _hear(self, event: SwitchEvent) -> None:
        """What the dialplan says of where the citizen is."""
        match event:
            case e.StepEntered(step=step) if step != _QUEUE_STEP:
                self._declare(_STEPS.get(step, HolderKind.MENU), "", LegState.LISTEN)
            case e.MessageStarted():
                self._declare(HolderKind.MESSAGE, "", LegState.LISTEN)
            case e.QueueJoined(queue=queue):
                self._declare(HolderKind.QUEUE, queue, LegState.WAIT, self._why)
            case d.QueueEntered(queue=queue):
                is_queue = self._declared is not None and self._declared.kind == HolderKind.QUEUE
                if not (is_queue and queue.startswith(d.SEAT_QUEUE)):
                    self._declare(HolderKind.QUEUE, queue, LegState.WAIT, self._why)
            case e.QueueLeft() if self._declared and self._declared.kind == HolderKind.QUEUE:
                self._declared = None
            case e.ForwardTried(name=name):
                self._outside = name
                self._declare(HolderKind.EXTERNAL, name, LegState.RING, "forward")
            case d.CallTransferred(how=how, kind=kind, target=target):
                self._consulting = ""
                self._hand_over(_KINDS.get(kind, HolderKind.EXTERNAL), target, f"transfer:{how}")
            case d.CallReturned(to=to, why=why):
                self._hand_over(_kind_of(to), to, f"returned:{why}")
            case d.CallTakenOver(by=by):
                self._hand_over(HolderKind.SEAT, by, "takeover")
            case d.CallParked(seat=seat):
                self._declare(HolderKind.PARK, seat, LegState.WAIT, "parked")
            case d.PinAsked(what="start"):
                self._declare(HolderKind.PIN, "", LegState.LISTEN, "pin")
            case _:
                self._hear_seat(event)

    def _hear_seat(self, event: SwitchEvent) -> None:
        """What it says of a seat that keeps the citizen."""
        match event:
            case d.CallHeld(seat=seat):
                consults = self._consulting == seat
                self._keep(seat, LegState.CONSULT if consults else LegState.HOLD, "held")
            case d.SeatLost(seat=seat):
                self._keep(seat, LegState.HOLD, "lost")
            case d.CallResumed():
                self._why = "resumed"
            case d.CallRetrieved():
                self._why = "retrieved"
            case d.ConsultStarted(seat=seat, target=target):
                self._consulting, self._outside = seat, target.partition("-")[2] or target
                if not self._present():
                    self._keep(seat, LegState.CONSULT, "consult")
            case d.ConsultEnded(seat=seat, result=result):
                self._consulting, self._why = "", f"consult:{result}"
                if self._declared and self._declared.state == LegState.CONSULT:
                    held = Holding(HolderKind.SEAT, seat, LegState.HOLD, self._why)
                    self._declared = None if result == "completed" else held
            case d.ConferenceChanged(on=on):
                self._confers, self._consulting = on, ""
                if on and self._with and not self._present():
                    self._declared = Holding(*self._with, LegState.CONFERENCE, "conference")
                self._why = "conference" if on else self._why

    def _declare(self, kind: HolderKind, holder: str, state: LegState, why: str = "") -> None:
        self._declared, self._why = Holding(kind, holder, state, why), ""

    def _hand_over(self, kind: HolderKind, holder: str, why: str) -> None:
        if kind == HolderKind.EXTERNAL:
            self._outside = holder
        waits = kind == HolderKind.QUEUE
        self._declared = Holding(kind, holder, LegState.WAIT if waits else LegState.RING, why)
        self._why = why

    def _keep(self, seat: str, state: LegState, why: str) -> None:
        self._declared, self._why = Holding(HolderKind.SEAT, seat, state, why), why

    def _line(self, channel: str, kind: HolderKind, name: str) -> Line:
        return self._lines.setdefault(channel or name, Line(kind, name))

    def _join(self, line: Line, bridge: str) -> None:
        self._joins += 1
        line.bridge, line.joined, line.answered, line.held = bridge, self._joins, True, False

    def _part(self, key: str, bridge: str) -> None:
        line = self._lines.get(key)
        if line is not None and line.bridge == bridge:
            line.bridge = None
            if line.kind == HolderKind.EXTERNAL:
                del self._lines[key]
                self.outside_left = self.outside_left or bridge == self._caller_bridge

    def _present(self) -> list[Line]:
        """Who is in a bridge with the citizen, in order of joining."""
        if self._caller_bridge is None:
            return []
        found = [line for line in self._lines.values() if line.bridge == self._caller_bridge]
        return sorted(found, key=lambda line: line.joined)

    def _settle(self) -> None:
        """Who is with the citizen has it, the one who had it before others; seats' roles follow."""
        present = self._present()
        if present:
            self.outside_left = False
            if self._declared is not None:
                self._why = "answered" if self._declared.kind == HolderKind.QUEUE else self._why
                self._declared = None
            parties = [(line.kind, line.name) for line in present]
            if self._with not in parties and not self._expects():
                self._with = parties[0]
            self._note(*(self._with or parties[0]))
        for line in self._lines.values():
            if line.kind == HolderKind.SEAT:
                self._rise(line.name, self._role(line, present))
        here = {line.name for line in self._lines.values()}
        declared = self._declared
        if declared and declared.state == LegState.CONFERENCE and declared.holder not in here:
            self._declared = None
        for gone in self._roles.keys() - here:
            del self._roles[gone]

    def _expects(self) -> bool:
        """Who had the citizen when the conference began may enter it last."""
        return self._confers and any((v.kind, v.name) == self._with for v in self._lines.values())

    def _note(self, kind: HolderKind, name: str) -> None:
        if kind == HolderKind.SEAT:
            self.first_seat, self.last_seat = self.first_seat or name, name
        else:
            self.was_outside = True

    def _role(self, line: Line, present: list[Line]) -> SeatRole | None:
        holding = self.holding
        if holding and (holding.kind, holding.holder) == (HolderKind.SEAT, line.name):
            return SeatRole.OWNER
        if line in present:
            return SeatRole.CONFERENCE
        if line.spies:
            return SeatRole.SUPERVISOR
        asked = self._consulting and self._consulting != line.name
        return SeatRole.CONSULTED if asked or any(self._others(line)) else None

    def _rise(self, seat: str, role: SeatRole | None) -> None:
        now = self._roles.get(seat)
        if role is not None and (now is None or _RANK[role] > _RANK[now]):
            self._roles[seat] = role

    def _others(self, line: Line) -> Iterator[Line]:
        if line.bridge is not None:
            yield from (v for v in self._lines.values() if v is not line and v.bridge == line.bridge)

    @property
    def holding(self) -> Holding | None:
        """Who has the citizen; None: nobody knows yet."""
        present = self._present()
        if not present or self._with is None:
            return self._declared
        if len(present) > 1 or (present[0].kind, present[0].name) != self._with:
            return Holding(*self._with, LegState.CONFERENCE, self._why)
        if not present[0].held:
            return Holding(*self._with, LegState.TALK, self._why)
        return Holding(*self._with, LegState.CONSULT if self._asks(present[0]) else LegState.HOLD, self._why)

    def _asks(self, held: Line) -> bool:
        """The seat talks with somebody on another of its lines meanwhile."""
        others = [v for v in self._lines.values() if v.name == held.name and v is not held]
        return any(any(self._others(line)) for line in others)

    @property
    def talks(self) -> bool:
        """A seat and the citizen hear each other."""
        return any(line.kind == HolderKind.SEAT and not line.held for line in self._present())

    @property
    def seats(self) -> dict[str, tuple[Doing, SeatRole | None]]:
        """What each seat on the call does, and in what role; None: not known yet."""
        order = list(Doing)
        found: dict[str, Doing] = {}
        for line in self._lines.values():
            if line.kind == HolderKind.SEAT:
                doing = self._doing(line)
                found[line.name] = min(doing, found.get(line.name, doing), key=order.index)
        return {seat: (doing, self._roles.get(seat)) for seat, doing in found.items()}

    def _doing(self, line: Line) -> Doing:
        if not line.answered:
            return Doing.RING
        others = list(self._others(line))
        if line.bridge is not None and line.bridge == self._caller_bridge:
            talks = Doing.CONFERENCE if others else Doing.TALK
            return Doing.HOLD if line.held else talks
        if others and not line.held:
            return Doing.CONSULT
        if line.spies:
            return Doing.SUPERVISE
        if self._consulting == line.name:
            return Doing.CONSULT
        return Doing.HOLD if self._waits_for(line.name) else Doing.IDLE

    def _waits_for(self, seat: str) -> bool:
        """Somebody waits for the seat: the citizen it holds or lets enter a PIN, or who asked it."""
        if self._roles.get(seat) == SeatRole.CONSULTED:
            return True
        if self._declared is None:
            return not self._present() and self._with == (HolderKind.SEAT, seat)
        return self._declared.kind == HolderKind.PIN or self._declared.holder == seat


def _kind_of(holder: str) -> HolderKind:
    return HolderKind.SEAT if holder.isdecimal() else HolderKind.QUEUE
