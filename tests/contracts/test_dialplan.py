"""Laws of the dialplan, held against its text."""

from __future__ import annotations

import re

import pytest

from asterisk_conf import dialplan
from asterisk_conf.dialplan import Line
from asterisk_conf.render import TEMPLATES, SeatPhone
from core.settings import Settings
from ivr.flows.loader import DIALPLAN_STEPS
from ivr.queues import QUEUES

FILES = dialplan.files(Settings.model_construct(), [SeatPhone("1001", "made-up-sip-secret")])
LINES = [line for file in FILES for line in file.lines]
#: Applications after which the next line is not reached.
ENDS = ("Goto", "Hangup", "Return")
#: What app_queue's documentation lists for QUEUESTATUS (Asterisk 22).
QUEUE_OUTCOMES = {
    "TIMEOUT",
    "FULL",
    "JOINEMPTY",
    "LEAVEEMPTY",
    "JOINUNAVAIL",
    "LEAVEUNAVAIL",
    "CONTINUE",
    "WITHDRAW",
}
#: All a citizen's call may run into: none of these starts a program or reads what is not ours; Dial below.
FROM_TRUNK = {
    *(
        "Answer",
        "Progress",
        "Playback",
        "Read",
        "Record",
        "Dial",
        "MixMonitor",
        "StopMixMonitor",
        "Queue",
        "AGI",
    ),
    *("Set", "ExecIf", "Goto", "GotoIf", "Gosub", "GosubIf", "Return", "Hangup", "CELGenUserEvent"),
    *("Bridge", "MusicOnHold", "UserEvent", "Wait"),
}


def _where(line: Line) -> str:
    return f"{line.file}.conf: {line.context},{line.exten},{line.priority}"


def _extension(context: str, exten: str) -> list[Line]:
    return [line for line in LINES if (line.context, line.exten) == (context, exten)]


def _reachable(context: str) -> set[str]:
    """Contexts a call that enters `context` can come to."""
    seen: set[str] = set()
    todo = [context]
    while todo:
        if (here := todo.pop()) not in seen:
            seen.add(here)
            todo += [t.context for line in LINES if line.context == here for t in dialplan.targets(line)]
    return seen


#: Where the switch itself sends a caller who presses a key while waiting.
KEY_CONTEXTS = set(
    re.findall(r"^context = (\S+)$", (TEMPLATES / "queues.conf.j2").read_text("utf-8"), re.MULTILINE)
)
TRUNK_CONTEXTS = set.union(*(_reachable(entry) for entry in {"from-trunk", *KEY_CONTEXTS}))
TRUNK_LINES = [line for line in LINES if line.context in TRUNK_CONTEXTS]
#: Dialled by the switch itself, to nobody: it takes a cause of hanging up from there.
CLEARED = "hl-cleared"
#: Only calls that the hotline itself places (ivr.outbound) come here; nothing anybody dials or presses does.
OUTBOUND_CONTEXTS = {"hl-callback", "hl-visit"}
#: Where Queue() itself sends the seat that picked up, before it is connected.
QUEUED = [dialplan.split(line.arguments) for line in LINES if line.app == "Queue"]
#: A seat that consults a queue (hl-consult) needs no context for who answers.
SEAT_CONTEXTS = {words[6] for words in QUEUED if len(words) > 6}
#: Where the console, or a seat's transfer key, sends a caller or a seat in the middle of a call.
DESK_CONTEXTS = {
    *("hl-transfer", "hl-sender", "hl-send", "hl-conf"),
    *("hl-desk", "hl-consult", "hl-aside", "hl-auto-answer", "hl-gone"),
    *(
        "hl-spy",
        "hl-recording-aside",
        "hl-spy-left",
        "hl-recording-aside",
        "hl-take-over",
        "hl-freed",
        "hl-pin",
        "hl-pin-wait",
        "hl-seat-call",
        "hl-seat-out",
    ),
}


def test_every_target_exists() -> None:
    checked = 0
    for line in LINES:
        for target in dialplan.targets(line):
            if "${" in target.exten:
                continue  # the outcomes of Queue(), below
            there = _extension(target.context, target.exten)
            names = {str(t.priority) for t in there} | {t.label for t in there if t.label}
            assert target.priority in names, f"{_where(line)} goes on at {target}"
            checked += 1
    assert checked > 20


