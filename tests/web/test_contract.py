"""Documented is served, served is documented, and answers are as the document says."""

from __future__ import annotations

import re
from http import HTTPMethod
from typing import Any

import pytest
from pydantic import create_model

from tests.web.schema import mistakes
from tests.web.world import Client, World
from web.api import openapi, table
from web.api.openapi import TwoOfOneName
from web.api.route import STAFF, Answer, Ask, Routes

PREFIX = "/api/v1"


async def _document(client: Client) -> dict[str, Any]:
    answer = await client.get(PREFIX + "/openapi.json")
    assert answer.status == 200
    document: dict[str, Any] = await answer.json()
    return document


async def test_the_document_needs_no_log_in_and_is_openapi_3_1(world: World) -> None:
    document = await _document(await world.client())
    assert document["openapi"].startswith("3.1")


async def test_documented_is_served_and_served_is_documented(world: World) -> None:
    document = await _document(await world.client())
    documented = {(m.upper(), path) for path, methods in document["paths"].items() for m in methods}
    served = {
        (route.method, route.resource.canonical)
        for route in world.app.router.routes()
        if route.resource and route.resource.canonical.startswith(PREFIX) and route.method != "HEAD"
    }
    assert documented == served


async def test_the_api_is_the_one_the_architecture_promises(world: World) -> None:
    document = await _document(await world.client())
    promised = {
        "/session": {"post", "get", "delete"},
        "/calls": {"get"},
        "/calls/{id}": {"get"},
        "/recordings/{id}/audio": {"get"},
        "/recordings/{id}/marks": {"get", "post"},
        "/recordings/{id}/marks/{mark}": {"patch", "delete"},
        "/recordings/{id}/shares": {"get", "post"},
        "/recordings/{id}/shares/open": {"post"},
        "/recordings/{id}/shares/{share}": {"delete"},
        "/recordings/{id}/access": {"get", "post"},
        "/recordings/{id}/number": {"post"},
        "/recordings/{id}/export": {"post"},
        "/recording-exports": {"get"},
        "/recording-rights": {"get"},
        "/recording-grants": {"get", "post"},
        "/recording-grants/{id}/end": {"post"},
        "/retention": {"get"},
        "/retention/rules": {"post"},
        "/retention/rules/{id}/end": {"post"},
        "/retention/preview": {"post"},
        "/holds": {"get", "post"},
        "/holds/{id}/lift": {"post"},
        "/deletions": {"get", "post"},
        "/deletions/{id}/items": {"get"},
        "/deletions/{id}/sign": {"post"},
        "/deletions/{id}/refuse": {"post"},
        "/personal-data": {"get", "post"},
        "/personal-data/{id}/fetch": {"post"},
        "/recordings/search": {"get"},
        "/keyword-lists": {"get", "post"},
        "/keyword-lists/try": {"post"},
        "/keyword-lists/{id}": {"patch", "delete"},
        "/keyword-alerts": {"get"},
        "/keyword-alerts/{id}/seen": {"post"},
        "/saved-searches": {"get", "post"},
        "/saved-searches/{id}": {"delete"},
        "/cases": {"get"},
        "/cases/export": {"get"},
        "/cases/{id}": {"get", "patch"},
        "/cases/{id}/moves/{move}": {"post"},
        "/case-workflow": {"get"},
        "/cases/{id}/links": {"get"},
        "/cases/{id}/unit": {"get"},
        "/repeats/callers": {"get"},
        "/repeats/places": {"get"},
        "/group-events": {"get"},
        "/routing": {"get"},
        "/routing/versions/{version}": {"get"},
        "/routing/versions/{version}/what-if": {"get"},
        "/routing/draft": {"post", "delete"},
        "/routing/draft/publish": {"post"},
        "/routing/draft/rules": {"post"},
        "/routing/draft/rules/{id}": {"put", "delete"},
        "/routing/try": {"get"},
        "/routing/returns": {"get"},
        "/routing/returns/{id}/review": {"post"},
        "/units": {"get"},
        "/units/{code}": {"put"},
        "/catalogue/categories": {"get", "put"},
        "/catalogue/editions": {"get"},
        "/catalogue/search": {"get"},
        "/catalogue/suggestions": {"post"},
        "/catalogue/severities": {"get", "put"},
        "/catalogue/export": {"get"},
        "/catalogue/import": {"post"},
        "/catalogue/places": {"get"},
        "/places/import": {"post"},
        "/places/locate": {"get"},
        "/places/search": {"get"},
        "/places/tree": {"get"},
        "/places/tree/{code}": {"patch"},
        "/places/tree/{code}/outlines": {"get"},
        "/parts": {"get"},
        "/parts/{code}": {"get", "patch"},
        "/landmarks": {"get", "post"},
        "/landmarks/{id}": {"patch"},
        "/source-reports": {"get", "post"},
        "/source-reports/batch": {"post"},
        "/sources": {"get", "post"},
        "/sources/{code}": {"patch"},
        "/sources/{code}/keys": {"post"},
        "/sources/{code}/keys/{id}": {"delete"},
        "/sources/{code}/reports": {"get"},
        "/cases/{id}/reports": {"get"},
        "/seats": {"get"},
        "/seats/me/log-in": {"post"},
        "/seats/me/log-out": {"post"},
        "/seats/{extension}/skills": {"put"},
        "/queues": {"get"},
        "/callbacks": {"get"},
        "/callbacks/{id}/cancel": {"post"},
        "/callbacks/{id}/retry": {"post"},
        "/calendar/{year}": {"get"},
        "/calendar/{year}/complete": {"post"},
        "/calendar/days/{date}": {"put", "delete"},
        "/flows": {"get"},
        "/flows/{name}": {"get"},
        "/flows/{name}/versions/{version}": {"get"},
        "/flows/{name}/check": {"post"},
        "/flows/{name}/publish": {"post"},
        "/prompts": {"get"},
        "/prompts/{language}/{id}/audio": {"get"},
        "/announcements": {"get", "post"},
        "/announcements/{id}": {"patch", "delete"},
        "/announcements/{id}/audio": {"get", "post"},
        "/flags": {"get", "post"},
        "/flags/{id}/review": {"post"},
        "/flags/{id}/end": {"post"},
        "/articles": {"get", "post"},
        "/articles/{id}": {"patch"},
        "/articles/{id}/audio": {"get"},
        "/recordings/proof": {"get"},
        "/recordings/states": {"get"},
        "/recordings/states/items": {"get"},
        "/recordings/{id}/retry": {"post"},
        "/seats/me/call/recording": {"get", "post"},
        "/surveys/summary": {"get"},
        "/visits": {"get"},
        "/trunks": {"get"},
        "/status": {"get"},
        "/openapi.json": {"get"},
        "/live": {"get"},
        "/board": {"get"},
        "/seats/me/pop": {"get"},
        "/notices": {"get", "post"},
        "/wallboard": {"get"},
        "/wallboard/tokens": {"get", "post"},
        "/wallboard/tokens/{id}": {"delete"},
        "/seats/live": {"get"},
        "/seats/me/pause": {"post"},
        "/seats/me/ready": {"post"},
        "/seats/me/wrap-up": {"post"},
        "/seats/me/wrap-up/end": {"post"},
        "/seats/me/outbound": {"post"},
        "/seats/{extension}/state": {"post"},
        "/seats/me/take": {"post"},
        "/seats/me/leave": {"post"},
        "/pause-reasons": {"get", "post"},
        "/pause-reasons/{code}": {"patch"},
        "/seats/me/phone": {"get"},
        "/provisioning/{extension}": {"get"},
        "/provisioning/files/{file}": {"get"},
        "/lockouts": {"get"},
        "/lockouts/{address}": {"delete"},
        "/live-help": {"get"},
        "/live-help/{id}": {"get"},
        "/supervision": {"get", "post", "patch", "delete"},
        "/supervision/take-over": {"post"},
        "/supervision/hang-up": {"post"},
        "/seats/me/calls": {"post", "get"},
        "/seats/me/calls/{id}": {"delete"},
        "/seats/me/call/menu": {"post"},
        "/queues/{name}/waiting/{call_id}/move": {"post"},
        "/directory": {"get", "post"},
        "/directory/{id}": {"patch", "delete"},
        "/seats/me/call/away": {"post"},
        "/seats/me/call/{verb}": {"post"},
        "/parked": {"get"},
        "/parked/{call_id}/retrieve": {"post"},
        "/transfer-targets": {"get"},
        "/quality/sheets": {"get", "post"},
        "/quality/sheets/{id}": {"patch"},
        "/quality/sheets/{id}/publish": {"post"},
        "/quality/sheets/{id}/retire": {"post"},
        "/quality/samples": {"get", "post"},
        "/quality/samples/draw": {"post"},
        "/quality/samples/next": {"post"},
        "/quality/samples/{id}": {"get", "patch"},
        "/quality/samples/{id}/claim": {"post"},
        "/quality/samples/{id}/release": {"post"},
        "/quality/samples/{id}/skip": {"post"},
        "/quality/samples/{id}/score": {"post"},
        "/quality/progress": {"get"},
        "/quality/mine": {"get"},
        "/quality/scores": {"get"},
        "/quality/scores/{id}": {"get"},
        "/quality/scores/{id}/seen": {"post"},
        "/quality/scores/{id}/appeal": {"post"},
        "/quality/scores/{id}/review": {"post"},
        "/quality/inspectors": {"get"},
        "/quality/calibrations": {"get", "post"},
        "/quality/calibrations/{id}": {"get"},
        "/quality/calibrations/{id}/score": {"post"},
        "/quality/calibrations/{id}/close": {"post"},
        "/quality/report": {"get"},
        "/message-templates": {"get", "post"},
        "/message-templates/preview": {"post"},
        "/message-templates/{id}": {"patch"},
        "/messages": {"get"},
        "/messages/counts": {"get"},
        "/messages/{id}/resend": {"post"},
        "/messages/{id}/cancel": {"post"},
        "/cases/{id}/messages": {"get"},
        "/cases/{id}/contact": {"get", "put"},
        "/staff-contacts": {"get"},
        "/staff-contacts/{id}": {"put"},
        "/quality/report.csv": {"get"},
        "/webhooks": {"get", "post"},
        "/webhooks/{id}": {"patch", "delete"},
        "/webhooks/{id}/secret": {"post"},
        "/webhooks/{id}/test": {"post"},
        "/webhooks/{id}/deliveries": {"get"},
        "/webhooks/{id}/deliveries/{delivery}": {"get"},
        "/webhooks/{id}/deliveries/{delivery}/resend": {"post"},
        "/platforms": {"get", "post"},
        "/platforms/{code}": {"patch"},
        "/platforms/{code}/secret": {"post"},
        "/platforms/{code}/codes": {"get", "post"},
        "/platforms/{code}/codes/{id}": {"delete"},
        "/platforms/{code}/unmapped": {"get"},
        "/platforms/{code}/messages": {"get"},
        "/platforms/{code}/messages/{id}": {"get"},
        "/platforms/{code}/messages/{id}/resend": {"post"},
        "/platforms/{code}/days/{day}": {"get"},
        "/exchange/{code}/messages": {"post"},
    }
    assert {path.removeprefix(PREFIX): set(found) for path, found in document["paths"].items()} == promised


