"""A call we place goes out on the next trunk when the first one's carrier is silent or refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from asterisk_conf.render import system_name
from core.clock import SystemClock
from core.secrets import AMI, instance_secret
from ivr.outbound.dialler import DialResult, OutboundCall, SwitchDialler
from ivr.switch.ami import EXCHANGE_USER, Switch
from tests.carrier import Carrier
from tests.dialplan.trunks.answerer import Answerer
from tests.dialplan.trunks.conftest import SECOND, TrunkInstance
from tests.dialplan.trunks.test_outage import until_state

CALL = OutboundCall("13800001234", "hl-goodbye", "visit:1")


@pytest.fixture
async def dialler(
    trunked: TrunkInstance, poll: Callable[..., Awaitable[None]]
) -> AsyncIterator[SwitchDialler]:
    """A dialler of the test's own on the running switch."""
    settings = trunked.settings
    switch = Switch(settings.ami, instance_secret(settings, AMI), EXCHANGE_USER)
    await switch.connect()
    await poll(switch.ping, "the switch answers")
    yield SwitchDialler(settings, switch, SystemClock(), system_name(settings))
    await switch.close()


async def test_a_silent_carrier_is_passed_over(
    trunked: TrunkInstance, dialler: SwitchDialler, carrier_of_city: Answerer
) -> None:
    carrier_of_city.is_alive = False
    await until_state(trunked, "city", "down")
    async with Carrier(trunked.settings, SECOND).called() as callee:
        assert await dialler.dial(CALL) is DialResult.ANSWERED
        await callee.over()
        assert [rang.split()[0] for rang in callee.rang] == [CALL.number]