def test_the_only_target_that_is_worked_out_is_the_outcome_of_the_queue() -> None:
    dynamic = [
        (line, t) for line in LINES for t in dialplan.targets(line) if "$" in "".join(vars(t).values())
    ]
    found = {(line.context, target.context): target.exten for line, target in dynamic}
    assert found.keys() == {
        ("hl-queue", "hl-queue-outcome"),
        ("hl-queue", "hl-queue-facts"),
        ("hl-callback", "hl-queue-facts"),
        ("from-seat", "hl-seat-queues"),
        ("hl-requeue", "hl-queue-facts"),
        ("hl-send", "hl-queue-facts"),
        ("hl-moved", "hl-queue-facts"),
        ("hl-ring", "hl-devices"),
        ("hl-consult", "hl-devices"),
    }
    assert "CONTINUE:${QUEUESTATUS}" in found["hl-queue", "hl-queue-outcome"]


@pytest.mark.parametrize(
    ("context", "variable", "guarded"),
    [
        ("hl-queue-facts", "HL_QUEUE", set(QUEUES)),
        ("hl-seat-queues", "HL_SEAT", {"1001", "s"}),
        ("hl-devices", "HL_TARGET", {"1001", "s"}),
    ],
)
def test_what_is_worked_out_from_a_name_is_looked_for_first(
    context: str, variable: str, guarded: set[str]
) -> None:
    text = " ".join(line.arguments for line in LINES)
    assert f"DIALPLAN_EXISTS({context},${{{variable}}},1)" in text
    assert {line.exten for line in LINES if line.context == context} == guarded


def test_every_outcome_of_the_queue_is_an_extension() -> None:
    outcomes = {line.exten for line in LINES if line.context == "hl-queue-outcome"}
    assert outcomes == QUEUE_OUTCOMES | {"_[A-Z]."}


def test_the_queue_always_has_a_time_limit() -> None:
    calls = [words for words in QUEUED if len(words) > 5]
    asked = {(words[0], words[4]) for words in QUEUED if len(words) == 5}
    assert [(call[0], call[4]) for call in calls] == [
        ("seat-${FILTER(0-9,${HL_LAST_SEAT})}", "15"),
        ("q-${HL_QUEUE}", "${HL_PATIENCE}"),
    ]
    assert asked == {(f"q-{name}", "${HL_MAX_WAIT}") for name in QUEUES}, "a seat that consults one"
    [limit] = [line.arguments for line in LINES if line.arguments.startswith("HL_PATIENCE=")]
    assert limit.endswith("?${HL_OVERFLOW_AFTER}:${HL_LEFT})}"), "never more than is left of the wait"


@pytest.mark.parametrize(
    "name", ["System", "TrySystem", "SHELL", "Macro", "ExternalIVR", "EVAL", "Exec", "ENV"]
)
def test_nothing_starts_a_program_or_runs_text(name: str) -> None:
    for line in LINES:
        assert not re.search(rf"(?<![A-Za-z]){name}\(", f"{line.app}({line.arguments})"), _where(line)


def test_what_the_caller_sent_is_used_filtered_or_encoded_only() -> None:
    """A calling number may hold quotes, commas, ${…}: as an argument it would be dialplan text."""
    raw = re.compile(
        r"\$\{(?:CALLERID\((?!num-pres\))|CONNECTEDLINE|REDIRECTING|CHANNEL\(pjsip|EXTEN|PJSIP_HEADER)"
    )
    clean = re.compile(r"\$\{(?:URIENCODE\(|FILTER\([^,{}]+,)\$\{(?:CALLERID\(num\)|EXTEN:2)\}\)\}")
    for line in LINES:
        assert not raw.search(clean.sub("", line.arguments)), _where(line)


def test_the_encoded_number_goes_to_the_ledger_only() -> None:
    readers = [line for line in LINES if "${HL_RAW}" in line.arguments]
    assert [(line.app, line.arguments) for line in readers] == [
        ("CELGenUserEvent", "CALLER,${CALLERID(num-pres)}:${HL_RAW}")
    ]


#: Of a side recording with its second, and of a whisper with the id the console names.
FILE_NAME = re.compile(r"\$\{HL_(?:SPY_)?CALL\}-[a-z]+(?:-\$\{HL_ASIDE\}-[a-z]+)?\.alaw")


def test_file_names_are_made_of_the_call_id_only() -> None:
    for line in LINES:
        if line.app in ("Record", "MixMonitor"):
            files = re.findall(r"\$\{HL_SPOOL\}/([^,)]*)", line.arguments)
            assert files, _where(line)
            assert all(FILE_NAME.fullmatch(name) for name in files), _where(line)
    assert _set("HL_CALL") == {"${CHANNEL(linkedid)}"}
    assert _set("HL_ASIDE") == {"${EPOCH}"}


