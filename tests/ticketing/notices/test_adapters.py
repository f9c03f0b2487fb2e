"""The ways out against real receivers: an SMS gateway over HTTP, and a mail server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.controller import Controller

from core import delivery
from core.clock import FixedClock
from core.delivery import Courier, Outcome
from core.delivery_settings import Delivery
from core.notice_settings import Notices
from tests.ports import free_port
from ticketing.notices.adapters import Outgoing, adapters
from ticketing.notices.adapters.smtp import SmtpAdapter

SMS = Outgoing("k-1", "sms", "13800001234", "", "案卷21：已登记。", "zh", "21")
LETTER = replace(SMS, channel="email", recipient="zhang@mail.example", subject="办理进展")


@dataclass
class Gateway:
    """An SMS gateway as `adapters/http.py` describes it: it remembers ids, and can be told to fail."""

    clock: FixedClock
    texts: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    status: int = 200
    #: Takes the message, and never answers.
    hangs: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        raw, head = await request.read(), request.headers
        if not delivery.is_signed(
            "secret", head[delivery.TIMESTAMP], head[delivery.SIGNATURE], raw, self.clock.now()
        ):
            return web.Response(status=401)
        if self.status != 200:
            return web.Response(status=self.status)
        body = json.loads(raw)
        if body["id"] not in self.texts:
            self.texts[body["id"]] = body["text"]
            self.sent.append(body["to"])
        if self.hangs:
            await self.over.wait()
        return web.json_response({"id": f"g-{len(self.sent)}"})


@pytest.fixture
async def gateway(clock: FixedClock) -> AsyncIterator[tuple[Gateway, str]]:
    made, app = Gateway(clock), web.Application()
    app.router.add_post("/sms", made.take)
    server = TestServer(app)
    await server.start_server()
    yield made, str(server.make_url("/sms"))
    made.over.set()
    await server.close()


@pytest.fixture
async def courier() -> AsyncIterator[Courier]:
    async with Courier(Delivery(private_networks=["127.0.0.0/8"], timeout_s=0.5)) as made:
        yield made


async def test_an_sms_goes_signed_to_the_gateway(
    gateway: tuple[Gateway, str], courier: Courier, clock: FixedClock
) -> None:
    there, url = gateway
    way = adapters(Notices(sms="http", sms_url=url, sms_secret="secret"), courier)["sms"]
    result = await way.send(SMS, clock.now())
    assert (result.outcome, result.reference, result.is_down) == (Outcome.DELIVERED, "g-1", False)
    assert there.texts == {"k-1": "案卷21：已登记。"}


async def test_a_gateway_that_hangs_after_taking_a_message_sends_it_once(
    gateway: tuple[Gateway, str], courier: Courier, clock: FixedClock
) -> None:
    there, url = gateway
    way = adapters(Notices(sms="http", sms_url=url, sms_secret="secret"), courier)["sms"]
    there.hangs = True
    first = await way.send(SMS, clock.now())
    assert (first.outcome, first.is_down) == (Outcome.RETRY, True)
    there.hangs = False
    second = await way.send(SMS, clock.now())
    assert (second.outcome, second.reference, there.sent) == (Outcome.DELIVERED, "g-1", ["13800001234"])


@pytest.mark.parametrize(
    ("status", "outcome", "is_down"),
    [
        (503, Outcome.RETRY, True),
        (403, Outcome.RETRY, True),
        (429, Outcome.RETRY, False),
        (422, Outcome.REFUSED, False),
    ],
)
async def test_what_the_gateways_answer_means(
    gateway: tuple[Gateway, str],
    courier: Courier,
    clock: FixedClock,
    status: int,
    outcome: Outcome,
    is_down: bool,
) -> None:
    there, url = gateway
    there.status = status
    way = adapters(Notices(wechat="http", wechat_url=url, wechat_secret="secret"), courier)["wechat"]
    result = await way.send(replace(SMS, channel="wechat"), clock.now())
    assert (result.outcome, result.is_down) == (outcome, is_down)


async def test_a_wrong_secret_keeps_the_message(
    gateway: tuple[Gateway, str], courier: Courier, clock: FixedClock
) -> None:
    there, url = gateway
    way = adapters(Notices(sms="http", sms_url=url, sms_secret="another"), courier)["sms"]
    result = await way.send(SMS, clock.now())
    assert (result.outcome, result.status, there.sent) == (Outcome.RETRY, 401, [])


def test_a_fresh_install_only_logs_and_a_channel_may_be_off(courier: Courier) -> None:
    assert {type(one).__name__ for one in adapters(Notices(), courier).values()} == {"LogAdapter"}
    assert adapters(Notices(sms="off", wechat="off", email="off"), courier) == {}


class Mailbox:
    """What aiosmtpd calls for each letter; can be told to answer otherwise."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(self, _s: Any, _c: Any, envelope: Any, address: str, _o: Any) -> str:
        if "RCPT" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, _s: Any, _c: Any, envelope: Any) -> str:
        if "DATA" not in self.answers:
            found = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(found, EmailMessage)
            self.letters.append(found)
        return self.answers.get("DATA", "250 2.0.0 Ok: queued as 4F2")


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, Notices]]:
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, Notices(email="smtp", smtp_port=port, smtp_tls="none", smtp_from="热线 <hotline@city.example>")
    server.stop()


