"""Reading the dialplan as data."""

from __future__ import annotations

import pytest

from asterisk_conf import dialplan
from asterisk_conf.dialplan import Line, Target
from core.settings import Settings


def _line(app: str, arguments: str) -> Line:
    return Line("f", "here", "s", 3, "", app, arguments)


TARGETS = {
    "Goto(there,s,1)": [Target("there", "s", "1")],
    "Goto(TIMEOUT,1)": [Target("here", "TIMEOUT", "1")],
    "Goto(ask)": [Target("here", "s", "ask")],
    "Gosub(there,s,1)": [Target("there", "s", "1")],
    'GotoIf($["${A}" = "1"]?ask)': [Target("here", "s", "ask")],
    "GotoIf($[${A} > 0]?ask:there,s,1)": [Target("here", "s", "ask"), Target("there", "s", "1")],
    "GotoIf($[${A} > 0]?:no)": [Target("here", "s", "no")],
    'Goto(there,${IF($["${A}" = ""]?B:${A})},1)': [
        Target("there", '${IF($["${A}" = ""]?B:${A})}', "1"),
    ],
    "Playback(x)": [],
}


@pytest.mark.parametrize("text", TARGETS)
def test_targets(text: str) -> None:
    app, _, arguments = text.partition("(")
    assert dialplan.targets(_line(app, arguments[:-1])) == TARGETS[text]


def test_arguments_are_split_outside_of_brackets_only() -> None:
    assert dialplan.split("a,${F(b,c)},$[d,e]") == ["a", "${F(b,c)}", "$[d,e]"]


def test_a_line_of_the_dialplan() -> None:
    files = {file.name: file for file in dialplan.files(Settings.model_construct())}
    assert files["goodbye"].contexts == ["hl-goodbye"]
    assert files["goodbye"].about.startswith("The last words")
    assert files["goodbye"].lines[-1] == Line("goodbye", "hl-goodbye", "s", 3, "", "Hangup", "16")


def test_a_line_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="include"):
        dialplan._parse("x", "; about\n[x]\ninclude => y\n")
