"""Every mistake in a flow file is refused, naming file, line, step and what to do."""

from __future__ import annotations

import pytest

from ivr.flows import loader
from ivr.flows.fields import FIELDS, SPOKEN
from ivr.flows.loader import FlowError
from ivr.flows.model import (
    Articles,
    Confidential,
    Emergency,
    Flow,
    Forward,
    Language,
    Menu,
    Progress,
    Queue,
    Say,
    ToGoodbye,
    ToMessage,
    Visit,
)

PROMPTS = {"hello", "again", *(prompt for prompts in SPOKEN.values() for prompt in prompts)}
QUEUES = ["general", "emergency"]
FORWARDS = ["gas"]
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
#: One step of every other kind, each leading to the next.
KINDS = """
label = "全"
start = "say"
person = "human"

[steps.say]
label = "说"
play = ["hello", "en:again"]
next = "choose"

[steps.choose]
label = "选"
play = ["hello"]
wrong_key = "again"
otherwise = "human"
tries = 2
rounds = 2
wait_s = 3

[steps.choose.keys]
1 = "english"
2 = "gas"
3 = "duty"

[steps.english]
label = "英语"
language = "en"
next = "progress"

[steps.progress]
label = "进度"
progress = true
next = "articles"
otherwise = "human"

[steps.articles]
label = "咨询"
articles = true
next = "visit"
otherwise = "human"

[steps.visit]
label = "评价"
visit = true
next = "secret"
otherwise = "human"

[steps.secret]
label = "保密"
confidential = true
next = "human"

[steps.gas]
label = "燃气"
emergency = true
play = ["hello"]
queue = "emergency"
forward = "gas"

[steps.duty]
label = "值班"
forward = "gas"
queue = "emergency"
priority = 5

[steps.human]
label = "人"
queue = { zh_CN = "general", en = "emergency" }
"""


def _parse(text: str) -> Flow:
    return loader.parse("try", text, PROMPTS, QUEUES, FORWARDS)


def test_a_good_flow() -> None:
    flow = _parse(GOOD)
    assert (flow.id, flow.label, flow.start, flow.person) == ("try", "试", "ask", "person")
    keys = {"1": "person", "2": "message", "9": "bye"}
    assert flow.steps["ask"].action == Menu(("hello",), keys, "again", 3, "person")
    ends = [flow.steps[name].action for name in ("person", "message", "bye")]
    assert ends == [Queue("general"), ToMessage(), ToGoodbye()]
    assert [step.line for step in flow.steps.values()] == [5, 12, 16, 20]


def test_every_kind_of_step() -> None:
    actions = {name: step.action for name, step in _parse(KINDS).steps.items()}
    assert actions == {
        "say": Say(("hello", "en:again"), "choose"),
        "choose": Menu(("hello",), {"1": "english", "2": "gas", "3": "duty"}, "again", 2, "human", 2, 3.0),
        "english": Language("en", "progress"),
        "progress": Progress("articles", "human"),
        "articles": Articles("visit", "human"),
        "visit": Visit("secret", "human"),
        "secret": Confidential((), "human"),
        "gas": Emergency(("hello",), Queue("emergency", priority=10), "gas"),
        "duty": Forward((), "gas", Queue("emergency", priority=5)),
        "human": Queue("general", {"zh_CN": "general", "en": "emergency"}),
    }


