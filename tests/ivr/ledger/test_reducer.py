"""Event tables of calls and what the ledger must say of them. Times are seconds after the INVITE."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.ledger import events as e
from ivr.ledger.reducer import CallRecord, reduce
from tests.ivr.ledger.tables import START, call

ANSWERED = """
    0.0   CallArrived trunk=demo did=12319
    0.0   CallerNamed number=13800001234
    0.1   CallAnswered
    0.6   StepEntered step=greeting
    4.0   KeyPressed key=0
    4.0   StepEntered step=person
    4.0   StepEntered step=queue
    4.5   QueueJoined queue=general
    9.5   SeatConnected seat=1001
"""

VISIT = """
    0.0   CallPlaced trunk=demo
    6.0   CallAnswered
    6.1   OutboundStarted purpose=visit:12
    6.1   CallerNamed number=13800001234
    6.2   StepEntered step=visit
"""

ROWS = {
    "an E1 call refused by a full trunk": (
        """
        0.0   CallArrived trunk= did=12319
        0.0   TrunkNamed trunk=copper
        0.0   CallerNamed number=13800001234
        0.0   CallRefused pool=trunk
        0.1   CallerLeft by=hotline
        """,
        {"outcome": "busy", "trunk": "copper", "marks": ["busy:trunk"]},
    ),
    "seat answers, seat hangs up": (
        ANSWERED
        + """
        69.5  SeatDisconnected seat=1001
        69.5  SeatHungUp seat=1001 by=seat
        69.5  QueueLeft
        69.6  StepEntered step=goodbye
        71.0  CallerLeft by=hotline
        """,
        {
            "outcome": "answered",
            "hung_up_by": "seat",
            "seat": "1001",
            "wait_s": 5.5,
            "talk_s": 60.0,
            "queue": "general",
        },
    ),
    "seat answers, caller hangs up": (
        ANSWERED
        + """
        39.5  SeatDisconnected seat=1001
        39.5  SeatHungUp seat=1001 by=caller
        39.5  QueueLeft
        39.5  CallerLeft by=caller
        """,
        {"outcome": "answered", "hung_up_by": "caller", "talk_s": 30.0, "wait_s": 5.5},
    ),
    "in talk": (
        ANSWERED,
        {"outcome": "in_progress", "hung_up_by": "", "talk_s": 0.0, "wait_s": 5.5, "ended_at": None},
    ),
    "talk ends with the call, no bridge exit seen": (
        ANSWERED + "19.5 CallerLeft by=caller",
        {"outcome": "answered", "talk_s": 10.0},
    ),
    "hold: out of the bridge and back": (
        ANSWERED
        + """
        19.5  SeatDisconnected seat=1001
        29.5  SeatConnected seat=1001
        34.5  SeatDisconnected seat=1001
        34.5  CallerLeft by=caller
        """,
        {"talk_s": 15.0, "wait_s": 5.5},
    ),
    "two seats ring, the second answers; the first is told to stop": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        1.0   StepEntered step=queue
        1.5   QueueJoined queue=general
        8.0   SeatHungUp seat=1001 by=seat
        9.0   SeatConnected seat=1002
        19.0  SeatDisconnected seat=1002
        19.0  SeatHungUp seat=1002 by=seat
        19.1  SeatHungUp seat=1003 by=hotline
        21.0  CallerLeft by=hotline
        """,
        {"outcome": "answered", "seat": "1002", "hung_up_by": "seat", "wait_s": 8.0, "talk_s": 10.0},
    ),
    "a seat that only rang does not end the call": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        1.0   StepEntered step=queue
        2.0   SeatConnected seat=1002
        2.1   SeatHungUp seat=1001 by=seat
        9.0   SeatDisconnected seat=1002
        9.0   SeatHungUp seat=1002 by=hotline
        9.5   CallerLeft by=hotline
        """,
        {"outcome": "answered", "hung_up_by": "hotline"},
    ),
    "a district that has the call ends it; the caller hears goodbye": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        1.0   StepEntered step=queue
        2.0   SeatConnected seat=1001 channel=S bridge=b1
        2.0   CallerBridged bridge=b1
        9.0   SeatDisconnected seat=1001 channel=S bridge=b1
        9.0   CallerUnbridged bridge=b1
        9.0   SeatHungUp seat=1001 channel=S by=hotline
        9.1   CallTransferred how=blind by=1001 kind=external target=21
        12.0  ForwardConnected channel=F bridge=b2
        12.0  CallerBridged bridge=b2
        20.0  ForwardDisconnected channel=F bridge=b2
        20.0  CallerUnbridged bridge=b2
        22.0  CallerLeft by=hotline
        """,
        {"outcome": "answered", "hung_up_by": "external"},
    ),
    "a district leaves the three; the seat ends it": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        1.0   StepEntered step=queue
        2.0   SeatConnected seat=1001 channel=S bridge=b1
        2.0   CallerBridged bridge=b1
        12.0  ForwardConnected channel=F bridge=b1
        20.0  ForwardDisconnected channel=F bridge=b1
        21.0  SeatDisconnected seat=1001 channel=S bridge=b1
        21.0  CallerUnbridged bridge=b1
        21.0  SeatHungUp seat=1001 channel=S by=seat
        22.0  CallerLeft by=hotline
        """,
        {"outcome": "answered", "hung_up_by": "seat"},
    ),
    "abandoned in the queue": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        1.0   StepEntered step=queue
        3.0   QueueJoined queue=general
        13.0  QueueLeft
        13.0  CallerLeft by=caller
        """,
        {"outcome": "abandoned", "hung_up_by": "caller", "wait_s": 12.0, "seat": "", "talk_s": 0.0},
    ),
    "abandoned while the wait is announced": (
        "0 CallArrived trunk=demo did=12319\n0 CallAnswered\n1 StepEntered step=queue\n3 CallerLeft",
        {"outcome": "abandoned", "wait_s": 2.0, "queue": ""},
    ),
    "hung up in the menu": (
        "0 CallArrived trunk=demo did=12319\n0 CallAnswered\n1 StepEntered step=hello\n3 CallerLeft",
        {"outcome": "hung_up_in_menu", "queued_at": None, "wait_s": 0.0},
    ),
    "nobody there, a message": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        1.0   StepEntered step=queue
        2.0   QueueJoined queue=general
        32.0  QueueLeft
        32.1  StepEntered step=message
        40.0  MessageStarted
        55.0  MessageEnded empty=no
        58.0  CallerLeft by=hotline
        """,
        {"outcome": "message", "message_at": 40.0, "wait_s": 31.0, "hung_up_by": "hotline"},
    ),
    "message cut off by hang-up": (
        "0 CallArrived trunk=demo did=12319\n0.1 CallAnswered\n2 MessageStarted\n3.5 CallerLeft by=caller",
        {"outcome": "message", "message_at": 2.0},
    ),
    "hung up right after the tone": (
        "0 CallArrived trunk=demo did=12319\n0.1 CallAnswered\n2 MessageStarted\n3.4 CallerLeft by=caller",
        {"outcome": "hung_up_in_menu", "message_at": None},
    ),
    "recorded again, then cut off at once": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        2.0   MessageStarted
        6.0   MessageEnded empty=no
        9.0   MessageStarted
        12.0  MessageEnded empty=no
        15.0  MessageStarted
        15.5  CallerLeft by=caller
        """,
        {"outcome": "message", "message_at": 9.0},
    ),
    "two empty messages": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        1.5   StepEntered step=message
        2.0   MessageStarted
        8.0   MessageEnded empty=yes
        10.0  MessageStarted
        16.0  MessageEnded empty=yes
        18.0  CallerLeft by=hotline
        """,
        {"outcome": "abandoned", "message_at": None},
    ),
    "an empty message, then one": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        2.0   MessageStarted
        8.0   MessageEnded empty=yes
        10.0  MessageStarted
        16.0  MessageEnded empty=no
        18.0  CallerLeft by=hotline
        """,
        {"outcome": "message", "message_at": 10.0},
    ),
    "unknown number": (
        "0 CallArrived trunk=demo did=12345\n0.1 StepEntered step=unknown_number\n5 CallerLeft by=hotline",
        {"outcome": "unknown_number", "did": "12345", "answered_at": None, "hung_up_by": "hotline"},
    ),
    "never answered": (
        "0 CallArrived trunk=demo did=12319\n0.5 CallerLeft by=caller",
        {"outcome": "failed"},
    ),
    "fallback without FastAGI": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        0.2   StepEntered step=fallback
        5.0   StepEntered step=queue
        5.5   QueueJoined queue=general
        6.0   SeatConnected seat=1001
        9.0   SeatDisconnected seat=1001
        9.0   CallerLeft by=caller
        """,
        {"outcome": "answered", "wait_s": 1.0, "menu_path": ["fallback", "queue"]},
    ),
    "the switch lost it in the queue": (
        "0 CallArrived trunk=demo did=12319\n0.1 CallAnswered\n1 StepEntered step=queue\n9 CallLost",
        {"outcome": "failed", "ended_at": 9.0, "hung_up_by": "", "wait_s": 8.0},
    ),
    "the switch lost it in talk": (
        ANSWERED + "19.5 CallLost",
        {"outcome": "answered", "ended_at": 19.5, "hung_up_by": "", "talk_s": 10.0},
    ),
    "taken for lost, but its end was only late": (
        "0 CallArrived trunk=demo did=12319\n0.1 CallAnswered\n1 StepEntered step=queue\n1 CallLost\n"
        "9 CallerLeft by=caller",
        {"outcome": "abandoned", "ended_at": 9.0, "hung_up_by": "caller"},
    ),
    "no room: refused before it was answered": (
        "0 CallArrived trunk=demo did=12319\n0 CallRefused pool=trunk\n0.1 CallerLeft by=hotline",
        {"outcome": "busy", "marks": ["busy:trunk"], "answered_at": None, "queued_at": None},
    ),
    "overflow: the queue that answered, the wait from the first": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        1.0   StepEntered step=queue
        1.0   QueueJoined queue=english priority=2
        31.0  QueueLeft
        31.5  QueueJoined queue=general priority=5
        40.0  SeatConnected seat=1001
        50.0  SeatDisconnected seat=1001
        50.0  QueueLeft
        50.1  CallerLeft by=caller
        """,
        {"outcome": "answered", "queue": "general", "priority": 5, "wait_s": 39.0, "talk_s": 10.0},
    ),
    "overflow: nobody, so the last queue": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        1.0   QueueJoined queue=english
        31.0  QueueLeft
        31.0  QueueJoined queue=general priority=5
        31.1  QueueJoined queue=general
        41.0  QueueLeft
        41.0  CallerLeft by=caller
        """,
        {"outcome": "abandoned", "queue": "general", "priority": 5, "wait_s": 40.0},
    ),
    "asked to be called back": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        1.0   QueueJoined queue=general
        9.0   QueueLeft
        9.1   CallBackAsked callback=7
        12.0  CallerLeft by=hotline
        """,
        {"outcome": "callback", "wait_s": 8.0},
    ),
    "forwarded, and somebody there answers": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        2.0   CallMarked mark=emergency
        3.0   ForwardTried name=gas
        9.0   ForwardConnected
        39.0  CallerLeft by=caller
        """,
        {"outcome": "forwarded", "forwarded_to": "gas", "marks": ["emergency"], "talk_s": 0.0},
    ),
    "forwarded in vain, hung up": (
        "0 CallArrived trunk=demo did=1\n0 CallAnswered\n3 ForwardTried name=gas\n9 CallerLeft by=caller",
        {"outcome": "abandoned", "forwarded_to": "gas"},
    ),
    "asked once, dissatisfied, with a message": (
        ANSWERED
        + """
        69.5  SeatDisconnected seat=1001
        69.5  SeatHungUp seat=1001 by=seat
        69.5  QueueLeft
        69.6  StepEntered step=survey
        72.0  KeyPressed key=5
        72.0  SurveyAnswered level=5
        80.0  MessageStarted
        90.0  MessageEnded empty=no
        91.0  CallerLeft by=hotline
        """,
        {"outcome": "answered", "survey_asked": True, "survey": 5, "message_at": 80.0, "hung_up_by": "seat"},
    ),
    "asked, no answer": (
        ANSWERED + "69.5 SeatDisconnected seat=1001\n69.6 StepEntered step=survey\n80 CallerLeft by=caller",
        {"survey_asked": True, "survey": None},
    ),
    "what the menu made of it": (
        """
        0.0   CallArrived trunk=demo did=12319
        0.1   CallAnswered
        0.2   CallMarked mark=nuisance:warning
        0.3   AnnouncementHeard announcement=3
        0.4   AnnouncementHeard announcement=4
        0.5   AnnouncementHeard announcement=3
        1.0   LanguageChosen language=en
        1.0   CallMarked mark=confidential
        1.1   CallMarked mark=confidential
        """,
        {"language": "en", "announcements": [3, 4], "marks": ["nuisance:warning", "confidential"]},
    ),
    "a result visit, rated": (
        VISIT + "15 VisitAnswered answer=2\n20 CallerLeft by=hotline",
        {
            "direction": "outbound",
            "purpose": "visit:12",
            "trunk": "demo",
            "caller_raw": "13800001234",
            "started_at": 0.0,
            "answered_at": 6.0,
            "visit": "2",
            "outcome": "visited",
        },
    ),
    "a result visit a mailbox took": (
        VISIT + "9 VisitAnswered answer=machine\n9 CallerLeft by=hotline",
        {"outcome": "failed", "visit": "machine"},
    ),
    "a result visit hung up on": (
        VISIT + "8 CallerLeft by=caller",
        {"outcome": "hung_up_in_menu", "visit": ""},
    ),
    "a result visit that ends at a person": (
        VISIT
        + """
        9.0   VisitAnswered answer=person
        9.1   QueueJoined queue=general priority=5
        12.1  SeatConnected seat=1001
        22.1  SeatDisconnected seat=1001
        22.1  CallerLeft by=caller
        """,
        {"outcome": "answered", "wait_s": 3.0, "talk_s": 10.0, "visit": "person"},
    ),
    "a result visit that waits in vain for a person": (
        VISIT + "9 VisitAnswered answer=person\n9 QueueJoined queue=general\n30 CallerLeft by=caller",
        {"outcome": "abandoned"},
    ),
    "withheld": (
        "0 CallArrived trunk=demo did=12319\n0 CallerNamed number=anonymous withheld=yes",
        {"caller_raw": "anonymous", "withheld": True, "outcome": "in_progress"},
    ),
    "a number percent-encoded": (
        "0 CallArrived trunk=demo did=12319\n0 CallerNamed number=%24%7bSHELL%0d%0a",
        {"caller_raw": "${SHELL\r\n"},
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_row(name: str) -> None:
    table, expected = ROWS[name]
    record = reduce("c", call(table))
    assert record is not None
    assert {field: _value(record, field) for field in expected} == expected


def _value(record: CallRecord, field: str) -> Any:
    value = getattr(record, field)
    if isinstance(value, datetime):
        return (value - START).total_seconds()
    return [step["step"] for step in value] if field == "menu_path" else value


def test_path_of_a_call() -> None:
    table = """
        0 CallArrived trunk=demo did=12319
        1 StepEntered step=greeting
        2 KeyPressed key=9
        3 KeyPressed key=*
        3 StepEntered step=greeting
        4 KeyPressed key=2
        4 StepEntered step=message
        5 StepEntered step=message
    """
    record = reduce("c", call(table))
    assert record is not None
    path = [(step["step"], step["key"]) for step in record.menu_path]
    assert path == [("greeting", "9*"), ("greeting", "2"), ("message", "")], "handing over counts once"
    assert datetime.fromisoformat(record.menu_path[0]["at"]) == START + timedelta(seconds=1)


def test_no_call_without_an_invite_from_a_trunk() -> None:
    assert reduce("c", call("0 SeatConnected seat=1001\n5 SeatHungUp seat=1001 by=seat")) is None
    assert reduce("c", []) is None
    assert reduce("c", call("0 CallPlaced trunk=demo\n9 CallerLeft by=caller")) is None, "nobody picked up"


def test_asked_for_help() -> None:
    def asked(name: str) -> bool:
        record = reduce("c", call(ROWS[name][0]))
        return record is not None and record.asked_for_help

    assert asked("abandoned in the queue")
    assert asked("message cut off by hang-up")
    assert not asked("hung up in the menu")
    assert asked("two empty messages")
    assert not asked("unknown number")
    assert asked("forwarded in vain, hung up")
    assert not asked("no room: refused before it was answered")


def test_whom_we_called_has_a_case_but_a_message_is_not_lost() -> None:
    def wants(name_or_table: str) -> bool:
        table = ROWS[name_or_table][0] if name_or_table in ROWS else name_or_table
        record = reduce("c", call(table))
        return record is not None and record.wants_draft

    assert wants("abandoned in the queue")
    assert not wants("a result visit that ends at a person")
    assert not wants("a result visit that waits in vain for a person")
    assert wants(VISIT + "9 MessageStarted\n15 MessageEnded empty=no\n16 CallerLeft by=hotline")


@given(st.data())
def test_order_and_repeats_do_not_matter(data: st.DataObject) -> None:
    """CEL order holds only per channel, and lines are read again after a crash."""
    table = data.draw(st.sampled_from([rows for rows, _ in ROWS.values()]))
    events: Sequence[e.SwitchEvent] = call(table)
    shuffled = data.draw(st.permutations([*events, *data.draw(st.lists(st.sampled_from(events)))]))
    assert reduce("c", shuffled) == reduce("c", events)


@given(st.data())
def test_any_part_of_a_call_has_a_row(data: st.DataObject) -> None:
    """The watcher writes a row after every batch, wherever the batch ends."""
    events = call(data.draw(st.sampled_from([rows for rows, _ in ROWS.values() if VISIT not in rows])))
    part = events[: data.draw(st.integers(1, len(events)))]
    record = reduce("c", part)
    assert record is not None
    assert record.started_at == datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    assert record.wait_s >= 0
    assert record.talk_s >= 0
    assert (record.outcome == "in_progress") == (record.ended_at is None)