def _set(name: str) -> set[str]:
    """What a variable is set to, anywhere."""
    start = f"{name}="
    sets = (line.arguments for line in LINES if line.app == "Set" and line.arguments.startswith(start))
    return {arguments.removeprefix(start) for arguments in sets}


def test_caller_is_named_before_anything_else_happens() -> None:
    for line in LINES:
        if line.context == "from-trunk":
            assert [target.context for target in dialplan.targets(line)] == ["hl-identify"]
        if line.context == "hl-identify" and line.priority == 1:
            assert [target.context for target in dialplan.targets(line)] == ["hl-caller"]


@pytest.mark.parametrize("context", sorted(TRUNK_CONTEXTS))
def test_a_call_is_never_dropped_by_a_context_that_runs_out(context: str) -> None:
    extensions = dict.fromkeys(line.exten for line in LINES if line.context == context)
    assert extensions
    for exten in extensions:
        last = _extension(context, exten)[-1]
        assert last.app in ENDS, _where(last)


def test_a_call_from_the_trunk_comes_through_every_context_of_citizens() -> None:
    others = (
        _reachable("from-seat") | OUTBOUND_CONTEXTS | SEAT_CONTEXTS | DESK_CONTEXTS | {"hl-seats", CLEARED}
    )
    assert {line.context for line in LINES} - others == TRUNK_CONTEXTS


def test_a_seat_that_picked_up_is_only_counted() -> None:
    assert {"hl-seat-answers"} == SEAT_CONTEXTS
    assert [line.app for line in LINES if line.context in SEAT_CONTEXTS] == ["Set", "Return"]


def test_nobody_gets_to_where_calls_of_our_own_begin() -> None:
    assert not OUTBOUND_CONTEXTS & (TRUNK_CONTEXTS | _reachable("from-seat"))


def test_a_citizen_we_called_calls_nobody() -> None:
    lines = [line for line in LINES if line.context in OUTBOUND_CONTEXTS]
    assert {line.app for line in lines} <= FROM_TRUNK - {"Dial"} | {"AMD", "UnpauseQueueMember"}
    for context in OUTBOUND_CONTEXTS:
        assert _reachable(context) - TRUNK_CONTEXTS == {context}


def test_no_way_from_the_trunk_to_calling_out() -> None:
    """Toll fraud: whatever is dialled or pressed, a call reaches listed duty phones and seats at most."""
    assert {line.app for line in TRUNK_LINES} <= FROM_TRUNK
    nested = {app for line in TRUNK_LINES for app in re.findall(r"\?([A-Z]\w+)\(", line.arguments)}
    assert nested == {"Playback", "CELGenUserEvent", "Set"}
    assert not {"from-seat", *DESK_CONTEXTS} & TRUNK_CONTEXTS


def _dials() -> list[dialplan.Line]:
    """Everything that rings somebody."""
    lines = [line for line in LINES if line.app == "Dial"]
    cleared = [line for line in lines if line.arguments == f"Local/s@{CLEARED}/n,1"]
    assert {(line.context, line.exten) for line in cleared} == {("hl-held", "lost")}
    assert [(line.app, line.arguments) for line in LINES if line.context == CLEARED] == [("Hangup", "16")]
    return [line for line in lines if line not in cleared]


def test_callers_are_put_through_to_listed_duty_phones_and_nobody_else() -> None:
    """The numbers stand in the dialplan as the settings have them: no variable is part of what is dialled."""
    dials = [line for line in _dials() if line in TRUNK_LINES and line.context != "hl-ring"]
    dialled = [(line.context, line.exten, line.arguments) for line in dials]
    listed = {name: number for name, number in Settings.model_construct().forward.numbers.items() if number}
    assert {exten for _, exten, _ in dialled} == set(listed)
    for context, name, arguments in dialled:
        channel, seconds, options = dialplan.split(arguments)
        assert context == "hl-forward-to"
        assert re.fullmatch(rf"\w+/(sip:)?{listed[name]}@[\w.:-]+", channel), channel
        assert (seconds, options) == ("25", "g")


def test_a_seat_is_rung_on_its_own_devices_only() -> None:
    """What Dial() is given as HL_DEVICES is put together of the devices of seats there are."""
    rings = [line for line in LINES if line.app == "Dial" and "HL_DEVICES" in line.arguments]
    assert {line.context for line in rings} == {"hl-ring", "hl-consult"}
    assert {dialplan.split(line.arguments)[0] for line in rings} == {"${HL_DEVICES}"}
    values = {value for line in LINES for value in re.findall(r"HL_DEVICES=([^)]*)", line.arguments)}
    own = {f"${{HL_DEVICES}}&PJSIP/{device}" for device in ("1001", "1001w")}
    assert values == {"", "${HL_DEVICES:1}", *own}


