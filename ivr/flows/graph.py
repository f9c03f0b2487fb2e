"""A flow as nodes and edges: for the console, the documents and the loader's own checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.flows import model as m

#: What stands on an edge that no key leads along.
SILENCE, THEN = "静默/错键", ""
_KINDS: dict[type, str] = {
    m.Menu: "menu",
    m.Say: "say",
    m.Queue: "queue",
    m.ToMessage: "message",
    m.ToGoodbye: "goodbye",
    m.Language: "language",
    m.Progress: "progress",
    m.Articles: "articles",
    m.Visit: "visit",
    m.Confidential: "confidential",
    m.Emergency: "emergency",
    m.Forward: "forward",
}
_SERVICES = (m.Progress, m.Articles, m.Visit)


@dataclass(frozen=True)
class Node:
    """One step: `kind` as in the list of kinds, `line` of the file, the prompts it names."""

    id: str
    label: str
    kind: str
    line: int
    prompts: tuple[str, ...]


@dataclass(frozen=True)
class Edge:
    """From one step to another, by `key`; '' when the flow just goes on, words for silence."""

    source: str
    target: str
    key: str


@dataclass(frozen=True)
class Graph:
    """Keys 0, * and # are not drawn: they mean the same at every step."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph(flow: m.Flow) -> Graph:
    """The whole flow, steps in the order of the file."""
    nodes = tuple(Node(s.id, s.label, kind(s), s.line, prompts(s)) for s in flow.steps.values())
    edges = tuple(Edge(s.id, target, key) for s in flow.steps.values() for key, target in ways(s))
    return Graph(nodes, edges)


def kind(step: m.Step) -> str:
    return _KINDS[type(step.action)]


def prompts(step: m.Step) -> tuple[str, ...]:
    """The prompts the file names for this step."""
    action = step.action
    if isinstance(action, m.Menu):
        return (*action.play, action.wrong_key)
    if isinstance(action, m.Say | m.Confidential | m.Emergency | m.Forward):
        return action.play
    return ()


def ways(step: m.Step) -> list[tuple[str, str]]:
    """(what leads there, the step it leads to) for everything that can follow `step`."""
    action = step.action
    if isinstance(action, m.Menu):
        return [*action.keys.items(), (SILENCE, action.otherwise)]
    if isinstance(action, _SERVICES):
        return [(THEN, action.next), (SILENCE, action.otherwise)]
    if isinstance(action, m.Say | m.Language | m.Confidential):
        return [(THEN, action.next)]
    return []


def when_silent(step: m.Step) -> str | None:
    """Where a caller who never presses a key comes next; None: the flow ends here."""
    return ways(step)[-1][1] if ways(step) else None


def reachable(steps: Mapping[str, m.Step], *starts: str) -> set[str]:
    """Steps a caller can come to."""
    seen: set[str] = set()
    todo = [start for start in starts if start in steps]
    while todo:
        if (here := todo.pop()) not in seen:
            seen.add(here)
            todo += [target for _, target in ways(steps[here]) if target in steps]
    return seen


def silent_loop(steps: Mapping[str, m.Step], start: str) -> str | None:
    """The step at which a silent caller comes by a second time, or None when silence ends somewhere."""
    seen, here = {start}, when_silent(steps[start])
    while here is not None and here in steps:
        if here in seen:
            return here
        seen.add(here)
        here = when_silent(steps[here])
    return None
