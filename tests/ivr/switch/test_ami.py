"""The manager adapter against a server on the real wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest

from core.settings import Ami
from ivr.switch import ami
from ivr.switch.ami import Switch, SwitchRefusedError, SwitchUnavailableError
from ivr.switch.lines import SeatLine, WaitingCaller
from tests.conftest import poll
from tests.ivr.switch.manager import FakeManager, Message, error, success
from tests.waiting import poll as poll_until

SECRET = "made-up-secret"
MEMBER = {"Event": "QueueMember", "Queue": "q-general", "Name": "1001", "Paused": "0", "Status": "1"}


@pytest.fixture
async def manager() -> AsyncIterator[FakeManager]:
    server = FakeManager(SECRET)
    await server.start()
    yield server
    await server.stop()


def _switch(manager: FakeManager, secret: str = SECRET) -> Switch:
    switch = Switch(Ami(port=manager.port), secret)
    switch._manager.reconnect_timeout = 0
    return switch


@pytest.fixture
async def switch(manager: FakeManager) -> AsyncIterator[Switch]:
    switch = _switch(manager)
    await switch.connect()
    await _until_up(switch)
    yield switch
    await switch.close()


async def _until_up(switch: Switch) -> None:
    await poll(switch.ping, "the switch answers")


async def test_a_seat_joins_and_leaves(manager: FakeManager, switch: Switch) -> None:
    await switch.queue_add("general", "PJSIP/1001", "1001", penalty=2)
    await switch.queue_remove("general", "PJSIP/1001")
    [joined], [left] = manager.named("QueueAdd"), manager.named("QueueRemove")
    assert (joined["Queue"], joined["Interface"], joined["MemberName"]) == ("q-general", "PJSIP/1001", "1001")
    assert (joined["StateInterface"], joined["Penalty"]) == ("PJSIP/1001", "2")
    assert (left["Queue"], left["Interface"]) == ("q-general", "PJSIP/1001")


async def test_twice_is_no_mistake(manager: FakeManager, switch: Switch) -> None:
    manager.answers["QueueAdd"] = lambda _: [error("Unable to add interface: Already there")]
    manager.answers["QueueRemove"] = lambda _: [error("Unable to remove interface: Not there")]
    await switch.queue_add("general", "PJSIP/1001", "1001")
    await switch.queue_remove("general", "PJSIP/1001")


async def test_other_refusals_are_told(manager: FakeManager, switch: Switch) -> None:
    manager.answers["QueueAdd"] = lambda _: [error("Unable to add interface to queue: No such queue")]
    manager.answers["QueueRemove"] = lambda _: [error("Permission denied")]
    with pytest.raises(SwitchRefusedError, match="No such queue"):
        await switch.queue_add("general", "PJSIP/1001", "1001")
    with pytest.raises(SwitchRefusedError, match="Permission denied"):
        await switch.queue_remove("general", "PJSIP/1001")


@pytest.mark.parametrize("bad", ["PJSIP/1001\r\nAction: Originate", "a\nb", "a\rb", "a\0b"])
async def test_line_breaks_are_refused_and_nothing_is_sent(
    manager: FakeManager, switch: Switch, bad: str
) -> None:
    for arguments in ((bad, "i", "m"), ("q", bad, "m"), ("q", "i", bad)):
        with pytest.raises(SwitchRefusedError):
            await switch.queue_add(*arguments)
    await switch.ping()
    assert not manager.named("QueueAdd")
    assert b"Originate" not in manager.raw


async def test_a_caller_is_given_a_priority(manager: FakeManager, switch: Switch) -> None:
    await switch.change_priority("general", "PJSIP/trunk-demo-1", -3)
    [action] = manager.named("QueueChangePriorityCaller")
    assert (action["Queue"], action["Caller"]) == ("q-general", "PJSIP/trunk-demo-1")
    assert (action["Priority"], action["Immediate"]) == ("-3", "yes")


async def test_the_second_caller_of_a_queue_and_a_lost_connection_wake(
    manager: FakeManager, switch: Switch
) -> None:
    woken: list[str] = []
    switch.when_callers_join(lambda: woken.append("once"))
    joined = {"Event": "QueueCallerJoin", "Queue": "q-general", "Channel": "PJSIP/trunk-demo-1"}
    manager.tell(joined | {"Count": "1"})  # alone in a queue nobody can be in the wrong place
    manager.tell(joined | {"Count": "2"})
    await poll_until(lambda: bool(woken), "the second caller wakes")
    assert woken == ["once"]
    manager.drop()
    await poll_until(lambda: len(woken) == 2, "the lost connection wakes")


async def test_events_are_heard_by_name_and_so_is_the_connection(
    manager: FakeManager, switch: Switch
) -> None:
    heard: list[Mapping[str, str]] = []
    other: list[Mapping[str, str]] = []

    def hear(event: Mapping[str, str]) -> None:
        heard.append(event)
        if event["event"] == "Hold":
            raise ValueError("a mistake of a hearer does not break the connection")

    switch.listen(["AgentCalled", "Hold"], hear)
    switch.listen(["Unhold"], other.append)
    manager.tell({"Event": "Hold", "Channel": "PJSIP/1001-1"})
    manager.tell({"Event": "AgentCalled", "MemberName": "1001"})
    await poll_until(lambda: len(heard) == 2, "both are heard")
    assert heard[1] == {"event": "AgentCalled", "membername": "1001"}
    manager.drop()
    await poll_until(lambda: len(other) == 2, "the connection is lost, and stands again")
    assert [event["event"] for event in (*heard[2:], *other)] == ["Lost", "Connected"] * 2


async def test_calls_that_are_live(manager: FakeManager, switch: Switch) -> None:
    manager.answers["CoreShowChannels"] = lambda _: [
        success("Channels will follow") | {"EventList": "start"},
        _channel("PJSIP/trunk-demo-1", "hl-1.0", "hl-1.0"),
        _channel("PJSIP/1001-2", "hl-1.0", "hl-1.2"),
        _channel("PJSIP/trunk-demo-3", "hl-2.9-seat", "hl-2.9"),
        {"Event": "CoreShowChannelsComplete", "EventList": "Complete", "ListItems": "3"},
    ]
    assert await switch.live_calls() >= {"hl-1.0", "hl-2.9"}


def _channel(name: str, linked_id: str, unique_id: str) -> dict[str, str]:
    return {"Event": "CoreShowChannel", "Channel": name, "Linkedid": linked_id, "Uniqueid": unique_id}


async def test_no_answer_in_time(
    manager: FakeManager, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ami, "TIMEOUT_S", 0.1)
    manager.answers["QueueAdd"] = lambda _: None
    with pytest.raises(SwitchUnavailableError):
        await switch.queue_add("general", "PJSIP/1001", "1001")
    del manager.answers["QueueAdd"]
    await switch.queue_add("general", "PJSIP/1001", "1001")


async def test_not_connected_is_told_at_once(manager: FakeManager) -> None:
    never = _switch(manager)
    async with asyncio.timeout(ami.TIMEOUT_S / 2):
        with pytest.raises(SwitchUnavailableError):
            await never.lines()
        assert not await never.ping()


async def test_a_wrong_secret_is_not_connected(manager: FakeManager) -> None:
    stranger = _switch(manager, "wrong")
    await stranger.connect()
    await manager.until(lambda: manager.log_ins == 1)
    with pytest.raises(SwitchUnavailableError):
        await stranger.queue_add("general", "PJSIP/1001", "1001")
    await stranger.close()
    assert not manager.named("QueueAdd")


async def test_an_action_without_answer_is_not_sent_again(
    manager: FakeManager, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seat that has logged out since must not be put back by a reconnect."""
    monkeypatch.setattr(ami, "TIMEOUT_S", 60.0)
    manager.answers["QueueAdd"] = lambda _: None
    joining = asyncio.create_task(switch.queue_add("general", "PJSIP/1001", "1001"))
    await manager.until(lambda: len(manager.named("QueueAdd")) == 1)
    manager.drop()
    with pytest.raises(SwitchUnavailableError):
        await joining
    await manager.until(lambda: manager.log_ins == 2)
    await _until_up(switch)
    assert len(manager.named("QueueAdd")) == 1