async def test_every_reference_leads_somewhere(world: World) -> None:
    document = await _document(await world.client())
    names = set(re.findall(r"#/components/schemas/([\w.-]+)", str(document)))
    assert names
    assert names <= document["components"]["schemas"].keys()


def test_two_models_of_one_name_are_refused() -> None:
    routes = Routes("doubled")
    for number, of in enumerate((int, str)):

        async def handler(ask: Ask) -> Answer:
            raise AssertionError

        handler.__annotations__["return"] = create_model(
            "Same", __base__=Answer, __module__=f"m{number}", of=of
        )
        routes.add(HTTPMethod.GET, f"/{number}", "", roles=STAFF)(handler)
    with pytest.raises(TwoOfOneName, match="m0__Same, m1__Same"):
        openapi.document([routes])


def test_a_model_that_reads_otherwise_than_it_writes_has_two_schemas() -> None:
    schemas = openapi.document(table.GROUPS)["components"]["schemas"]
    assert schemas["Sheet-Input"] != schemas["Sheet-Output"]


async def test_every_route_but_the_public_ones_wants_a_log_in(world: World) -> None:
    client = await world.client()
    document = await _document(client)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation.get("security") == []:
                continue
            address = re.sub(r"\{\w+\}", "1", path)
            answer = await client.request(method, address, headers={"Content-Type": "application/json"})
            assert answer.status == 401, (method, path)
            assert (await answer.json())["error"]["code"] == "not_logged_in"


