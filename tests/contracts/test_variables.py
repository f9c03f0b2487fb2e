"""The variables of dialplan and Python are those of the contract: no more, no fewer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import agi_scripts
import ivr.desk
from asterisk_conf import dialplan
from asterisk_conf.contract import VARIABLES
from asterisk_conf.render import TEMPLATES, SeatPhone
from core.settings import Settings

_NAME = re.compile(r"\bHL_[A-Z0-9_]+\b")


def _names(*files: Path) -> set[str]:
    return {name for file in files for name in _NAME.findall(file.read_text(encoding="utf-8"))}


TEMPLATE_NAMES = _names(*TEMPLATES.rglob("*.j2"))
#: What the console reads of channels.
DESK_FILES = sorted(Path(ivr.desk.__file__).parent.glob("*.py"))
HANDLER_FILES = sorted(Path(agi_scripts.__file__).parent.glob("*.py"))


def test_every_variable_is_in_the_contract() -> None:
    assert TEMPLATE_NAMES | _names(*HANDLER_FILES) == set(VARIABLES)


def test_what_handlers_set_the_dialplan_reads() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in HANDLER_FILES)
    written = set(re.findall(r'set_variable\(\s*"(HL_\w+)"', code))
    by_handlers = {name for name, about in VARIABLES.items() if re.search(r"\bhandler(:| sets)", about)}
    assert written == by_handlers
    assert written <= TEMPLATE_NAMES


def test_every_variable_is_set_by_whom_the_contract_says() -> None:
    seats = [SeatPhone("1001", "made-up-sip-secret")]
    lines = [line for file in dialplan.files(Settings.model_construct(), seats) for line in file.lines]
    in_dialplan = {line.arguments.split("=")[0] for line in lines if line.app == "Set"}
    in_dialplan |= {match[1] for name in in_dialplan if (match := re.match(r"SHARED\((\w+)", name))}
    in_dialplan |= {line.arguments.split(",")[0] for line in lines if line.app == "Read"}
    text = (TEMPLATES / "extensions.conf.j2").read_text(encoding="utf-8")
    in_globals = set(re.findall(r"^(HL_\w+) =", text, re.MULTILINE))
    in_pjsip = set(re.findall(r"set_var = (HL_\w+)=", (TEMPLATES / "pjsip.conf.j2").read_text("utf-8")))
    setters = {"dialplan": in_dialplan, "global": in_globals, "pjsip endpoint": in_pjsip}
    for name, about in VARIABLES.items():
        setter = about.split(":")[0]
        if setter in setters:
            assert name in setters[setter], f"{name}: {setter} does not set it"
    assert in_globals == {name for name, about in VARIABLES.items() if about.startswith("global: ")}


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_is_read_somewhere(name: str) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.j2"))
    desk = "\n".join(path.read_text(encoding="utf-8") for path in DESK_FILES)
    is_read = f"${{{name}}}" in text or f"${{SHARED({name})}}" in text or f'getvar(channel, "{name}")' in desk
    assert is_read, f"{name} is set but nobody reads it"