#: what is wrong → (text of GOOD, what stands there instead, line, what the message must name)
MISTAKES = {
    "unknown start": ('start = "ask"', 'start = "aks"', 3, ["'aks'"]),
    "no start": ('start = "ask"', "", 1, ["'start'"]),
    "no flow label": ('label = "试"', "", 1, ["'label'"]),
    "empty flow label": ('label = "试"', 'label = ""', 2, ["'label'"]),
    "unknown field at the top": ('label = "试"', 'label = "试"\nstrat = "x"', 3, ["strat", "start"]),
    "person is no queue": ('start = "ask"', 'start = "ask"\nperson = "bye"', 4, ["'bye'", "queue"]),
    "person is nobody": ("[steps.person]", "[steps.persn]", 8, ["'person'"]),
    "unknown target": ('1 = "person"', '1 = "persn"', 8, ["[steps.ask]", "'persn'"]),
    "target of a wrong type": ('1 = "person"', "1 = 7", 8, ["[steps.ask]", "7"]),
    "unknown otherwise": ('otherwise = "person"', 'otherwise = "nobody"', 10, ["[steps.ask]", "'nobody'"]),
    "no otherwise": ('otherwise = "person"', "", 5, ["[steps.ask]", "otherwise"]),
    "no wrong_key": ('wrong_key = "again"', "", 5, ["[steps.ask]", "wrong_key"]),
    "missing prompt": ('play = ["hello"]', 'play = ["hallo"]', 7, ["[steps.ask]", "'hallo'", "catalogue"]),
    "prompt of no language": ('play = ["hello"]', 'play = ["fr:hello"]', 7, ["'fr:hello'"]),
    "missing wrong_key prompt": ('wrong_key = "again"', 'wrong_key = "agan"', 9, ["[steps.ask]", "'agan'"]),
    "a prompt that is no text": ('play = ["hello"]', "play = [1]", 7, ["[steps.ask]", "1"]),
    "play is no list": ('play = ["hello"]', 'play = "hello"', 7, ["[steps.ask]", "play", "list"]),
    "silent menu": ('play = ["hello"]', "play = []", 7, ["[steps.ask]", "play"]),
    "keys is no table": ('keys = { 1 = "person", 2 = "message", 9 = "bye" }', "keys = 1", 8, ["dict"]),
    "no keys": ('keys = { 1 = "person", 2 = "message", 9 = "bye" }', "keys = {}", 8, ["next"]),
    "bad key": ('9 = "bye"', 'A = "bye"', 8, ["[steps.ask]", "'A'"]),
    "two keys at once": ('9 = "bye"', '99 = "bye"', 8, ["[steps.ask]", "'99'"]),
    "a key that means the same everywhere": ('9 = "bye"', '0 = "bye"', 8, ["'0'", "person"]),
    "two equal keys": ('9 = "bye"', '1 = "bye"', 8, ["twice"]),
    "two equal steps": ("[steps.bye]", "[steps.message]", 20, ["twice"]),
    "no tries": ('wrong_key = "again"', 'wrong_key = "again"\ntries = 0', 10, ["[steps.ask]", "1 to 9"]),
    "tries is no number": ('wrong_key = "again"', 'wrong_key = "again"\ntries = true', 10, ["tries", "int"]),
    "too many rounds": ('wrong_key = "again"', 'wrong_key = "again"\nrounds = 4', 10, ["1 to 3"]),
    "too long a wait": ('wrong_key = "again"', 'wrong_key = "again"\nwait_s = 31', 10, ["30"]),
    "orphan": ('2 = "message", ', "", 16, ["[steps.message]", "connect"]),
    "silent loop": ('otherwise = "person"', 'otherwise = "ask"', 10, ["[steps.ask]", "`otherwise`"]),
    "no label": ('label = "人"', "", 12, ["[steps.person]", 'label = "…"']),
    "empty label": ('label = "人"', 'label = ""', 12, ["[steps.person]", 'label = "…"']),
    "unknown field of a menu": ('wrong_key = "again"', 'wrong_key = "again"\nwait = 3', 10, ["'wait'"]),
    "unknown field of an end": ('queue = "general"', 'queue = "general"\nwait = 3', 15, ["'wait'"]),
    "unknown queue": (
        'queue = "general"',
        'queue = "special"',
        14,
        ["[steps.person]", "'special'", "emergency"],
    ),
    "queue of no language": (
        'queue = "general"',
        'queue = { zh_CN = "general", fr = "general" }',
        14,
        ["fr"],
    ),
    "queue without Chinese": ('queue = "general"', 'queue = { en = "general" }', 14, ["zh_CN"]),
    "queue is no text": ('queue = "general"', "queue = [1]", 14, ["[steps.person]", "[1]"]),
    "two kinds": ("message = true", "message = true\ngoodbye = true", 19, ["[steps.message]", "goodbye"]),
    "no kind": ("message = true", "", 16, ["[steps.message]", "exactly one"]),
    "message = false": ("message = true", "message = false", 18, ["[steps.message]", "message = False"]),
    "a name of the dialplan's": ("[steps.bye]", "[steps.fallback]", 20, ["[steps.fallback]", "another"]),
    "a name with a comma": ("[steps.bye]", '[steps."bye,x"]', 20, ["bye,x", "a-z"]),
    "a step that is no table": ("[steps.bye]", "[steps]\nbye = 1\n[other]", 0, ["[steps.bye]", "table"]),
    "broken TOML": ("[steps.bye]", "[steps.bye", 20, ["TOML"]),
    "ends in the middle": ("goodbye = true", 'goodbye = "', 22, ["TOML"]),
}
#: The same for KINDS; the line is that of the third text.
MISTAKES_OF_KINDS = {
    "unknown language": ('language = "en"', 'language = "fr"', 'language = "fr"', ["'fr'", "zh_CN"]),
    "unknown forward": ('forward = "gas"\nqueue', 'forward = "110"\nqueue', '"110"', ["allow-list"]),
    "unknown duty phone": ('"emergency"\nforward = "gas"', '"emergency"\nforward = "x"', '"x"', ["'x'"]),
    "silent emergency": ('play = ["hello"]\nqueue', "play = []\nqueue", "play = []", ["at least one"]),
    "no next": ('progress = true\nnext = "articles"', "progress = true", "[steps.progress]", ["'next'"]),
    "unknown next": ('next = "visit"', 'next = "vist"', '"vist"', ["'vist'"]),
    "priority": ("priority = 5", "priority = 50", "priority", ["20"]),
    "keys in a table of their own": ('2 = "gas"', '2 = "gaz"', '"gaz"', ["'gaz'"]),
    "equal keys there": ('2 = "gas"', '1 = "gas"', '1 = "gas"', ["twice"]),
    "silent loop": ('otherwise = "human"\ntries', 'otherwise = "say"\ntries', 'otherwise = "say"', ["say"]),
}


