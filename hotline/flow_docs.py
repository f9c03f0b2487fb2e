"""`hotline flows`: docs/call-flows.md, drawn from the flow files and the dialplan themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from asterisk_conf import dialplan
from asterisk_conf.render import TEMPLATES, our_numbers
from core.settings import Settings
from ivr.flows import loader
from ivr.flows import model as m
from ivr.flows.graph import graph
from ivr.flows.model import Flow, Step
from ivr.prompts import catalogue
from ivr.prompts.catalogue import Prompt
from ivr.queues import QUEUES

_SERVICES: dict[type, str] = {
    m.Progress: "cases of the calling number, or by case number and proof: number, stage and dates, no more",
    m.Articles: "titles of the published articles, then the one chosen",
    m.Visit: "case number and proof, then a rating 1–5; 4 and 5 send the case back",
    m.Language: "(the language changes)",
    m.Confidential: "(the call is marked as confidential)",
}
Prompts = Mapping[str, Prompt]
Edges = dict[tuple[str, str], list[str]]

#: Applications that reach somebody: on which condition, and the box.
_PEOPLE = {
    "Queue": ("a seat answers", 'seat(["坐席"])'),
    "Dial": ("somebody answers", 'duty(["值班电话"])'),
}
_HEAD = """\
# Call flows

