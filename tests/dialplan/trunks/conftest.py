"""A hotline with several trunks, small enough to be filled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tests.carrier import free_udp_port
from tests.dialplan.trunks.answerer import Answerer
from tests.dialplan.trunks.registrar import Registrar
from tests.instance import HotlineInstance
from tests.ports import free_port

CITY, SECOND = "127.0.0.22", "127.0.0.23"
#: Where a TLS client that binds its socket to nothing comes from; nobody else of these tests does.
SECURE = "127.0.0.1"
CITY_LIMIT, IVR_PORTS = 2, 5
MEMBER, USER, PASSWORD = "127.0.0.25", "hotline12319", "semi;colon#and[bracket]"


class TrunkInstance(HotlineInstance):
    """Trunks `city` (two calls, asked for life every second), `second`, `secure` (TLS, SRTP), `member`
    (registers) and `copper` (E1, no card here); five IVR ports."""

    registrar: Registrar

    def __init__(self) -> None:
        self.city_port = free_udp_port(CITY)
        self.member_port = free_udp_port(MEMBER)
        second_contact = f"{SECOND}:{free_udp_port(SECOND)}"
        trunks = {
            "city": {
                "kind": "sip",
                "addresses": [CITY],
                "contact": f"{CITY}:{self.city_port}",
                "channels": CITY_LIMIT,
                "qualify_s": 1,
                "order": 1,
            },
            "second": {
                "kind": "sip",
                "addresses": [SECOND],
                "contact": second_contact,
                "qualify_s": 0,
                "order": 5,
            },
            "secure": {
                "kind": "sip",
                "addresses": [SECURE],
                "transport": "tls",
                "srtp": True,
                "qualify_s": 0,
            },
            "member": {
                "kind": "sip",
                "addresses": [MEMBER],
                "register_at": f"{MEMBER}:{self.member_port}",
                "user": USER,
                "qualify_s": 0,
            },
            "copper": {"kind": "e1", "spans": [1]},
        }
        super().__init__(
            {
                "HOTLINE_TRUNKS": json.dumps(trunks),
                "HOTLINE_SIP_TRUNK_CONTACT": second_contact,  # where tests.carrier waits for calls
                "HOTLINE_IVR_PORTS": str(IVR_PORTS),
                "HOTLINE_SIP_TLS_PORT": str(free_port()),
                "HOTLINE_QUEUE_MAX_WAIT_S": "20",
            }
        )
        self.settings.secrets_dir.mkdir(parents=True)
        (self.settings.secrets_dir / "trunk-member").write_text(PASSWORD + "\n", encoding="ascii")


@pytest.fixture(scope="session")
async def trunked() -> AsyncIterator[TrunkInstance]:
    """That hotline, for all tests of this folder."""
    instance = TrunkInstance()
    loop = asyncio.get_running_loop()
    where = (MEMBER, instance.member_port)
    _, registrar = await loop.create_datagram_endpoint(lambda: Registrar(USER, PASSWORD), local_addr=where)
    instance.registrar = registrar
    await asyncio.to_thread(instance.start)
    yield instance
    registrar.close()
    status = await asyncio.to_thread(instance.stop)
    await instance.close()
    instance.remove()
    assert status == 0


@pytest.fixture
async def carrier_of_city(trunked: TrunkInstance) -> AsyncIterator[Answerer]:
    """Somebody who answers OPTIONS for the trunk `city` until told not to."""
    answerer = await Answerer.listen(CITY, trunked.city_port)
    yield answerer
    answerer.close()
