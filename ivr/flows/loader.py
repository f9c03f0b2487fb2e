"""Reads a flow file and refuses one that could leave a caller stranded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Any

from ivr.flows.graph import graph, reachable, silent_loop
from ivr.flows.lines import Lines
from ivr.flows.mistakes import FlowError, Problem, problem
from ivr.flows.model import Flow, Queue, Step
from ivr.flows.reader import DIALPLAN_STEPS, Reader

__all__ = [
    "DIALPLAN_STEPS",
    "FOLDER",
    "PRESETS",
    "FlowError",
    "Problem",
    "check",
    "graph",
    "load",
    "packaged",
    "parse",
]

FOLDER = Path(__file__).parent
#: The flows that are delivered; the setting `flow.preset` chooses one. The first is the default.
PRESETS = ("agent_first", "full_menu", "no_menu")
#: Longest text of a flow, characters: it comes from a browser, too.
MAX_TEXT = 100_000
_HEAD: dict[str, tuple[type, str]] = {
    "label": (str, "text"),
    "start": (str, "text"),
    "steps": (dict, "tables"),
    "person": (str, "text"),
}
_AT = re.compile(r"\s*\(at (?:line (?P<line>\d+), column \d+|end of document)\)")
_TWICE = ("Cannot overwrite", "Duplicate", "Cannot declare", "Cannot mutate")


def packaged(name: str) -> str:
    """The text of a flow as it was delivered.

    Raises:
        FlowError: there is no such flow.
    """
    try:
        return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise FlowError(name, [problem("unreadable", 1, error=error)]) from error


def load(name: str, prompts: Container[str], queues: Iterable[str], forwards: Iterable[str] = ()) -> Flow:
    """The flow `name` as it was delivered.

    Raises:
        FlowError: it has a mistake.
    """
    return parse(name, packaged(name), prompts, queues, forwards)


def parse(
    name: str, text: str, prompts: Container[str], queues: Iterable[str], forwards: Iterable[str] = ()
) -> Flow:
    """A flow from the text of its file.

    Args:
        prompts: ids of the catalogue.
        queues: names of the queues there are.
        forwards: names calls may be forwarded to (setting `forward.numbers`).

    Raises:
        FlowError: with every mistake there is; see `check`.
    """
    flow, problems = _read(name, text, prompts, queues, forwards)
    if flow is None:
        raise FlowError(name, problems)
    return flow


def check(
    name: str, text: str, prompts: Container[str], queues: Iterable[str], forwards: Iterable[str] = ()
) -> list[Problem]:
    """Everything that is wrong with a text, by line; empty when `parse` would take it.

    Wrong is: TOML that is none, an unknown field, prompt, queue, forward, language or step, two equal keys,
    a step nothing leads to, a way on which a caller would never reach a person, a message or a goodbye.
    """
    return _read(name, text, prompts, queues, forwards)[1]


def _read(
    name: str, text: str, prompts: Container[str], queues: Iterable[str], forwards: Iterable[str]
) -> tuple[Flow | None, list[Problem]]:
    lines = Lines(text)
    document = _toml(text, lines)
    if isinstance(document, Problem):
        return None, [document]
    reader = Reader(lines, prompts, queues, forwards)
    _check_head(document, reader)
    bodies = document.get("steps")
    bodies = bodies if isinstance(bodies, dict) else {}
    made = {step_id: reader.step(step_id, body) for step_id, body in bodies.items()}
    steps = {step_id: step for step_id, step in made.items() if step}
    _check_targets(bodies, reader)
    person = document.get("person", "person")
    if not reader.problems:
        _check_whole(steps, document["start"], person, reader)
    problems = sorted(reader.problems, key=lambda found: (found.line, found.step))
    if problems:
        return None, problems
    return Flow(name, document["label"], document["start"], steps, person), []


def _toml(text: str, lines: Lines) -> dict[str, Any] | Problem:
    if len(text) > MAX_TEXT:
        return problem("unreadable", 1, error=f"> {MAX_TEXT}")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line = int(at["line"]) if at and at["line"] else lines.last
        words = _AT.sub("", str(error))
        return problem("equal_names" if words.startswith(_TWICE) else "syntax", line, error=words)
    except RecursionError:
        return problem("syntax", 1, error="too deep")


def _check_head(document: dict[str, Any], reader: Reader) -> None:
    for name in document:
        if name not in _HEAD:
            reader.add("head_unknown", "", name, name=name, known=", ".join(_HEAD))
    for name, (kind, called) in _HEAD.items():
        if name in document or name != "person":
            value = document.get(name)
            if not isinstance(value, kind) or (name == "label" and not value):
                reader.add("head_missing", "", name, name=name, kind=called)


def _check_targets(bodies: dict[str, Any], reader: Reader) -> None:
    """Where steps lead, whatever else may be wrong with them: a step with a mistake is one to go to."""
    for step_id, body in bodies.items():
        if isinstance(body, dict):
            for *path, target in _targets(body):
                if isinstance(target, str) and target not in bodies:
                    reader.add("target", step_id, *path, target=target)


def _targets(body: dict[str, Any]) -> list[tuple[str, ...]]:
    """Place in the table, then the step that is named there."""
    keys = body.get("keys")
    found = [("keys", key, target) for key, target in keys.items()] if isinstance(keys, dict) else []
    return [*found, *((name, body[name]) for name in ("next", "otherwise") if name in body)]


def _check_whole(steps: dict[str, Step], start: str, person: str, reader: Reader) -> None:
    """What can be said only of a flow whose steps are all sound."""
    if start not in steps:
        reader.add("start", "", "start", target=start)
    if person not in steps or not isinstance(steps[person].action, Queue):
        reader.add("person", "", "person", target=person)
    reached = reachable(steps, start, person)
    for step_id in steps:
        if start in steps and step_id not in reached:
            reader.add("orphan", step_id)
        if target := silent_loop(steps, step_id):
            reader.add("loop", step_id, "otherwise", target=target)
