"""Messages: the same in JSON and XML, and nothing else gets in."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ticketing.exchange.codec import MessageError, decode, encode, format_of
from ticketing.exchange.messages import (
    CaseContent,
    Content,
    DailyContent,
    Envelope,
    Message,
    ReceiptContent,
    StateContent,
    Unmapped,
)
from ticketing.exchange.tables import Format, MessageKind

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
CONTENTS: list[tuple[MessageKind, Content]] = [
    (
        MessageKind.CASE,
        CaseContent.model_validate(
            {
                "reference": "SZ-1",
                "class": "0403",
                "place": "ZS",
                "description": "路灯不亮 <b>&amp;\n第二行",
                "longitude": 121.6,
                "latitude": 38.9,
                "confidential": True,
                "due_at": AT,
            }
        ),
    ),
    (MessageKind.STATE, StateContent(reference="SZ-1", number="210200", stage="5", note="已修复")),
    (
        MessageKind.RECEIPT,
        ReceiptContent(
            receipt_of="m-1",
            result="refused",
            unmapped=[Unmapped(table="class", code="9"), Unmapped(table="unit", code="x")],
        ),
    ),
    (MessageKind.DAILY, DailyContent(day=date(2026, 11, 22), sent=["a", "b"], received=[])),
]


def message(kind: MessageKind, content: Content) -> Message:
    envelope = Envelope(version="1", id="m-1", nonce="0123456789abcdef", at=AT, type=kind)
    return Message(envelope=envelope, content=content)


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize(("kind", "content"), CONTENTS)
def test_what_is_written_is_read(form: Format, kind: MessageKind, content: Content) -> None:
    whole = message(kind, content)
    assert decode(encode(whole, form), form) == whole


def test_a_repetition_is_known_in_either_format() -> None:
    said = message(*CONTENTS[0])
    again = said.model_copy(update={"envelope": said.envelope.model_copy(update={"nonce": "f" * 16})})
    assert decode(encode(said, Format.XML), Format.XML).digest == again.digest
    assert message(*CONTENTS[1]).digest != said.digest


def good() -> dict[str, Any]:
    return {
        "version": "1",
        "id": "m-1",
        "nonce": "0123456789abcdef",
        "at": AT.isoformat(),
        "type": "state",
        "state": {"reference": "SZ-1", "stage": "5"},
    }


def _changed(change: dict[str, Any]) -> dict[str, Any]:
    said = good() | change
    if "daily" in change:
        del said["state"]
    return said


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"version": "2"}, "version"),
        ({"id": "a b"}, "id"),
        ({"nonce": "short"}, "nonce"),
        ({"at": "2026-11-23T09:30:00"}, "at"),
        ({"type": "poem"}, "type"),
        ({"state": {"reference": "x"}}, "stage"),
        ({"state": {"reference": "x", "stage": "5", "extra": 1}}, "extra"),
        ({"state": {"reference": "x", "stage": "5\u0000"}}, "stage"),
        ({"state": "text"}, "message"),
        ({"case": {}}, "case"),
        ({"type": "case"}, "state"),
        ({"at": "9999-12-31T23:59:59+00:00"}, "at"),
        ({"type": "daily", "daily": {"day": "0001-01-01"}}, "day"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(MessageError, match=named):
        decode(json.dumps(_changed(change)).encode(), Format.JSON)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(MessageError):
        decode(body, Format.JSON)


LAUGHS = b'<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><message version="1"><id>&b;</id></message>'
OUTSIDE = b'<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]><message version="1"><id>&a;</id></message>'


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<message", b"<other/>", b"<message/>", LAUGHS, OUTSIDE),
        b'<message version="1"><id>a</id><id>b</id></message>',
        b"<message>" + b"<a>" * 50 + b"</a>" * 50 + b"</message>",
        b'<?xml version="1.0" encoding="no-such"?><message/>',
    ],
)
def test_bad_xml_is_refused(body: bytes) -> None:
    with pytest.raises(MessageError):
        decode(body, Format.XML)


def test_the_type_says_which_it_is() -> None:
    assert format_of("text/xml; charset=utf-8") == Format.XML
    assert format_of("application/json") == Format.JSON
    with pytest.raises(MessageError):
        format_of("text/plain")
