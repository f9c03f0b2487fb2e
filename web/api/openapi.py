"""OpenAPI 3.1 written from the same route table that is served, so that the two cannot differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, Literal, get_args

from pydantic import BaseModel, TypeAdapter

from web.api import repeats
from web.api.house_models import FlowMistake
from web.api.route import Answer, Route, Routes

PREFIX = "/api/v1"
Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]
_REF = "#/components/schemas/"


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


_NAMED: Schema = {
    "name": repeats.HEADER,
    "in": "header",
    "required": False,
    "description": "A new word for each request; sent again with it, the first answer comes again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}


class Problem(Answer):
    """The body of every error."""

    error: ProblemBody


class TwoOfOneName(Exception):
    """Different models share a name: a reader would take one for the other."""


class Models:
    """The schemas of everything the routes take and answer, one of a name."""

    def __init__(self, routes: Iterable[Route]) -> None:
        wanted = {*_used(routes), (Problem, "serialization")}
        inputs = [(kind, mode, TypeAdapter(kind)) for kind, mode in wanted]
        self._apart: set[str] = set()
        self._made, found = TypeAdapter.json_schemas(inputs, ref_template=_REF + "{model}")
        self._schemas: dict[str, Schema] = found["$defs"]
        # Of one name with different contents: pydantic tells them apart by their modules.
        if doubled := sorted(name for name in self._schemas if "__" in name):
            raise TwoOfOneName(", ".join(doubled))

    def of(self, kind: Any, mode: Mode = "serialization") -> Schema:
        """What stands for `kind`: a reference, or for plain types their schema."""
        return self._made[kind, mode]

    def parameters(self, kind: type[BaseModel]) -> Schema:
        """The fields of a path or a query; they stand with the route."""
        name = self.of(kind, "validation")["$ref"].removeprefix(_REF)
        self._apart.add(name)
        return self._schemas[name]

    def components(self) -> Schema:
        return {name: one for name, one in sorted(self._schemas.items()) if name not in self._apart}


def _used(routes: Iterable[Route]) -> Iterator[tuple[Any, Mode]]:
    for route in routes:
        for model in route.models.values():
            yield model, "validation"
        if _answers_json(route):
            yield route.answer, "serialization"


def _answers_json(route: Route) -> bool:
    return route.status != HTTPStatus.NO_CONTENT and route.media == "application/json"


class Document:
    """Collects paths, and the models they speak of."""

    def __init__(self, models: Models) -> None:
        self.paths: dict[str, Schema] = {}
        self._models = models

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
            "parameters": [
                *self._parameters(route, "path"),
                *self._parameters(route, "query"),
                *([_NAMED] if _may_be_named(route) else []),
            ],
            "responses": self._successes(route),
        }
        if body := route.models.get("body"):
            content = {"application/json": {"schema": self._models.of(body, "validation")}}
            operation["requestBody"] = {"required": True, "content": content}
        if route.takes:
            binary = {"schema": {"type": "string", "format": "binary"}}
            operation["requestBody"] = {"required": True, "content": {route.takes: binary}}
        for status in sorted(_failures(route)):
            content = {"application/json": {"schema": self._models.of(Problem)}}
            operation["responses"][str(status)] = {
                "description": HTTPStatus(status).phrase,
                "content": content,
            }
        if route.roles is None:
            operation["security"] = []
        else:
            operation["x-roles"] = sorted(route.roles)
        return operation

    def _successes(self, route: Route) -> Schema:
        """A handler that answers None says 204; one that may, says either."""
        may_be_none = type(None) in (route.answer, *get_args(route.answer))
        made = {} if route.answer is type(None) else {str(route.status): self._success(route)}
        nothing = HTTPStatus.NO_CONTENT
        return made | ({str(nothing.value): {"description": nothing.phrase}} if may_be_none else {})

    def _success(self, route: Route) -> Schema:
        answer: Schema = {"description": HTTPStatus(route.status).phrase}
        if route.status == HTTPStatus.NO_CONTENT or not route.media:
            return answer
        json = _answers_json(route)
        schema = self._models.of(route.answer) if json else {"type": "string", "format": "binary"}
        answer["content"] = {route.media: {"schema": schema}}
        return answer

    def _parameters(self, route: Route, place: str) -> list[Schema]:
        model = route.models.get(place)
        if model is None:
            return []
        schema = self._models.parameters(model)
        required = schema.get("required", [])
        return [
            {"name": name, "in": place, "required": place == "path" or name in required, "schema": one}
            for name, one in schema["properties"].items()
        ]

    def finished(self) -> Schema:
        return {
            "openapi": "3.1.0",
            "info": {"title": "Hotline 12319", "version": "1"},
            "paths": self.paths,
            "components": {
                "schemas": self._models.components(),
                "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "hotline_session"}},
            },
            "security": [{"session": []}],
        }


def _may_be_named(route: Route) -> bool:
    return route.roles is not None and repeats.takes(route)


def _failures(route: Route) -> set[int]:
    """Statuses a route can fail with: its own, and those its models and roles bring along."""
    failures = {*route.errors, 500, 503}
    if route.roles is not None:
        failures |= {401, 403}
    if route.models.keys() & {"query", "body"}:
        failures |= {404, 422}  # what they name may not be there
    if "path" in route.models or re.search(r"\{\w+\}", route.path) or route.method in repeats.CHANGING:
        failures.add(404)
    if route.method in ("POST", "PATCH", "PUT"):
        failures |= {400, 403, 413, 415}
    if route.method == "DELETE":
        failures.add(403)
    if _may_be_named(route):
        failures |= {409, 422}
    return failures


def document(groups: Iterable[Routes]) -> Schema:
    """The whole document.

    Raises:
        TwoOfOneName
    """
    groups = list(groups)
    made = Document(Models([route for group in groups for route in group]))
    for group in groups:
        made.add(group)
    return made.finished()