async def test_answers_are_as_documented(world: World) -> None:
    call = await world.add_call(seat="1001", queue="general", hung_up_by="caller")
    case = await world.add_case(call)
    await world.add_recording(call)
    client = await world.client("seat1")
    document = await _document(client)
    version = {"version": case.version}
    cases = (
        ("get", "/session", "", None),
        ("get", "/calls", "", None),
        ("get", "/calls/{id}", call.id, None),
        ("get", "/cases", "", None),
        ("get", "/cases/{id}", str(case.id), None),
        ("patch", "/cases/{id}", str(case.id), version | {"kind": "complaint", "reporter_name": "王"}),
        ("get", "/catalogue/categories", "", None),
        ("get", "/catalogue/places", "", None),
        ("get", "/catalogue/editions", "", None),
        ("post", "/catalogue/suggestions", "", {"text": "路灯不亮"}),
        ("post", "/seats/me/log-in", "", {}),
        ("get", "/seats", "", None),
        ("get", "/queues", "", None),
        ("post", "/seats/me/log-out", "", {}),
        ("get", "/status", "", None),
        # And a failure of each sort.
        ("get", "/cases/{id}", "999", None),
        ("get", "/calls/{id}", "nobody", None),
        ("patch", "/cases/{id}", str(case.id), {"version": "x", "urgency": "no"}),
        ("post", "/session", "", {"username": "seat1", "password": "wrong"}),
    )
    for method, path, one, body in cases:
        answer = await client.request(method, PREFIX + path.replace("{id}", one), json=body)
        responses = document["paths"][PREFIX + path][method]["responses"]
        assert str(answer.status) in responses, (method, path, answer.status)
        schema = responses[str(answer.status)]["content"]["application/json"]["schema"]
        assert mistakes(await answer.json(), schema, document) == [], (method, path)


def test_the_checker_sees_mistakes() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "required": ["a"],
        "additionalProperties": False,
    }
    assert mistakes({"a": 1}, schema, {}) == []
    for wrong in ({}, {"a": "1"}, {"a": True}, {"a": 1, "b": 2}, []):
        assert mistakes(wrong, schema, {}), wrong