def test_a_transfer_names_seats_queues_and_codes_and_writes_no_number() -> None:
    """Toll fraud by REFER: the number that is dialled comes from Python, and is digits."""
    targets = {line.exten for line in LINES if line.context == "hl-transfer"}
    seats, named = {"1001", "seat-1001"}, {f"queue-{name}" for name in QUEUES}
    keys = {f"*7{n}" for n in range(1, len(QUEUES) + 1)}
    assert targets == seats | named | keys | {"external", "_*8XX", "_*8XXX", "_*8XXXX"}
    external = [line for line in LINES if line.app == "Dial" and line.exten == "external"]
    assert {line.context for line in external} == {"hl-send", "hl-consult"}
    for line in external:
        channel, _, options = dialplan.split(line.arguments)
        assert re.fullmatch(r"PJSIP/\$\{FILTER\(0-9,\$\{HL_NUMBER\}\)\}@trunk-\w+", channel), _where(line)
        assert "f(12319)" in options
    written = {line.arguments for line in LINES if line.app == "Set" and "HL_NUMBER=" in line.arguments}
    assert written == {"HL_NUMBER="}


def test_whoever_is_dialled_on_the_way_of_a_call_is_known() -> None:
    dials = {line.context for line in _dials()}
    assert dials == {"from-seat", "hl-forward-to", "hl-ring", "hl-send", "hl-consult"}


@pytest.mark.parametrize("context", sorted(DESK_CONTEXTS))
def test_no_place_of_the_desk_runs_out(context: str) -> None:
    extensions = dict.fromkeys(line.exten for line in LINES if line.context == context)
    assert extensions
    for exten in extensions:
        last = _extension(context, exten)[-1]
        assert last.app in ENDS, _where(last)


def test_every_wait_of_a_caller_is_bounded() -> None:
    for line in LINES:
        if line.app in ("MusicOnHold", "BridgeWait"):
            assert re.search(r"default,[0-9]+$|S\([0-9]+\)\)?$", line.arguments), _where(line)


def test_nobody_at_the_duty_phone_is_the_queue() -> None:
    for context, exten in dict.fromkeys((line.context, line.exten) for line in LINES):
        if context in ("hl-forward", "hl-forward-to"):
            last = _extension(context, exten)[-1]
            assert (last.app, last.arguments) in [("Goto", "hl-queue,s,1"), ("Goto", "hl-forward,nobody,1")]


def test_seats_can_ring_seats_and_nobody_else() -> None:
    seats = [line for line in LINES if line.context in _reachable("from-seat")]
    dialled = [dialplan.split(line.arguments)[0] for line in seats if line.app == "Dial"]
    assert dialled == ["PJSIP/1001&PJSIP/1001w"]
    seats_own = {"from-seat", "hl-seat-queues", "hl-seat-leaves", "hl-announcement"}
    assert _reachable("from-seat") == seats_own


def test_keys_of_callers_and_seats_are_no_feature_codes() -> None:
    for line in LINES:
        if line.app in ("Queue", "Dial"):
            options = [*dialplan.split(line.arguments), "", ""]
            letters = re.sub(r"\([^)]*\)", "", options[1 if line.app == "Queue" else 2])
            assert not set(letters) & set("hHtTkKwWxX"), _where(line)


def test_every_step_of_the_dialplan_has_a_label() -> None:
    steps = [line.arguments[5:] for line in LINES if line.arguments.startswith("STEP,")]
    assert sorted(steps) == sorted(DIALPLAN_STEPS)


def test_the_dialplan_knows_every_way_a_handler_can_end() -> None:
    text = " ".join(line.arguments for line in LINES if line.context == "hl-inbound")
    assert set(re.findall(r'"SUCCESS(\w+)"', text)) == {"queue", "message", "goodbye", "forward"}


def test_the_fallback_ends_at_a_person() -> None:
    inbound = [line for line in LINES if line.context == "hl-inbound"]
    start = next(n for n, line in enumerate(inbound) if line.arguments == "STEP,fallback")
    rest = [(line.app, line.arguments) for line in inbound[start + 1 :]]
    assert rest[0][0] == "ExecIf"
    assert "greeting" in rest[0][1]
    assert rest[1:] == [("Set", "HL_QUEUE=general"), ("Set", "HL_PRIORITY=0"), ("Goto", "hl-queue,s,1")]
    assert "general" in QUEUES
