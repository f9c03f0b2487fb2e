"""Lines of a real Asterisk's cel.log, and lines nobody should have written."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asterisk_conf.contract import CEL_FIELDS
from ivr.ledger import desk_events as d
from ivr.ledger import events as e
from ivr.switch import cel
from ivr.switch.cel import CelError, translate

TRUNK = "hbb89a7-1795390344.0 hbb89a7-1795390344.0 PJSIP%2Ftrunk-demo-00000000"
FORWARD = "hbb89a7-1795390344.0 hbb89a7-1795390379.22 PJSIP%2Ftrunk-demo-00000001"
SEAT = "hbb89a7-1795390344.0 hbb89a7-1795390379.21 PJSIP%2F1001-00000003"
#: An E1 channel as chan_dahdi names it: span, then the caller's number as the carrier sent it.
E1 = "hbb89a7-1795390344.0 hbb89a7-1795390344.0 DAHDI%2Fi2%2F13800001234-1a"
BRIDGE = "%7B%22bridge_id%22%3A%22b9aa3336%22%2C%22bridge_technology%22%3A%22simple_bridge%22%7D"
HOLDING = BRIDGE.replace("simple_bridge", "holding_bridge")
COMMON = {
    "id": "f:0",
    "call_id": "hbb89a7-1795390344.0",
    "at": datetime.fromtimestamp(1795390344.329494, UTC),
}
LINE = {"seat": "1001", "channel": "hbb89a7-1795390379.21"}


def _hang_up(source: str) -> str:
    return quote(f'{{"hangupcause":16,"hangupsource":"{source}","dialstatus":""}}', safe="")


def _user(channel: str, kind: str, value: str) -> str:
    """A CELGenUserEvent line as Asterisk writes it."""
    data, extra = quote(f"{kind},{value}", safe=""), quote(f'{{"extra":"{value}"}}', safe="")
    return f"{kind} 1795390344.329494 {channel} hl-inbound s CELGenUserEvent {data} {kind} {extra}"


LINES: dict[str, e.SwitchEvent | None] = {
    f"CHAN_START 1795390344.329494 {TRUNK} from-trunk 12319    ": e.CallArrived(
        **COMMON, trunk="demo", did="12319"
    ),
    f"CHAN_START 1795390344.329494 {TRUNK} hl-inbound s    ": None,
    f"ANSWER 1795390344.329494 {TRUNK} hl-inbound s Answer   ": e.CallAnswered(**COMMON),
    f"APP_START 1795390344.329494 {TRUNK} hl-queue s Queue q-general%2Cc%2C%2C%2C30  ": d.QueueEntered(
        **COMMON, queue="general"
    ),
    # The last seat's own line, on the way to the queue.
    f"APP_START 1795390344.329494 {TRUNK} hl-queue s Queue seat-1001%2Cc%2C%2C%2C15  ": d.QueueEntered(
        **COMMON, queue="seat-1001"
    ),
    f"APP_START 1795390344.329494 {TRUNK} hl-queue s Queue other%2Cc  ": None,
    f"APP_END 1795390344.329494 {TRUNK} hl-queue s Queue q-general%2Cc%2C%2C%2C30  ": e.QueueLeft(**COMMON),
    f"HANGUP 1795390344.329494 {TRUNK} hl-queue s    {_hang_up('PJSIP/trunk-demo-00000000')}": e.CallerLeft(
        **COMMON, by="caller"
    ),
    f"HANGUP 1795390344.329494 {TRUNK} hl-goodbye s    {_hang_up('dialplan/builtin')}": e.CallerLeft(
        **COMMON, by="hotline"
    ),
    f"HANGUP 1795390344.329494 {TRUNK} hl-queue s    {_hang_up('PJSIP/1001w-00000003')}": e.CallerLeft(
        **COMMON, by="seat"
    ),
    f"LINKEDID_END 1795390344.329494 {TRUNK} hl-goodbye s    ": None,
    f"BRIDGE_ENTER 1795390344.329494 {TRUNK} hl-queue s Queue q-general%2Cc%2C%2C%2C4  {BRIDGE}": (
        d.CallerBridged(**COMMON, bridge="b9aa3336")
    ),
    f"BRIDGE_EXIT 1795390344.329494 {TRUNK} hl-queue s Queue q-general%2Cc%2C%2C%2C4  {BRIDGE}": (
        d.CallerUnbridged(**COMMON, bridge="b9aa3336")
    ),
    f"CHAN_START 1795390344.329494 {SEAT} from-seat s    ": d.SeatRang(**COMMON, **LINE),
    # It waits for its caller, beside others who wait for theirs.
    f"BRIDGE_ENTER 1795390344.329494 {SEAT} hl-desk wait BridgeWait hl-desk  {HOLDING}": None,
    f"BRIDGE_EXIT 1795390344.329494 {SEAT} hl-desk wait BridgeWait hl-desk  {HOLDING}": None,
    # A number the seat's phone dialled itself.
    f"CHAN_START 1795390344.329494 {SEAT} from-seat *11    ": None,
    f"ANSWER 1795390344.329494 {SEAT} from-seat *11 Answer   ": None,
    f"ANSWER 1795390344.329494 {SEAT} from-seat s AppQueue (Outgoing%20Line)  ": None,
    f"ANSWER 1795390344.329494 {SEAT} from-seat s AppDial (Outgoing%20Line)  ": None,
    f"ANSWER 1795390344.329494 {SEAT} from-seat s AppDial2 (Outgoing%20Line)  ": None,
    f"HOLD 1795390344.329494 {SEAT} from-seat s    ": d.SeatHeld(**COMMON, **LINE),
    f"UNHOLD 1795390344.329494 {SEAT} from-seat s    ": d.SeatResumed(**COMMON, **LINE),
    f"BRIDGE_ENTER 1795390344.329494 {SEAT} from-seat s AppQueue (Outgoing)  {BRIDGE}": e.SeatConnected(
        **COMMON, **LINE, bridge="b9aa3336"
    ),
    f"BRIDGE_EXIT 1795390344.329494 {SEAT} from-seat s AppQueue (Outgoing)  {BRIDGE}": (
        e.SeatDisconnected(**COMMON, **LINE, bridge="b9aa3336")
    ),
    f"HANGUP 1795390344.329494 {SEAT} from-seat s AppQueue   {_hang_up('PJSIP/1001-00000003')}": e.SeatHungUp(
        **COMMON, **LINE, by="seat"
    ),
    f"HANGUP 1795390344.329494 {SEAT} from-seat s AppQueue   {_hang_up('PJSIP/trunk-demo-00000000')}": (
        e.SeatHungUp(**COMMON, **LINE, by="caller")
    ),
    _user(TRUNK, "CALLER", "allowed_not_screened:13800001234"): e.CallerNamed(
        **COMMON, number="13800001234", withheld=False
    ),
    _user(TRUNK, "CALLER", "prohib_passed_screen:13800001234"): e.CallerNamed(
        **COMMON, number="13800001234", withheld=True
    ),
    _user(TRUNK, "CALLER", "unavailable:"): e.CallerNamed(**COMMON, number="", withheld=True),
    f"CHAN_START 1795390344.329494 {E1} from-trunk 12319    ": e.CallArrived(**COMMON, trunk="", did="12319"),
    _user(E1, "TRUNK", "copper"): e.TrunkNamed(**COMMON, trunk="copper"),
    f"HANGUP 1795390344.329494 {E1} hl-queue s    {_hang_up('DAHDI/i2/13800001234-1a')}": e.CallerLeft(
        **COMMON, by="caller"
    ),
    f"CHAN_START 1795390344.329494 {E1.replace('13800001234', '')} from-trunk 12319    ": e.CallArrived(
        **COMMON, trunk="", did="12319"
    ),
    f"CHAN_START 1795390344.329494 {E1.replace('i2%2F', 'pseudo')} from-trunk 12319    ": None,
    _user(TRUNK, "STEP", "greeting"): e.StepEntered(**COMMON, step="greeting"),
    _user(TRUNK, "QUEUE", "general"): e.QueueJoined(**COMMON, queue="general"),
    _user(TRUNK, "KEY", "#"): e.KeyPressed(**COMMON, key="#"),
    _user(TRUNK, "MESSAGE", "start"): e.MessageStarted(**COMMON),
    _user(TRUNK, "MESSAGE", "end"): e.MessageEnded(**COMMON, empty=False),
    _user(TRUNK, "MESSAGE", "empty"): e.MessageEnded(**COMMON, empty=True),
    _user(TRUNK, "QUEUE", "emergency:10"): e.QueueJoined(**COMMON, queue="emergency", priority=10),
    _user(TRUNK, "LANGUAGE", "en"): e.LanguageChosen(**COMMON, language="en"),
    _user(TRUNK, "MARK", "nuisance:slow_queue"): e.CallMarked(**COMMON, mark="nuisance:slow_queue"),
    _user(TRUNK, "CLOSED", "general"): e.CallMarked(**COMMON, mark="closed"),
    _user(TRUNK, "BUSY", "trunk"): e.CallRefused(**COMMON, pool="trunk"),
    _user(TRUNK, "OUTBOUND", "visit:12"): e.OutboundStarted(**COMMON, purpose="visit:12"),
    _user(TRUNK, "CALLBACK", "7"): e.CallBackAsked(**COMMON, callback="7"),
    _user(TRUNK, "FORWARD", "gas"): e.ForwardTried(**COMMON, name="gas"),
    _user(TRUNK, "ANNOUNCEMENT", "3"): e.AnnouncementHeard(**COMMON, announcement=3),
    _user(TRUNK, "ANNOUNCEMENT", "x"): None,
    _user(TRUNK, "SURVEY", "5"): e.SurveyAnswered(**COMMON, level=5),
    _user(TRUNK, "SURVEY", "6"): None,
    _user(TRUNK, "SURVEY", ""): None,
    _user(TRUNK, "VISIT", "refused"): e.VisitAnswered(**COMMON, answer="refused"),
    _user(TRUNK, "UNHEARD_OF", "x"): None,
    # A channel we opened: nobody dialled an extension of ours.
    f"CHAN_START 1795390344.329494 {TRUNK} from-trunk s    ": e.CallPlaced(**COMMON, trunk="demo"),
    # The trunk channel a call was forwarded on is not the citizen's.
    f"CHAN_START 1795390344.329494 {FORWARD} from-trunk s    ": None,
    f"ANSWER 1795390344.329494 {FORWARD} from-trunk s AppDial   ": None,
    f"BRIDGE_ENTER 1795390344.329494 {FORWARD} from-trunk s AppDial   {BRIDGE}": e.ForwardConnected(
        **COMMON, channel="hbb89a7-1795390379.22", bridge="b9aa3336"
    ),
    f"BRIDGE_EXIT 1795390344.329494 {FORWARD} from-trunk s AppDial   {BRIDGE}": e.ForwardDisconnected(
        **COMMON, channel="hbb89a7-1795390379.22", bridge="b9aa3336"
    ),
    f"HANGUP 1795390344.329494 {FORWARD} from-trunk s    {_hang_up('PJSIP/trunk-demo-00000001')}": None,
    f"HANGUP 1795390344.329494 {TRUNK} hl-forward s    {_hang_up('PJSIP/trunk-demo-00000001')}": e.CallerLeft(
        **COMMON, by="external"
    ),
    _user(SEAT, "STEP", "greeting"): None,
    _user(TRUNK, "HELD", "1001"): d.CallHeld(**COMMON, seat="1001"),
    _user(TRUNK, "RESUMED", "1001"): d.CallResumed(**COMMON, seat="1001"),
    _user(TRUNK, "TRANSFER", "blind:1001:external:water"): d.CallTransferred(
        **COMMON, how="blind", by="1001", kind="external", target="water"
    ),
    _user(TRUNK, "RETURNED", "1001:no_answer"): d.CallReturned(**COMMON, to="1001", why="no_answer"),
    _user(TRUNK, "CONSULT", "1001:seat-1002"): d.ConsultStarted(**COMMON, seat="1001", target="seat-1002"),
    _user(TRUNK, "CONSULTOVER", "1001:cancelled"): d.ConsultEnded(**COMMON, seat="1001", result="cancelled"),
    _user(SEAT, "CONSULT", "1001:1002"): d.ConsultStarted(**COMMON, seat="1001", target="1002"),
    _user(TRUNK, "CONFERENCE", "start"): d.ConferenceChanged(**COMMON, on=True),
    _user(TRUNK, "CONFERENCE", "end"): d.ConferenceChanged(**COMMON, on=False),
    _user(TRUNK, "PARKED", "1001"): d.CallParked(**COMMON, seat="1001"),
    _user(TRUNK, "RETRIEVED", "1002"): d.CallRetrieved(**COMMON, seat="1002"),
    _user(TRUNK, "SEATLOST", "1001"): d.SeatLost(**COMMON, seat="1001"),
    _user(TRUNK, "TAKEOVER", "1001:1009"): d.CallTakenOver(**COMMON, seat="1001", by="1009"),
    _user(TRUNK, "PIN", "start"): d.PinAsked(**COMMON, what="start"),
    _user(TRUNK, "TRANSFER", "blind"): d.CallTransferred(**COMMON, how="blind", by="", kind="", target=""),
    # What the switch keeps for itself while it moves a line.
    f"HANGUP 1795390344.329494 {SEAT}%3CZOMBIE%3E hl-held s    ": None,
    "ANSWER 1795390344.329494 l.0 u.0 Local%2Fx%40y-00000000%3B1 c s Answer   ": None,
}


@pytest.mark.parametrize("line", LINES)
def test_line(line: str) -> None:
    assert translate(line, "f:0") == LINES[line]


def test_fields_are_those_of_the_contract() -> None:
    assert tuple(CEL_FIELDS) == cel.FIELDS


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ANSWER",
        f"ANSWER 1795390344.329494 {TRUNK} hl-inbound s Answer  ",
        f"ANSWER 1795390344.329494 {TRUNK} hl-inbound s Answer    ",
        f"ANSWER yesterday {TRUNK} hl-inbound s Answer   ",
        f"ANSWER nan {TRUNK} hl-inbound s Answer   ",
        f"ANSWER 1e300 {TRUNK} hl-inbound s Answer   ",
        f"ANSWER -inf {TRUNK} hl-inbound s Answer   ",
        f"CHAN_START 1795390344.329494 {TRUNK} from-trunk 12%00319    ",
        "\0" * 200,
        "\0" * 20 + f"ANSWER 1795390344.329494 {TRUNK} hl-inbound s Answer   ",
    ],
)
def test_broken_lines(line: str) -> None:
    with pytest.raises(CelError):
        translate(line, "f:0")


@pytest.mark.parametrize(
    "extra", ["%7B", "%5B1%5D", "null", "%22x%22", "%7B%22extra%22%3Anull%7D", "%ff%fe", "%"]
)
def test_what_is_not_the_expected_json_says_nothing(extra: str) -> None:
    line = f"STEP 1795390344.329494 {TRUNK} hl-inbound s CELGenUserEvent x STEP {extra}"
    event = translate(line, "f:0")
    assert isinstance(event, e.StepEntered)
    assert event.step in ("", "None")
    ended = translate(f"HANGUP 1795390344.329494 {TRUNK} hl-goodbye s    {extra}", "f:0")
    assert ended == e.CallerLeft(**COMMON, by="hotline")


HOSTILE = [
    'a"b',
    "${SHELL(id)}",
    "1 2",
    "138\r\nANSWER 1 2",
    "%0d%0a",
    "'; DROP TABLE calls; --",
    "路灯",
    "x" * 500,
]


@pytest.mark.parametrize("number", HOSTILE)
def test_hostile_caller_text_stays_one_field(number: str) -> None:
    """HL_RAW is percent-encoded by the dialplan, and the whole field once more by cel_custom."""
    event = translate(_user(TRUNK, "CALLER", f"allowed:{quote(number, safe='')}"), "f:0")
    assert event == e.CallerNamed(**COMMON, number=quote(number, safe=""), withheld=False)


@given(st.text(max_size=300))
def test_any_line_is_an_event_nothing_or_refused(text: str) -> None:
    try:
        translate(text, "f:0")
    except CelError as error:
        assert len(str(error)) < 3000


@given(st.lists(st.text(max_size=20).map(lambda t: quote(t, safe="")), min_size=9, max_size=9))
def test_any_fields_are_an_event_nothing_or_refused(fields: list[str]) -> None:
    line = " ".join(["CHAN_START", "1795390344.3", *fields])
    try:
        event = translate(line, "f:0")
    except CelError:
        assert "%00" in line
    else:
        assert event is None or event.id == "f:0"
