"""A telephone rings, and the console of its seat shows who calls: the whole way, nothing faked.

How fast that is, `bench pop` measures; here it only has to be soon.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import ClientWebSocketResponse

from tests.instance import HotlineInstance
from tests.softphone import Softphone

#: Generous: many tests run on the same two cores.
SOON_S = 2.0
CALLER = "13800000061"


async def _told(
    listening: ClientWebSocketResponse, kind: str, seconds: float = 20.0
) -> tuple[dict[str, Any], float]:
    """The next message of this type, and when it came."""
    async with asyncio.timeout(seconds):
        while True:
            message: dict[str, Any] = await listening.receive_json()
            if message["type"] == kind:
                return message, asyncio.get_running_loop().time()


async def _invited(phone: Softphone) -> float:
    """When the telephone was rung, as it says itself."""
    reader, writer = await asyncio.open_connection("127.0.0.1", phone._control_port)
    try:
        async with asyncio.timeout(20):
            while True:
                length = (await reader.readuntil(b":"))[:-1].lstrip(b",")
                body = json.loads(await reader.readexactly(int(length)))
                if body.get("type") == "CALL_INCOMING":
                    return asyncio.get_running_loop().time()
    finally:
        writer.close()


async def test_the_console_of_the_seat_that_rings_shows_who_calls(hotline: HotlineInstance) -> None:
    phone = Softphone(hotline.settings, "1001", await hotline.seat_secret("1001"))
    seat, other, leader = [await hotline.log_in(name) for name in ("seat1001", "seat1002", "leader")]
    sockets: list[ClientWebSocketResponse] = []
    try:
        await phone.start(hotline.prompt("message-thanks"), answers=False)
        await phone.log_in()
        for client in (seat, other, leader):
            sockets.append(await client.ws_connect("/api/v1/live"))
        mine, others, board = sockets
        ringing = asyncio.create_task(_invited(phone))
        async with hotline.carrier.dial(caller=CALLER) as call:
            await call.hear(0.5)
            await call.press("0")
            rang_at, (news, popped_at) = await asyncio.gather(ringing, _told(mine, "pop"))
            pop = news["pop"]
            assert popped_at - rang_at < SOON_S
            assert (pop["why"], pop["queue"], pop["caller"]) == ("queue", "general", "138****0061")
            while pop["case_id"] is None:  # told again, whole, as the ledger and the draft come
                pop = (await _told(mine, "pop"))[0]["pop"]
            assert pop["menu_path"][-1]["step"] == "queue"
            assert await hotline.get(seat, "/api/v1/seats/me/pop") == pop, "a page loaded again"
            await _until_it_waits(board, pop["call_id"])
            await phone.command("accept")
            whole, _ = await _told(mine, "pop")
            assert whole["pop"]["caller"] == CALLER
            await phone.command("hangup")
            await call.over()
        assert (await hotline.get(seat, "/api/v1/seats/me/pop"))["call_id"] == pop["call_id"], "work after it"
        assert "pop" not in [one["type"] for one in await _rest(others)]
        await phone.dial("*12")
    finally:
        await phone.stop()
        for socket in sockets:
            await socket.close()
        for client in (seat, other, leader):
            await client.close()


async def _until_it_waits(board: ClientWebSocketResponse, call_id: str) -> None:
    """Until the leader's board shows the caller."""
    while True:
        told, _ = await _told(board, "board")
        if call_id in [one["call_id"] for queue in told["board"]["queues"] for one in queue["waiting"]]:
            return


async def _rest(listening: ClientWebSocketResponse) -> list[dict[str, Any]]:
    """Everything that has come so far."""
    found = []
    while True:
        try:
            found.append(await listening.receive_json(timeout=0.1))
        except TimeoutError:
            return found


async def test_a_transferred_call_pops_up_at_the_seat_it_is_handed_to(hotline: HotlineInstance) -> None:
    phones = [Softphone(hotline.settings, one, await hotline.seat_secret(one)) for one in ("1001", "1002")]
    clients = [await hotline.log_in(name) for name in ("seat1001", "seat1002")]
    sockets: list[ClientWebSocketResponse] = []
    try:
        await phones[0].start(hotline.prompt("message-thanks"))
        await phones[1].start(hotline.prompt("message-thanks"), answers=False)
        await phones[0].log_in()
        for client in clients:
            sockets.append(await client.ws_connect("/api/v1/live"))
        first, second = sockets
        async with hotline.carrier.dial(caller="13800000062") as call:
            await call.hear(0.5)
            await call.press("0")
            pop = (await _told(first, "pop"))[0]["pop"]
            while pop["caller"] != "13800000062":  # it has answered
                pop = (await _told(first, "pop"))[0]["pop"]
            ringing = asyncio.create_task(_invited(phones[1]))
            body = {"target": {"kind": "seat", "value": "1002"}}
            async with clients[0].post("/api/v1/seats/me/call/transfer", json=body) as answer:
                assert answer.status == 200, await answer.text()
            rang_at, (news, popped_at) = await asyncio.gather(ringing, _told(second, "pop"))
            handed = news["pop"]
            assert popped_at - rang_at < SOON_S
            assert (handed["why"], handed["call_id"]) == ("transfer", pop["call_id"])
            assert handed["caller"] == "138****0062"
            assert pop["case_id"] in (None, handed["case_id"]), "opened meanwhile, or known before"
            await phones[1].command("accept")
            while handed["caller"] != "13800000062":
                handed = (await _told(second, "pop"))[0]["pop"]
            await phones[1].command("hangup")
            await call.over()
        await phones[0].dial("*12")
    finally:
        for phone in phones:
            await phone.stop()
        for socket in sockets:
            await socket.close()
        for client in clients:
            await client.close()