def _refusal(text: str) -> FlowError:
    with pytest.raises(FlowError) as refused:
        _parse(text)
    return refused.value


def _lines(error: FlowError) -> set[int]:
    assert all(problem.message and problem.fix for problem in error.problems)
    return {problem.line for problem in error.problems}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused(mistake: str) -> None:
    old, new, line, named = MISTAKES[mistake]
    assert GOOD.count(old) == 1
    error = _refusal(GOOD.replace(old, new))
    for word in ["try.toml", *named]:
        assert word in str(error)
    assert not line or line in _lines(error), str(error)


@pytest.mark.parametrize("mistake", MISTAKES_OF_KINDS)
def test_a_mistake_in_another_kind_of_step_is_refused(mistake: str) -> None:
    old, new, at, named = MISTAKES_OF_KINDS[mistake]
    assert KINDS.count(old) == 1
    text = KINDS.replace(old, new)
    error = _refusal(text)
    for word in ["try.toml", *named]:
        assert word in str(error)
    assert text[: text.index(at)].count("\n") + 1 in _lines(error), str(error)


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace('"hello"', '"hallo"').replace('1 = "person"', '1 = "x"')
    text = text.replace('= "general"', '= "y"')
    problems = loader.check("try", text, PROMPTS, QUEUES, FORWARDS)
    assert [(found.line, found.step, found.code) for found in problems] == [
        (7, "ask", "prompt"),
        (8, "ask", "target"),
        (14, "person", "queue"),
    ]
    assert loader.check("try", GOOD, PROMPTS, QUEUES, FORWARDS) == []


def test_mistakes_are_told_in_chinese_with_what_to_do() -> None:
    [problem] = loader.check("try", GOOD.replace('"hello"', '"hallo"'), PROMPTS, QUEUES)
    assert (problem.message, problem.fix) == ("提示音“hallo”不存在", "请从提示音目录中选一个，或先添加它")


def test_a_prompt_a_kind_of_step_speaks_by_itself_must_be_there() -> None:
    problems = loader.check("try", KINDS, {"hello", "again"}, QUEUES, FORWARDS)
    assert {found.step for found in problems} >= {"progress", "articles", "visit", "gas"}
    assert {found.code for found in problems} == {"prompt"}


def test_a_loop_of_two_menus_is_refused() -> None:
    menu = '[steps.{}]\nlabel = "x"\nplay = ["hello"]\nkeys = {{ 1 = "person" }}\n'
    menu += 'wrong_key = "again"\notherwise = "{}"\n'
    text = 'label = "x"\nstart = "a"\n' + menu.format("a", "b") + menu.format("b", "a")
    error = _refusal(text + '[steps.person]\nlabel = "x"\nqueue = "general"\n')
    assert [(found.step, found.code) for found in error.problems] == [("a", "loop"), ("b", "loop")]


@pytest.mark.parametrize("text", ["", "[steps]\n", "steps = [1]\n", "\0", "x" * 200_000, "a = " + "[" * 5000])
def test_texts_that_are_no_flow(text: str) -> None:
    assert loader.check("try", text, PROMPTS, QUEUES)


def test_a_flow_that_was_never_delivered() -> None:
    with pytest.raises(FlowError, match=r"nowhere\.toml"):
        loader.packaged("nowhere")


def test_the_graph_tells_kinds_lines_prompts_and_keys() -> None:
    graph = loader.graph(_parse(KINDS))
    nodes = {node.id: node for node in graph.nodes}
    assert {node.kind for node in graph.nodes} == {"menu", "say", *FIELDS} - {"play", "message", "goodbye"}
    assert (nodes["choose"].line, nodes["choose"].prompts) == (11, ("hello", "again"))
    assert {(edge.source, edge.key, edge.target) for edge in graph.edges if edge.source == "choose"} == {
        ("choose", "1", "english"),
        ("choose", "2", "gas"),
        ("choose", "3", "duty"),
        ("choose", "静默/错键", "human"),
    }
    assert {edge.target for edge in graph.edges} <= set(nodes)