async def test_an_e_mail_goes_by_a_real_mail_server(mail: tuple[Mailbox, Notices], clock: FixedClock) -> None:
    box, rules = mail
    result = await SmtpAdapter(rules).send(LETTER, clock.now())
    assert (result.outcome, result.status) == (Outcome.DELIVERED, 250)
    assert "4F2" in result.reference
    (letter,) = box.letters
    assert (letter["To"], letter["Subject"]) == ("zhang@mail.example", "办理进展")
    assert letter["Message-ID"] == "<k-1@city.example>"
    assert letter.get_content().strip() == "案卷21：已登记。"
    assert letter.get_content_type() == "text/plain"


async def test_the_message_id_stays_the_same(mail: tuple[Mailbox, Notices], clock: FixedClock) -> None:
    box, rules = mail
    for _ in range(2):
        await SmtpAdapter(rules).send(LETTER, clock.now())
    assert len({one["Message-ID"] for one in box.letters}) == 1


@pytest.mark.parametrize(
    ("verb", "answer", "outcome", "is_down"),
    [
        ("RCPT", "550 5.1.1 no such user", Outcome.REFUSED, False),
        ("RCPT", "451 4.7.1 greylisted", Outcome.RETRY, False),
        ("DATA", "552 5.2.2 mailbox full", Outcome.REFUSED, False),
        ("DATA", "421 4.3.2 shutting down", Outcome.RETRY, True),
    ],
)
async def test_what_the_mail_servers_answer_means(
    mail: tuple[Mailbox, Notices], clock: FixedClock, verb: str, answer: str, outcome: Outcome, is_down: bool
) -> None:
    box, rules = mail
    box.answers[verb] = answer
    result = await SmtpAdapter(rules).send(LETTER, clock.now())
    assert (result.outcome, result.status, result.is_down) == (outcome, int(answer[:3]), is_down)
    assert result.why
    assert box.letters == []


async def test_no_mail_server_keeps_the_letter(clock: FixedClock) -> None:
    rules = Notices(email="smtp", smtp_port=free_port(), smtp_tls="none")
    result = await SmtpAdapter(rules).send(LETTER, clock.now())
    assert (result.outcome, result.is_down) == (Outcome.RETRY, True)


@pytest.mark.parametrize("recipient", ["a@b.example\r\nBcc: x@y.example", "", "no address"])
async def test_an_address_is_no_header(
    mail: tuple[Mailbox, Notices], clock: FixedClock, recipient: str
) -> None:
    box, rules = mail
    result = await SmtpAdapter(rules).send(replace(LETTER, recipient=recipient), clock.now())
    assert result.outcome == Outcome.REFUSED
    assert box.letters == []


async def test_a_server_without_encryption_is_not_told_anything(
    mail: tuple[Mailbox, Notices], clock: FixedClock
) -> None:
    box, rules = mail
    strict = Notices(email="smtp", smtp_port=rules.smtp_port)
    result = await SmtpAdapter(strict).send(LETTER, clock.now())
    assert (result.outcome, result.is_down, box.letters) == (Outcome.RETRY, True, [])
