"""The manager adapter against a server on the real wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.settings import Ami
from ivr.switch import ami
from ivr.switch.ami import QueueMember, QueueState, Switch, SwitchRefusedError, SwitchUnavailableError
from tests.conftest import poll
from tests.ivr.switch.manager import FakeManager, Message, error, success

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
    await switch.queue_add("general", "PJSIP/1001", "1001")
    await switch.queue_remove("general", "PJSIP/1001")
    [joined], [left] = manager.named("QueueAdd"), manager.named("QueueRemove")
    assert (joined["Queue"], joined["Interface"], joined["MemberName"]) == ("q-general", "PJSIP/1001", "1001")
    assert joined["StateInterface"] == "PJSIP/1001"
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


async def test_who_is_in_the_queue(manager: FakeManager, switch: Switch) -> None:
    def status(_: Message) -> list[Message]:
        return [
            success("Queue status will follow") | {"EventList": "start"},
            {"Event": "QueueParams", "Queue": "q-general", "Calls": "2"},
            MEMBER,
            MEMBER | {"Name": "1002", "Paused": "1", "Status": "6"},
            MEMBER | {"Name": "1003", "Status": "99"},
            {"Event": "QueueEntry", "Queue": "q-general", "Position": "1"},
            {"Event": "QueueEntry", "Queue": "q-general", "Position": "2"},
            {"Event": "QueueStatusComplete", "EventList": "Complete", "ListItems": "6"},
        ]

    manager.answers["QueueStatus"] = status
    members = (
        QueueMember("1001", False, "ready"),
        QueueMember("1002", True, "ringing"),
        QueueMember("1003", False, "unknown"),
    )
    assert await switch.queue_state("general") == QueueState(members, waiting=2)
    assert await switch.queue_members("general") == list(members)


async def test_calls_that_are_live(manager: FakeManager, switch: Switch) -> None:
    manager.answers["CoreShowChannels"] = lambda _: [
        success("Channels will follow") | {"EventList": "start"},
        {"Event": "CoreShowChannel", "Channel": "PJSIP/trunk-demo-1", "Linkedid": "hl-1.0"},
        {"Event": "CoreShowChannel", "Channel": "PJSIP/1001-2", "Linkedid": "hl-1.0"},
        {"Event": "CoreShowChannel", "Channel": "PJSIP/trunk-demo-3", "Linkedid": "hl-2.0"},
        {"Event": "CoreShowChannelsComplete", "EventList": "Complete", "ListItems": "3"},
    ]
    assert await switch.live_calls() == {"hl-1.0", "hl-2.0"}


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
            await never.queue_members("general")
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
