"""Messages as JSON and as XML: the same names in both.

    {"version": "1", "id": "m-1", "nonce": "…", "at": "…", "type": "case", "case": {"reference": "…"}}
    <message version="1"><id>m-1</id><nonce>…</nonce><at>…</at><type>case</type>
      <case><reference>…</reference></case></message>

A list in XML is an element with one `<item>` for each line. XML is read with no DTD, entity or reference to
anything outside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from pydantic import ValidationError

from core.errors import HotlineError
from ticketing.exchange.messages import CONTENTS, Envelope, Message, as_json
from ticketing.exchange.tables import Format

TYPES = {Format.JSON: "application/json", Format.XML: "application/xml"}
#: A list of lists in a message of ours has depth 4; beyond it something is wrong.
_DEEPEST = 6


class MessageError(HotlineError):
    """报文格式有误。"""

    code, status = "bad_message", 422


def format_of(content_type: str) -> Format:
    """
    Raises:
        MessageError: neither JSON nor XML.
    """
    plain = content_type.partition(";")[0].strip().lower()
    if plain == "application/json":
        return Format.JSON
    if plain in ("application/xml", "text/xml"):
        return Format.XML
    raise MessageError("报文须为 application/json 或 application/xml")


def decode(body: bytes, form: Format) -> Message:
    """
    Raises:
        MessageError: names the first thing that is wrong.
    """
    said = _from_json(body) if form == Format.JSON else _from_xml(body)
    try:
        head = {name: value for name, value in said.items() if name in Envelope.model_fields}
        envelope = Envelope.model_validate(head)
        others = said.keys() - head.keys() - {str(envelope.type)}
        if others or str(envelope.type) not in said:
            wrong = sorted(others)[0] if others else str(envelope.type)
            raise MessageError(f"报文格式有误：{wrong[:64]} {'多余' if others else '缺失'}")
        return Message(envelope=envelope, content=CONTENTS[envelope.type].model_validate(said[envelope.type]))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "message"
        raise MessageError(f"报文格式有误：{where[:100]}（{first['msg']}）") from None


def encode(message: Message, form: Format) -> bytes:
    """The message as it is signed and sent."""
    envelope = message.envelope.model_dump(mode="json")
    said = envelope | {str(message.envelope.type): as_json(message.content)}
    if form == Format.JSON:
        return json.dumps(said, ensure_ascii=False).encode()
    root = Element("message", version=said.pop("version"))
    _fill(root, said)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _from_json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise MessageError("报文不是有效的 JSON") from None
    if not isinstance(said, dict):
        raise MessageError("报文不是有效的 JSON 对象")
    return said


def _from_xml(body: bytes) -> dict[str, Any]:
    try:
        root = fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise MessageError("报文不得含有 DTD 或实体") from None
    except (ParseError, ValueError, LookupError):
        raise MessageError("报文不是有效的 XML") from None
    if root.tag != "message":
        raise MessageError("XML 的根元素须为 message")
    said = _read(root, 1)
    if not isinstance(said, dict):
        raise MessageError("XML 中没有内容")
    return said | {"version": root.get("version", "")}


def _read(element: Element, depth: int) -> Any:
    children = list(element)
    if depth > _DEEPEST:
        raise MessageError("XML 层次过深")
    if not children:
        return element.text or ""
    if all(one.tag == "item" for one in children):
        return [_read(one, depth + 1) for one in children]
    found: dict[str, Any] = {}
    for one in children:
        if one.tag in found:
            raise MessageError(f"XML 元素重复：{str(one.tag)[:64]}")
        found[str(one.tag)] = _read(one, depth + 1)
    return found


def _fill(element: Element, said: Mapping[str, Any]) -> None:
    for name, value in said.items():
        child = SubElement(element, name)
        if isinstance(value, dict):
            _fill(child, value)
        elif isinstance(value, list):
            for one in value:
                item = SubElement(child, "item")
                if isinstance(one, dict):
                    _fill(item, one)
                else:
                    item.text = str(one)
        else:
            child.text = str(value).lower() if isinstance(value, bool) else str(value)