async def test_connects_again_by_itself_after_the_switch_came_back(
    manager: FakeManager, switch: Switch
) -> None:
    await manager.stop()
    async with asyncio.timeout(ami.TIMEOUT_S / 2):
        assert not await switch.ping(), "sent on a connection that is just breaking"
        assert not await switch.ping(), "broken: said at once, not after the time-out"
    await manager.start()
    await _until_up(switch)
    await switch.queue_add("general", "PJSIP/1001", "1001")
    assert len(manager.named("QueueAdd")) == 1


async def test_close_is_for_good(manager: FakeManager) -> None:
    switch = _switch(manager)
    await switch.connect()
    await _until_up(switch)
    await switch.close()
    assert not await switch.ping()


def _originated(reason: str, response: str = "Failure") -> Message:
    return {"Event": "OriginateResponse", "Response": response, "Reason": reason, "Uniqueid": "h-1.900000001"}


def _hung_up(cause: str) -> Message:
    return {"Event": "Hangup", "Uniqueid": "h-1.900000001", "Cause": cause, "ActionID": ""}


QUEUED = success("Originate successfully queued")


async def _originate(switch: Switch, **changes: str) -> str:
    return await switch.originate(
        "PJSIP/13800001234@trunk-demo",
        "hl-callback",
        caller_id="12319",
        call_id="h-1.900000001",
        variables={"HL_CALLBACK_ID": "7", **changes},
        ring_s=1,
    )


