"""Event tables pasted into tests, made into events."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from ivr.ledger import events as e

START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def call(table: str, call_id: str = "c") -> list[e.SwitchEvent]:
    """One event a line: `seconds Type field=value …`; a field that is left out is empty or no."""
    lines = [line.split() for line in table.splitlines() if line.strip()]
    return [_event(number, call_id, *line) for number, line in enumerate(lines)]


def _event(number: int, call_id: str, at: str, kind: str, *pairs: str) -> e.SwitchEvent:
    given = dict(pair.split("=", 1) for pair in pairs)
    values: dict[str, Any] = {}
    for field in fields(e.EVENT_TYPES[kind]):
        if field.name not in ("id", "call_id", "at"):
            text = given.pop(field.name, "")
            values[field.name] = _value(str(field.type), text)
    assert not given, f"{kind} has no {given}"
    when = START + timedelta(seconds=float(at))
    return e.EVENT_TYPES[kind](id=f"file:{number:012d}", call_id=call_id, at=when, **values)


def _value(kind: str, text: str) -> object:
    if kind == "bool":
        return text == "yes"
    if kind.startswith("int"):
        return int(text) if text else None
    return text
