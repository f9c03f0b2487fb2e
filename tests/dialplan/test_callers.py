"""What carriers send about callers, good and bad."""

from __future__ import annotations

import asyncio
import re
import socket

import pytest

from tests.carrier import Carrier
from tests.instance import HotlineInstance


@pytest.mark.parametrize("number", ["12319", "041112319"])
async def test_both_forms_of_our_number_are_answered(hotline: HotlineInstance, number: str) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.dial(number=number, hang_up_after_s=1) as call:
        await call.over()
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.did, row.outcome, row.hung_up_by) == (number, "hung_up_in_menu", "caller")


async def test_unknown_number_is_told_so_and_refused(hotline: HotlineInstance) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.dial(number="12345", refused_with=404) as call:
        await call.hear(hotline.prompt_s("unknown-number") - 0.5)
        await call.over()
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.did, row.outcome, row.answered_at) == ("12345", "unknown_number", None)


CALLERS = {
    "withheld": ("<sip:anonymous@anonymous.invalid>", ("Privacy: id",), "", "withheld"),
    "asserted by the carrier": (
        "<sip:anonymous@anonymous.invalid>",
        ("P-Asserted-Identity: <sip:13812345678@127.0.0.2>",),
        "13812345678",
        "mobile",
    ),
    "asserted, not to be shown": (
        "<sip:anonymous@anonymous.invalid>",
        ("P-Asserted-Identity: <sip:13812345678@127.0.0.2>", "Privacy: id"),
        "",
        "withheld",
    ),
    "letters": ("<sip:ab12cd@127.0.0.2>", (), "", "invalid"),
    "quotes": ('"a\\"; DROP" <sip:1%22%27%5c@127.0.0.2>', (), "", "invalid"),
    "line breaks": ("<sip:138%0d%0aagi_network_script:%20evil@127.0.0.2>", (), "", "invalid"),
    "dialplan expression": ("<sip:%24%7bSHELL(id)%7d@127.0.0.2>", (), "", "invalid"),
    "international mobile": ("<sip:+8613800138000@127.0.0.2>", (), "13800138000", "mobile"),
    "local landline": ("<sip:88886666@127.0.0.2>", (), "041188886666", "landline"),
    "300 digits": (f"<sip:{'1' * 300}@127.0.0.2>", (), "", "invalid"),
}


@pytest.mark.parametrize("case", CALLERS)
async def test_whatever_the_carrier_says_of_the_caller(hotline: HotlineInstance, case: str) -> None:
    who, headers, caller, kind = CALLERS[case]
    known = await hotline.known_calls()
    async with hotline.carrier.dial(who=who, headers=headers, hang_up_after_s=1.5) as call:
        await call.hear(0.5)
        await call.press("0")
        await call.over()
    row = await hotline.next_call(known, lambda c: c.ended_at is not None)
    assert (row.caller, row.caller_kind) == (caller, kind)
    assert row.outcome == "abandoned"
    assert "\n" not in row.caller_raw and "\r" not in row.caller_raw


async def test_300_keys_and_no_end(hotline: HotlineInstance) -> None:
    known = await hotline.known_calls()
    async with hotline.carrier.dial() as call:
        await call.hear(0.5)
        await call.press("9" * 300)
        await call.over(120)
    row = await hotline.next_call(known, lambda c: c.ended_at is not None, 30)
    assert row.queued_at is not None, "wrong keys end at a person"
    assert row.menu_path[0]["key"] == "999", "three tries, then a person"
    assert row.menu_path[-1]["step"] in ("message", "goodbye")


@pytest.mark.parametrize("address", ["127.0.0.9", "127.0.0.1"])
async def test_who_is_no_carrier_learns_nothing(hotline: HotlineInstance, address: str) -> None:
    known = await hotline.known_calls()
    answers = [await _challenge(hotline, address, user) for user in ("stranger", "1001", "9999")]
    assert answers[0] == answers[1] == answers[2], "known and unknown users are told apart"
    assert "asterisk" not in answers[0].lower()
    assert await hotline.known_calls() == known


async def _challenge(hotline: HotlineInstance, address: str, user: str) -> str:
    """The answer to an INVITE, without what differs from call to call."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind((address, 0))
        client.setblocking(False)
        port = client.getsockname()[1]
        target = (hotline.settings.sip.host, hotline.settings.sip.port)
        lines = [
            f"INVITE sip:12319@{target[0]}:{target[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {address}:{port};branch=z9hG4bK{user}{port}",
            f"From: <sip:{user}@{address}>;tag=x",
            f"To: <sip:12319@{target[0]}>",
            f"Call-ID: {user}{port}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:{user}@{address}:{port}>",
            "Max-Forwards: 70",
            "Content-Length: 0",
        ]
        client.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), target)
        async with asyncio.timeout(5):
            answer = (await asyncio.get_running_loop().sock_recv(client, 65535)).decode()
    assert answer.startswith("SIP/2.0 401"), answer
    for changing in (
        r'nonce="[^"]*"',
        r'opaque="[^"]*"',
        r"tag=\S+",
        r"branch=\S+",
        str(port),
        re.escape(user),
    ):
        answer = re.sub(changing, "", answer)
    return answer


async def test_carrier_address_is_a_setting_and_only_that_one_is_let_in(hotline: HotlineInstance) -> None:
    async with Carrier(hotline.settings, "127.0.0.8").dial(refused_with=401) as call:
        await call.over()