<!-- Written by `hotline flows` (`make docs`): change ivr/flows/*.toml or the dialplan, not this file. -->

How a call to {number} goes, from the carrier's INVITE to the hang-up. Numbers are those of the default
settings. The menus are data (`ivr/flows/`), walked by the FastAGI handler `inbound`; everything around them
is dialplan (`asterisk_conf/templates/dialplan/`), one context a box. Our number may arrive as
{numbers}.
"""
_FALLBACK = """\
## When Python is away

`hl-inbound` goes by `HL_NEXT`, and only if the handler ended well. If the FastAGI server does not answer,
breaks off or fails, the call goes on as below, without a menu; the ledger shows it as the step `fallback`
({fallback}).
"""
_OUTCOMES = """\
## After the queue

`Queue()` says in `QUEUESTATUS` how the wait ended; each outcome is an extension of `hl-queue-outcome`.
"""


def render() -> str:
    """The whole document, for every flow there is."""
    settings = Settings.model_construct()
    prompts = catalogue.load(settings)
    flows = [loader.load(name, prompts, QUEUES, settings.forward.numbers) for name in loader.PRESETS]
    lines = [line for file in dialplan.files(settings) for line in file.lines]
    citizens = [line for line in lines if line.context != "from-seat"]
    numbers = ", ".join(our_numbers(settings.sip.did, settings.sip.area_code))
    parts = [_HEAD.format(number=settings.sip.did, numbers=numbers), _around(citizens)]
    parts += [_flow(flow, prompts, settings) for flow in flows]
    parts += [_fallback(citizens, prompts), _outcomes(citizens), _said(lines, prompts), _ledger_steps()]
    return "\n".join(parts)


def _flow(flow: Flow, prompts: Prompts, settings: Settings) -> str:
    about = (
        f"Everywhere: `0` a person (`{flow.person}`), `*` again, `#` one menu back, at the top a person.\n"
        "Keys pressed ahead count and cut prompts short. After the last prompt of a menu the caller has "
        f"{settings.flow.menu_wait_s:g} s,\nif the step does not say otherwise. "
        "Every way ends with a person, a message, a duty phone or a goodbye.\n"
    )
    rows = [_step_row(step, prompts) for step in flow.steps.values()]
    steps = _table(("step", "名称", "the caller hears", "keys", "silence, or too many wrong keys"), rows)
    return f"## {flow.label} (`{flow.id}`)\n\n{about}\n{_flow_diagram(flow)}\n{steps}"


def _flow_diagram(flow: Flow) -> str:
    lines = [f'caller(("来电")) --> s_{flow.start}']
    lines += [f"s_{step.id}{_box(step)}" for step in flow.steps.values()]
    edges: Edges = {}
    for edge in graph(flow).edges:
        edges.setdefault((edge.source, edge.target), []).append(edge.key)
    lines += [f"s_{a} -->{_on_edge(' '.join(filter(None, keys)))} s_{b}" for (a, b), keys in edges.items()]
    return _mermaid(lines)


def _box(step: Step) -> str:
    match step.action:
        case m.Queue() as queue:
            return "([" + _quoted(f"{step.label}<br/>{_queues(queue)}") + "])"
        case m.Emergency(queue=queue) | m.Forward(queue=queue):
            return "{{" + _quoted(f"{step.label}<br/>{_queues(queue)}") + "}}"
        case m.ToMessage():
            return "[/" + _quoted(step.label) + "/]"
        case m.ToGoodbye():
            return "((" + _quoted(step.label) + "))"
    return "[" + _quoted(f"{step.label}<br/>{step.id}") + "]"


def _queues(queue: m.Queue) -> str:
    """Its name as people know it, by language where it differs."""
    by_language = queue.by_language or {"": queue.queue}
    return " / ".join(dict.fromkeys(QUEUES[name] for name in by_language.values()))


def _step_row(step: Step, prompts: Prompts) -> tuple[str, ...]:
    action = step.action
    heard = _texts(getattr(action, "play", ()), prompts)
    head = (f"`{step.id}`", step.label)
    if isinstance(action, m.Menu):
        keys = "<br/>".join(f"`{key}` → `{target}`" for key, target in action.keys.items())
        wrong = f"{action.tries} tries (“{prompts[action.wrong_key].zh}”), then `{action.otherwise}`"
        return *head, heard, keys, wrong
    if isinstance(action, m.Progress | m.Articles | m.Visit):
        return *head, _SERVICES[type(action)], f"done → `{action.next}`", f"`{action.otherwise}`"
    if isinstance(action, m.Say | m.Language | m.Confidential):
        about = _SERVICES.get(type(action), "")
        return *head, "<br/>".join(filter(None, (heard, about))), f"→ `{action.next}`", ""
    return *head, "<br/>".join(filter(None, (heard, _ending(action)))), "", ""


def _ending(action: m.Action) -> str:
    match action:
        case m.Queue() as queue:
            names = " / ".join(dict.fromkeys((queue.queue, *queue.by_language.values())))
            return f"→ `hl-queue` with queue `{names}` ({_queues(queue)})" + _priority(queue)
        case m.Emergency(_, queue, forward):
            duty = f"`1` → `hl-forward` to `{forward}` if the settings have its number; " if forward else ""
            return f"marked as an emergency; {duty}else → `hl-queue` with `{queue.queue}`{_priority(queue)}"
        case m.Forward(_, name, queue):
            return f"→ `hl-forward` to `{name}`, or → `hl-queue` with `{queue.queue}`{_priority(queue)}"
        case m.ToMessage():
            return "→ `hl-message`"
    return "→ `hl-goodbye`"


def _priority(queue: m.Queue) -> str:
    return f", priority {queue.priority}" if queue.priority else ""


def _around(lines: list[dialplan.Line]) -> str:
    """The contexts a citizen's call can come through, and why it goes from one to the next."""
    edges: Edges = {}
    fallback = False
    for line in lines:
        fallback = line.context == "hl-inbound" and (fallback or line.arguments == "STEP,fallback")
        for target in dialplan.targets(line):
            if target.context != line.context and line.app != "Gosub":
                labels = edges.setdefault((line.context, target.context), [])
                labels += [why for why in [_why(line, fallback)] if why not in labels]
    for context in dict.fromkeys(line.context for line in lines):
        if context.startswith("hl-queue-keys"):  # queues.conf names it; no line of the dialplan goes there
            edges["hl-queue", context] = ["a key while waiting"]
    named = {line.context: line.arguments.removeprefix("STEP,") for line in lines if _names_context(line)}
    drawn = []
    for context in _from_the_trunk_on(edges):
        label = loader.DIALPLAN_STEPS.get(named.get(context, ""), "")
        drawn.append(f"{_node(context)}[{_quoted(f'{label}<br/>{context}' if label else context)}]")
    drawn += dict.fromkeys(
        f"{_node(line.context)} -->|{_quoted(why)}| {node}"
        for line in lines
        for why, node in [_PEOPLE.get(line.app, ("", ""))]
        # Dialplan that is called like a telephone is nobody.
        if node and not line.arguments.startswith("Local/")
    )
    drawn += [
        f"{_node(a)} -->{_on_edge(', '.join(filter(None, labels)))} {_node(b)}"
        for (a, b), labels in edges.items()
    ]
    return "## Around the menu\n\n" + _mermaid(drawn)


def _from_the_trunk_on(edges: Edges) -> list[str]:
    """Contexts in the order a call comes to them; those of calls the hotline places come last."""
    found, todo = ["from-trunk"], ["from-trunk", *(context for edge in edges for context in edge)]
    while todo:
        here = todo.pop(0)
        found += [here] if here not in found else []
        following = [b for a, b in edges if a == here and b not in found]
        found += dict.fromkeys(following)
        todo = [*following, *todo]
    return found


def _names_context(line: dialplan.Line) -> bool:
    return line.priority == 1 and line.arguments.startswith("STEP,")


def _why(line: dialplan.Line, fallback: bool) -> str:
    """What makes the call take this line, in a word or two."""
    if line.context == "from-trunk":
        return ""
    if fallback:
        return "Python away"
    if next_step := re.search(r"SUCCESS(\w+)", line.arguments):
        return f"HL_NEXT = {next_step[1]}"
    if "${QUEUESTATUS}" in line.arguments:
        return "QUEUESTATUS"
    return "" if line.exten == "s" else line.exten


def _fallback(lines: list[dialplan.Line], prompts: Prompts) -> str:
    inbound = [line for line in lines if line.context == "hl-inbound"]
    start = next(n for n, line in enumerate(inbound) if line.arguments == "STEP,fallback")
    told = []
    for line in inbound[start + 1 :]:
        if said := _prompt_ids(line.arguments):
            once = " (left out if the caller has heard it already)" if "READSTATUS" in line.arguments else ""
            told.append(f"The caller hears {_texts(said, prompts, ' / ')}{once}.")
        elif line.app == "Set":
            told.append(f"`{line.arguments}`.")
        told += [f"→ `{target.context}`." for target in dialplan.targets(line)]
    text = _FALLBACK.format(fallback=loader.DIALPLAN_STEPS["fallback"])
    return text + "\n" + "".join(f"{n}. {sentence}\n" for n, sentence in enumerate(told, start=1))


def _outcomes(lines: list[dialplan.Line]) -> str:
    rows = []
    for line in lines:
        if line.context == "hl-queue-outcome":
            for target in dialplan.targets(line):
                same = target.context == line.context
                name = "anything else" if line.exten.startswith("_") else f"`{line.exten}`"
                rows.append((name, f"as `{target.exten}`" if same else f"`{target.context}`"))
    return _OUTCOMES + "\n" + _table(("outcome", "goes on at"), rows)


def _said(lines: list[dialplan.Line], prompts: Prompts) -> str:
    rows = []
    for context in dict.fromkeys(line.context for line in lines):
        here = " ".join(line.arguments for line in lines if line.context == context)
        if said := _prompt_ids(here):
            rows.append((f"`{context}`", _texts(said, prompts)))
    waiting = re.findall(r"\{\{ prompts \}\}/([a-z0-9-]+)", (TEMPLATES / "queues.conf.j2").read_text("utf-8"))
    rows.append(("`queues.conf`, again and again while waiting", _texts(waiting, prompts)))
    return "## What the dialplan says\n\n" + _table(
        ("context", "the caller, or the seat's phone, hears"), rows
    )


def _ledger_steps() -> str:
    rows = [(f"`{step}`", label) for step, label in loader.DIALPLAN_STEPS.items()]
    return "## Steps the dialplan adds to a call's path in the ledger\n\n" + _table(("step", "名称"), rows)


def _prompt_ids(arguments: str) -> list[str]:
    return re.findall(r"\$\{HL_PROMPTS\}/([a-z0-9-]+)", arguments)


def _texts(ids: Iterable[str], prompts: Prompts, between: str = "<br/>") -> str:
    """Chinese and English of prompts; a tone is named."""
    known = (prompts.get(m.in_language(name, "")[1]) for name in ids)
    return between.join(f"{p.zh}{between}*{p.en}*" if p else "(beep)" for p in known)


def _node(context: str) -> str:
    return context.replace("-", "_")


def _on_edge(label: str) -> str:
    return f"|{_quoted(label)}|" if label else ""


def _quoted(text: str) -> str:
    """A Mermaid label; `#` and quotes would end it or begin an entity."""
    return '"' + text.replace("#", "#35;").replace('"', "#quot;") + '"'


def _mermaid(lines: Iterable[str]) -> str:
    return "```mermaid\nflowchart TD\n" + "".join(f"    {line}\n" for line in lines) + "```\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
