"""`hotline settings`: the documented TOML file, written from the settings tree itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from core.settings import CHECKOUT, Section, Settings
from core.trunks import E1Trunk, SipTrunk

_HEAD = """\
# Settings of a hotline. Written by `hotline settings`; every line shows the default.
# Copy to hotline.toml in the working directory, or name your copy in HOTLINE_CONFIG.
# HOTLINE_<SECTION>_<NAME> in the environment goes before this file: HOTLINE_WEB_PORT=9000.
"""
_TRUNKS_HEAD = """\
# Trunks (中继), one table each under a name of your own. Without any there is the trunk `demo` (section sip).
"""
_TRUNKS: dict[str, type[Section]] = {"city": SipTrunk, "copper": E1Trunk}


def render() -> str:
    """The whole file; each setting is commented out, so that a copy changes nothing by itself."""
    sections = [
        _section(name, field.annotation)
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
    ]
    trunks = [_section(f"trunks.{name}", kind, "#") for name, kind in _TRUNKS.items()]
    return "\n".join([_HEAD, *sections, _TRUNKS_HEAD, *trunks])


def _section(name: str, section: type[Section], before: str = "") -> str:
    lines = [f"{before}[{name}]"]
    for key, field in section.model_fields.items():
        lines += [f"# {field.description}{_choices(field)}", f"#{key} = {_value(field)}"]
    return "\n".join(lines) + "\n"


def _choices(field: FieldInfo) -> str:
    if get_origin(field.annotation) is not Literal:
        return ""
    return " One of: " + ", ".join(str(choice) for choice in get_args(field.annotation)) + "."


def _value(field: FieldInfo) -> str:
    """The default as TOML; a folder in the checkout is written relative to it."""
    value = field.default
    if value is PydanticUndefined and field.examples:
        value = field.examples[0]
    if value is None or value is PydanticUndefined:
        return '""'
    if isinstance(value, Path):
        value = str(value.relative_to(CHECKOUT) if value.is_relative_to(CHECKOUT) else value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {json.dumps(one)}" for name, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
