"""Every mistake in a flow file is refused, naming file, step and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.flows import loader
from ivr.flows.loader import FlowError
from ivr.flows.model import Menu, ToGoodbye, ToMessage, ToQueue

PROMPTS = {"hello", "again"}
QUEUES = {"general"}
GOOD = """
label = "试"
start = "ask"

[steps.ask]
label = "问"
play = ["hello"]
keys = { 1 = "person", 2 = "message", 9 = "bye" }
wrong_key = "again"
otherwise = "person"

[steps.person]
label = "人"
queue = "general"

[steps.message]
label = "留言"
message = true

[steps.bye]
label = "再见"
goodbye = true
"""


def _load(folder: Path, text: str) -> object:
    (folder / "try.toml").write_text(text, encoding="utf-8")
    return loader.load("try", PROMPTS, QUEUES, folder)


def test_a_good_flow(tmp_path: Path) -> None:
    (tmp_path / "try.toml").write_text(GOOD, encoding="utf-8")
    flow = loader.load("try", PROMPTS, QUEUES, tmp_path)
    assert (flow.id, flow.label, flow.start) == ("try", "试", "ask")
    keys = {"1": "person", "2": "message", "9": "bye"}
    assert flow.steps["ask"].action == Menu(("hello",), keys, "again", 3, "person")
    ends = [flow.steps[name].action for name in ("person", "message", "bye")]
    assert ends == [ToQueue("general"), ToMessage(), ToGoodbye()]


#: what is wrong → (text of GOOD, what stands there instead, what the message must name)
MISTAKES = {
    "unknown start": ('start = "ask"', 'start = "aks"', ["start = 'aks'"]),
    "no start": ('start = "ask"', "", ["'start'"]),
    "no flow label": ('label = "试"', "", ["'label'"]),
    "unknown field at the top": ('label = "试"', 'label = "试"\nstrat = "x"', ["strat", "start"]),
    "unknown target": ('1 = "person"', '1 = "persn"', ["[steps.ask]", "'persn'"]),
    "target of a wrong type": ('1 = "person"', "1 = 7", ["[steps.ask]", "7"]),
    "unknown otherwise": ('otherwise = "person"', 'otherwise = "nobody"', ["[steps.ask]", "'nobody'"]),
    "no otherwise": ('otherwise = "person"', "", ["[steps.ask]", "otherwise"]),
    "no wrong_key": ('wrong_key = "again"', "", ["[steps.ask]", "wrong_key"]),
    "missing prompt": ('play = ["hello"]', 'play = ["hallo"]', ["[steps.ask]", "'hallo'", "catalogue"]),
    "missing wrong_key prompt": (
        'wrong_key = "again"',
        'wrong_key = "agan"',
        ["[steps.ask]", "'agan'"],
    ),
    "a prompt that is no text": ('play = ["hello"]', "play = [1]", ["[steps.ask]", "1"]),
    "play is no list": ('play = ["hello"]', 'play = "hello"', ["[steps.ask]", "play", "list"]),
    "silent menu": ('play = ["hello"]', "play = []", ["[steps.ask]", "play"]),
    "keys is no table": ('keys = { 1 = "person", 2 = "message", 9 = "bye" }', "keys = 1", ["keys", "dict"]),
    "bad key": ('9 = "bye"', 'A = "bye"', ["[steps.ask]", "'A'", "0123456789*#"]),
    "two keys at once": ('9 = "bye"', '99 = "bye"', ["[steps.ask]", "'99'"]),
    "no tries": ('wrong_key = "again"', 'wrong_key = "again"\ntries = 0', ["[steps.ask]", "1 to 9"]),
    "too many tries": ('wrong_key = "again"', 'wrong_key = "again"\ntries = 10', ["[steps.ask]", "1 to 9"]),
    "tries is no number": ('wrong_key = "again"', 'wrong_key = "again"\ntries = true', ["tries", "int"]),
    "orphan": ('2 = "message", ', "", ["[steps.message]", "connect"]),
    "silent loop": ('otherwise = "person"', 'otherwise = "ask"', ["[steps.ask]", "change `otherwise`"]),
    "no label": ('label = "人"', "", ["[steps.person]", 'label = "…"']),
    "empty label": ('label = "人"', 'label = ""', ["[steps.person]", 'label = "…"']),
    "unknown field of a menu": (
        'wrong_key = "again"',
        'wrong_key = "again"\nwait = 3',
        ["[steps.ask]", "wait"],
    ),
    "unknown field of an end": ('queue = "general"', 'queue = "general"\nwait = 3', ["person", "wait"]),
    "unknown queue": ('queue = "general"', 'queue = "special"', ["[steps.person]", "'special'"]),
    "queue is no text": ('queue = "general"', "queue = [1]", ["[steps.person]", "[1]"]),
    "two kinds": ("message = true", "message = true\ngoodbye = true", ["[steps.message]", "exactly one"]),
    "no kind": ("message = true", "", ["[steps.message]", "exactly one"]),
    "message = false": ("message = true", "message = false", ["[steps.message]", "message = true"]),
    "a name of the dialplan's": ("[steps.bye]", "[steps.fallback]", ["[steps.fallback]", "another"]),
    "a name with a comma": ("[steps.bye]", '[steps."bye,x"]', ["bye,x", "a-z"]),
    "broken TOML": ("[steps.bye]", "[steps.bye", ["line"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused(tmp_path: Path, mistake: str) -> None:
    old, new, named = MISTAKES[mistake]
    assert GOOD.count(old) == 1
    with pytest.raises(FlowError) as refused:
        _load(tmp_path, GOOD.replace(old, new))
    for word in ["try.toml", *named]:
        assert word in str(refused.value)


def test_a_loop_of_two_menus_is_refused(tmp_path: Path) -> None:
    menu = '[steps.{}]\nlabel = "x"\nplay = ["hello"]\nkeys = {{ 0 = "end" }}\n'
    menu += 'wrong_key = "again"\notherwise = "{}"\n'
    text = 'label = "x"\nstart = "a"\n' + menu.format("a", "b") + menu.format("b", "a")
    with pytest.raises(FlowError, match=r"\[steps\.a\]: a silent caller"):
        _load(tmp_path, text + '[steps.end]\nlabel = "x"\nqueue = "general"\n')


def test_a_step_that_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=r"\[steps\.a\]: must be a table"):
        _load(tmp_path, 'label = "x"\nstart = "a"\nsteps = { a = 1 }\n')


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b'label = "x"\nstart = "a"\nsteps = [1]\n'])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "try.toml").write_bytes(content)
    with pytest.raises(FlowError, match=r"try\.toml"):
        loader.load("try", PROMPTS, QUEUES, tmp_path)
