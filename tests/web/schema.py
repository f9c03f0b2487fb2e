"""As much of JSON Schema as our own document uses; an unknown word fails: nothing goes unchecked."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
    "integer": int,
}
#: Words that say nothing about the value.
_SILENT = {"title", "description", "default"}
_KNOWN = _SILENT | {"$ref", "anyOf", "type", "properties", "required", "additionalProperties", "items"}
_KNOWN |= {"enum", "const", "format", "minimum", "maximum", "minLength", "maxLength", "pattern"}
_KNOWN |= {"minItems", "maxItems"}


def mistakes(value: Any, schema: dict[str, Any], document: dict[str, Any], where: str = "$") -> list[str]:
    """What in `value` is not as `schema` says."""
    unknown = schema.keys() - _KNOWN
    if unknown:
        return [f"{where}: this checker does not know {unknown}"]
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/components/schemas/")
        return mistakes(value, document["components"]["schemas"][name], document, where)
    if "anyOf" in schema:
        found = [mistakes(value, one, document, where) for one in schema["anyOf"]]
        return [] if [] in found else [f"{where}: fits none of {schema['anyOf']}: {value!r}"]
    return [*_plain(value, schema, where), *_nested(value, schema, document, where)]


def _plain(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    kind = schema.get("type")
    if kind and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return [f"{where}: not {kind}: {value!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: none of {schema['enum']}: {value!r}"]
    if "const" in schema and value != schema["const"]:
        return [f"{where}: not {schema['const']!r}: {value!r}"]
    if isinstance(value, list) and not schema.get("minItems", 0) <= len(value) <= schema.get(
        "maxItems", 10**6
    ):
        return [f"{where}: {len(value)} of them"]
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{where}: not like {schema['pattern']}: {value!r}"]
    if schema.get("format") == "date-time" and datetime.fromisoformat(value).tzinfo is None:
        return [f"{where}: a time without a zone: {value!r}"]
    return []


def _nested(value: Any, schema: dict[str, Any], document: dict[str, Any], where: str) -> list[str]:
    found: list[str] = []
    if isinstance(value, list) and "items" in schema:
        for position, one in enumerate(value):
            found += mistakes(one, schema["items"], document, f"{where}[{position}]")
    if not isinstance(value, dict):
        return found
    properties, extra = schema.get("properties", {}), schema.get("additionalProperties", True)
    found += [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
    for name, one in value.items():
        if name in properties:
            found += mistakes(one, properties[name], document, f"{where}.{name}")
        elif extra is False:
            found.append(f"{where}: {name} is not in the schema")
        elif isinstance(extra, dict):
            found += mistakes(one, extra, document, f"{where}.{name}")
    return found
