"""A trunk that registers with the carrier is up once it is registered."""

from __future__ import annotations

import asyncio

from tests.dialplan.trunks.conftest import PASSWORD, TrunkInstance
from tests.dialplan.trunks.test_outage import until_state


async def test_registered_with_the_password_of_the_secrets_folder(trunked: TrunkInstance) -> None:
    async with asyncio.timeout(30):
        await trunked.registrar.let_in.wait()
    await until_state(trunked, "member", "up")
    log = trunked.output()
    assert PASSWORD not in log
