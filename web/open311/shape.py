"""One answer, two shapes: JSON and XML after the Spark convention GeoReport v2 refers to. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from core.clock import CHINA

#: Format → media type.
MEDIA = {"xml": "text/xml", "json": "application/json"}
#: What XML 1.0 cannot say at all.
_UNSAID = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Many:
    """A list: in XML each of it is an element `item`, in JSON it is an array."""

    item: str
    rows: Sequence[Any]


def render(root: str, value: Any, format: str) -> bytes:
    """`value` (a dict or a `Many`) as a whole document, UTF-8."""
    if format == "json":
        return json.dumps(_plain(value), ensure_ascii=False).encode()
    body = ElementTree.tostring(_element(root, value), encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


def moment(at: datetime) -> str:
    """A time as the specification wants it (W3C note on ISO 8601), in China."""
    return at.astimezone(CHINA).isoformat(timespec="seconds")


def _plain(value: Any) -> Any:
    if isinstance(value, Many):
        return [_plain(one) for one in value.rows]
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return moment(value) if isinstance(value, datetime) else value


def _element(name: str, value: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(value, Many):
        element.extend(_element(value.item, one) for one in value.rows)
    elif isinstance(value, Mapping):
        element.extend(_element(part, one) for part, one in value.items())
    elif value is not None:
        element.text = _text(value)
    return element


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment(value)
    return _UNSAID.sub("", str(value))