@pytest.mark.parametrize(
    ("messages", "result"),
    [
        ([QUEUED, _originated("4", "Success")], "answered"),
        ([QUEUED, _originated("3")], "no_answer"),
        ([QUEUED, _hung_up("17"), _originated("0")], "busy"),
        ([QUEUED, _originated("0"), _hung_up("17")], "busy"),
        ([QUEUED, _originated("0"), _hung_up("19")], "no_answer"),
        ([QUEUED, _originated("0"), _hung_up("34")], "failed"),
    ],
)
async def test_a_call_is_placed_and_what_became_of_it(
    manager: FakeManager, switch: Switch, messages: list[Message], result: str
) -> None:
    manager.answers["Originate"] = lambda _: messages
    assert await _originate(switch) == result
    [action] = manager.named("Originate")
    assert action["Channel"] == "PJSIP/13800001234@trunk-demo"
    assert (action["Context"], action["Exten"], action["Async"]) == ("hl-callback", "s", "true")
    assert (action["ChannelId"], action["Timeout"]) == ("h-1.900000001", "1000")
    assert action["Variable"] == "HL_CALLBACK_ID=7"


async def test_a_call_is_never_placed_twice(manager: FakeManager, switch: Switch) -> None:
    """The connection breaks while it rings: nobody knows how it ends, and it is not sent again."""
    manager.answers["Originate"] = lambda _: [QUEUED]
    placing = asyncio.create_task(_originate(switch))
    await manager.until(lambda: bool(manager.named("Originate")))
    log_ins = manager.log_ins
    manager.drop()
    with pytest.raises(SwitchUnavailableError):
        await placing
    await manager.until(lambda: manager.log_ins > log_ins)
    await _until_up(switch)
    assert len(manager.named("Originate")) == 1


@pytest.mark.parametrize("value", ["7,OTHER=1", "7\r\nAction: Logoff", "${SHELL(id)}", '"'])
async def test_a_variable_cannot_bring_another(manager: FakeManager, switch: Switch, value: str) -> None:
    with pytest.raises(SwitchRefusedError):
        await _originate(switch, HL_CALLBACK_ID=value)
    assert not manager.named("Originate")


async def test_a_seat_is_held_back(manager: FakeManager, switch: Switch) -> None:
    await switch.queue_pause("PJSIP/1001", paused=True, reason="callback")
    [action] = manager.named("QueuePause")
    assert (action["Interface"], action["Paused"], action["Reason"]) == ("PJSIP/1001", "true", "callback")


async def test_all_queues_at_once(manager: FakeManager, switch: Switch) -> None:
    seat = MEMBER | {"Location": "PJSIP/1001", "StateInterface": "PJSIP/1001", "InCall": "0"}
    held = seat | {"Location": "PJSIP/1002", "StateInterface": "", "Paused": "1", "PausedReason": "callback"}
    caller = {"Event": "QueueEntry", "Queue": "q-general", "Uniqueid": "h-1.5", "Wait": "12", "Priority": "3"}
    manager.answers["QueueStatus"] = lambda _: [
        success("Queue status will follow") | {"EventList": "start"},
        {"Event": "QueueParams", "Queue": "q-general"},
        seat | {"LastCall": "1700000000"},
        held | {"Status": "2", "LastCall": "0", "InCall": "1"},
        caller,
        {"Event": "QueueParams", "Queue": "q-english"},
        {"Event": "QueueStatusComplete", "EventList": "Complete", "ListItems": "5"},
    ]
    general, english = await switch.lines()
    assert general.name == "general"
    assert general.seats == (
        SeatLine("PJSIP/1001", "ready", None, in_call=False, last_call=1700000000.0),
        SeatLine("PJSIP/1002", "talking", "callback", in_call=True, last_call=0.0),
    )
    assert general.waiting == (WaitingCaller("h-1.5", 12.0, 3),)
    assert (english.name, english.seats, english.waiting) == ("english", (), ())
