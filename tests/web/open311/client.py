"""A client of GeoReport v2, written from the text of the specification alone; it knows nothing of the server.

It holds the server to that text: addresses, media types, the XML declaration, names of elements, which of
them hold lists, what may be empty, and the shape of errors. Both formats give the same plain values.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import aiohttp
from defusedxml import ElementTree

MEDIA = {"xml": "text/xml", "json": "application/json"}
#: "GeoReport v2": fields of each answer, and those that "may not be returned".
SERVICE = ("service_code", "service_name", "description", "metadata", "type", "keywords", "group")
ATTRIBUTE = ("variable", "code", "datatype", "required", "datatype_description", "order", "description")
REQUEST = (
    *("service_request_id", "status", "service_name", "service_code", "description"),
    *(
        "requested_datetime",
        "updated_datetime",
        "address",
        "address_id",
        "zipcode",
        "lat",
        "long",
        "media_url",
    ),
)
OPTIONAL = ("status_notes", "agency_responsible", "service_notice", "expected_datetime")
DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}
#: Elements that hold a list of others, by the tables of the specification.
LISTS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
_W3 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


class Refused(Exception):
    """The server answered with the specification's errors."""

    def __init__(self, status: int, errors: list[dict[str, Any]], headers: dict[str, str]) -> None:
        super().__init__(f"{status}: {errors}")
        self.status, self.errors, self.headers = status, errors, headers


@dataclass
class GeoReport:
    """`endpoint` comes from the discovery file; `format` is xml or json."""

    session: aiohttp.ClientSession
    endpoint: str
    format: str
    api_key: str = ""
    jurisdiction_id: str = ""

    @classmethod
    async def discover(cls, session: aiohttp.ClientSession, url: str, format: str, **more: str) -> GeoReport:
        """`url` ends in /discovery; the first GeoReport v2 endpoint that speaks the format is taken."""
        found = await cls(session, url, format)._get("")
        for name in ("changeset", "contact", "key_service"):
            assert found[name], name
        for endpoint in found["endpoints"]:
            assert endpoint["type"] in ("production", "test") and endpoint["changeset"]
            if endpoint["specification"].endswith("/GeoReport_v2") and MEDIA[format] in endpoint["formats"]:
                return cls(session, endpoint["url"], format, **more)
        raise AssertionError("no endpoint of ours")

    async def services(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self._get("/services")
        for one in found:
            assert one.keys() >= set(SERVICE), one
            assert one["metadata"] in ("true", "false")
            assert one["type"] in ("realtime", "batch", "blackbox")
        return found

    async def definition(self, code: str) -> list[dict[str, Any]]:
        found = await self._get(f"/services/{code}")
        assert found["service_code"] == code
        orders = [int(one["order"]) for one in found["attributes"]]
        assert len(set(orders)) == len(orders) and min(orders) >= 1
        for one in found["attributes"]:
            assert one.keys() >= set(ATTRIBUTE) and one["datatype"] in DATATYPES, one
            assert one["variable"] in ("true", "false") and one["required"] in ("true", "false")
            assert one["datatype"].endswith("list") == bool(one.get("values")), one
        attributes: list[dict[str, Any]] = found["attributes"]
        return attributes

    async def post(self, headers: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
        """File a request. `fields` are the specification's; a list is sent as `name[]`, several times."""
        pairs: list[tuple[str, str]] = [("api_key", self.api_key)] if self.api_key else []
        pairs += [("jurisdiction_id", self.jurisdiction_id)] if self.jurisdiction_id else []
        for name, value in fields.pop("attributes", {}).items():
            many = isinstance(value, list)
            pairs += [(f"attribute[{name}]{'[]' * many}", one) for one in (value if many else [value])]
        pairs += [(name, str(value)) for name, value in fields.items()]
        url = f"{self.endpoint}/requests.{self.format}"
        form = aiohttp.FormData(pairs, charset="utf-8")
        async with self.session.post(url, data=form, headers=headers) as answer:
            (one,) = await self._read(answer)
        ids = [name for name in ("service_request_id", "token") if one.get(name)]
        assert len(ids) == 1, f"one of the two, never both: {one}"
        return dict(one)

    async def token(self, token: str) -> dict[str, Any]:
        (one,) = await self._get(f"/tokens/{token}")
        assert one["token"] == token
        return dict(one)

    async def request(self, request_id: str) -> dict[str, Any]:
        (one,) = self._checked(await self._get(f"/requests/{request_id}"))
        return one

    async def requests(self, **filters: Any) -> list[dict[str, Any]]:
        return self._checked(await self._get("/requests", **filters))

    @staticmethod
    def _checked(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for one in found:
            assert one.keys() >= set(REQUEST) and not one.keys() - {*REQUEST, *OPTIONAL}, one
            assert one["status"] in ("open", "closed")
            for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
                assert not one.get(name) or _W3.fullmatch(one[name]), one[name]
        return found

    async def _get(self, path: str, **query: Any) -> Any:
        if self.jurisdiction_id:
            query["jurisdiction_id"] = self.jurisdiction_id
        async with self.session.get(f"{self.endpoint}{path}.{self.format}", params=query) as answer:
            return await self._read(answer)

    async def _read(self, answer: aiohttp.ClientResponse) -> Any:
        body = await answer.read()
        assert answer.headers["Content-Type"].lower() == f"{MEDIA[self.format]}; charset=utf-8"
        found = _of_json(json.loads(body.decode())) if self.format == "json" else _of_xml(body)
        if answer.status == 200:
            return found
        assert isinstance(found, list) and found
        assert all(one["code"] and one["description"] for one in found), found
        raise Refused(answer.status, found, dict(answer.headers))


def _of_json(value: Any) -> Any:
    """Plain values as text, so that both formats can be compared."""
    if isinstance(value, dict):
        return {name: _of_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_of_json(one) for one in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _of_xml(body: bytes) -> Any:
    assert re.match(rb'<\?xml version="1\.0" encoding="utf-8"\?>', body, re.IGNORECASE)
    return _of_element(ElementTree.fromstring(body))


def _of_element(element: Element) -> Any:
    assert not element.attrib and not element.tag.startswith("{"), "no attributes, no namespaces"
    if element.tag in LISTS:
        assert {one.tag for one in element} <= {LISTS[element.tag]}
        return [_of_element(one) for one in element]
    if len(element):
        names = [one.tag for one in element]
        assert len(set(names)) == len(names), names
        return {one.tag: _of_element(one) for one in element}
    return element.text or ""
