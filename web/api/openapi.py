"""OpenAPI 3.1 written from the same route table that is served, so that the two cannot differ."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, TypeAdapter

from web.api.house_models import FlowMistake
from web.api.route import Answer, Route, Routes

PREFIX = "/api/v1"
Schema = dict[str, Any]


class ProblemBody(Answer):
    """What went wrong."""

    #: Stable word for programs.
    code: str
    #: Sentence for people, in Chinese.
    message: str
    #: Wrong field → what is wrong with it.
    fields: dict[str, str] | None = None
    #: What is wrong with a flow's text (422).
    problems: list[FlowMistake] | None = None
    #: How long the account stays locked (429).
    minutes: int | None = None


class Problem(Answer):
    """The body of every error."""

    error: ProblemBody


class Document:
    """Collects paths and the schemas they refer to."""

    def __init__(self) -> None:
        self.paths: dict[str, Schema] = {}
        self.schemas: dict[str, Schema] = {}

    def add(self, group: Routes) -> None:
        for route in group:
            self.paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = self._operation(
                route, group.tag
            )

    def _operation(self, route: Route, tag: str) -> Schema:
        operation: Schema = {
            "operationId": route.handler.__name__,
            "tags": [tag],
            "summary": route.summary,
            "parameters": [*self._parameters(route, "path"), *self._parameters(route, "query")],
            "responses": {str(route.status): self._success(route)},
        }
        if body := route.models.get("body"):
            content = {"application/json": {"schema": self._schema(body, "validation")}}
            operation["requestBody"] = {"required": True, "content": content}
        if route.takes:
            binary = {"schema": {"type": "string", "format": "binary"}}
            operation["requestBody"] = {"required": True, "content": {route.takes: binary}}
        for status in sorted(_failures(route)):
            content = {"application/json": {"schema": self._schema(Problem)}}
            operation["responses"][str(status)] = {
                "description": HTTPStatus(status).phrase,
                "content": content,
            }
        if route.roles is None:
            operation["security"] = []
        else:
            operation["x-roles"] = sorted(route.roles)
        return operation

    def _success(self, route: Route) -> Schema:
        answer: Schema = {"description": HTTPStatus(route.status).phrase}
        if route.status == HTTPStatus.NO_CONTENT or not route.media:
            return answer
        binary = route.media != "application/json"
        schema = {"type": "string", "format": "binary"} if binary else self._schema(route.answer)
        answer["content"] = {route.media: {"schema": schema}}
        return answer

    def _parameters(self, route: Route, place: str) -> list[Schema]:
        model = route.models.get(place)
        if model is None:
            return []
        schema = self._inlined(model)
        required = schema.get("required", [])
        return [
            {"name": name, "in": place, "required": place == "path" or name in required, "schema": one}
            for name, one in schema["properties"].items()
        ]

    def _inlined(self, model: type[BaseModel]) -> Schema:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        self.schemas.update(schema.pop("$defs", {}))
        return schema

    def _schema(self, kind: Any, mode: Any = "serialization") -> Schema:
        schema = TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}", mode=mode)
        self.schemas.update(schema.pop("$defs", {}))
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            self.schemas[kind.__name__] = schema
            return {"$ref": f"#/components/schemas/{kind.__name__}"}
        return schema

    def finished(self) -> Schema:
        return {
            "openapi": "3.1.0",
            "info": {"title": "Hotline 12319", "version": "1"},
            "paths": self.paths,
            "components": {
                "schemas": dict(sorted(self.schemas.items())),
                "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "hotline_session"}},
            },
            "security": [{"session": []}],
        }


def _failures(route: Route) -> set[int]:
    """Statuses a route can fail with: its own, and those its models and roles bring along."""
    failures = {*route.errors, 500, 503}
    if route.roles is not None:
        failures |= {401, 403}
    if route.models.keys() & {"query", "body"}:
        failures.add(422)
    if "path" in route.models or re.search(r"\{\w+\}", route.path):
        failures.add(404)
    if route.method in ("POST", "PATCH"):
        failures |= {400, 403, 413, 415}
    if route.method == "DELETE":
        failures.add(403)
    return failures


def document(groups: Iterable[Routes]) -> Schema:
    """The whole document."""
    made = Document()
    for group in groups:
        made.add(group)
    return made.finished()
