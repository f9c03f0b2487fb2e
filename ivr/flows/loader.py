"""Reads a flow file and refuses one that could leave a caller stranded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container
from pathlib import Path
from typing import Any

from ivr.flows.model import KEYS, Flow, Menu, Step, Terminal, ToGoodbye, ToMessage, ToQueue

FOLDER = Path(__file__).parent
#: Steps the dialplan adds to a call's path besides those of the flow, with their labels.
DIALPLAN_STEPS = {
    "queue": "排队",
    "message": "留言",
    "goodbye": "结束语",
    "fallback": "备用流程",
    "unknown_number": "空号",
}
_HEAD: dict[str, type] = {"label": str, "start": str, "steps": dict}
_KINDS = ("play", "queue", "message", "goodbye")
_MENU: dict[str, type] = {
    "label": str,
    "play": list,
    "keys": dict,
    "wrong_key": str,
    "tries": int,
    "otherwise": str,
}
#: Step names become part of a line of the switch's event file.
_STEP_ID = re.compile(r"[a-z0-9_]{1,32}")


class FlowError(Exception):
    """The flow file has a mistake; the message names file, step and what to do."""


def load(name: str, prompts: Container[str], queues: Container[str], folder: Path = FOLDER) -> Flow:
    """Load `<name>.toml`.

    Raises:
        FlowError: it cannot be read, a step or prompt or queue is unknown, a step cannot be reached,
            or a caller could go round without ever reaching a person, a message or a goodbye.
    """
    path = folder / f"{name}.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FlowError(f"{path.name}: {error}") from error
    reader = _Reader(path.name, prompts, queues)
    reader.check_head(document)
    steps = {step_id: reader.step(step_id, body) for step_id, body in document["steps"].items()}
    flow = Flow(name, document["label"], document["start"], steps)
    reader.check_graph(flow)
    return flow


class _Reader:
    def __init__(self, file: str, prompts: Container[str], queues: Container[str]) -> None:
        self._file, self._prompts, self._queues = file, prompts, queues

    def fail(self, step: str, problem: str) -> FlowError:
        return FlowError(f"{self._file} [steps.{step}]: {problem}")

    def check_head(self, document: dict[str, Any]) -> None:
        if extra := sorted(set(document) - set(_HEAD)):
            raise FlowError(f"{self._file}: unknown {extra}; a flow knows {sorted(_HEAD)}")
        for name, kind in _HEAD.items():
            if not isinstance(document.get(name), kind):
                raise FlowError(f"{self._file}: needs a {kind.__name__} called {name!r}")

    def step(self, step_id: str, body: Any) -> Step:
        if not isinstance(body, dict):
            raise self.fail(step_id, "must be a table")
        if not _STEP_ID.fullmatch(step_id):
            raise self.fail(step_id, "name it with a-z, 0-9 and _, 32 characters at most")
        label = body.get("label")
        if not isinstance(label, str) or not label:
            raise self.fail(step_id, 'give it a label = "…"')
        kinds = [kind for kind in _KINDS if kind in body]
        if len(kinds) != 1:
            raise self.fail(step_id, f"needs exactly one of play, queue, message, goodbye; has {kinds}")
        if step_id in DIALPLAN_STEPS and step_id != kinds[0]:
            raise self.fail(step_id, "the dialplan has a step of this name; choose another")
        action = self._menu(step_id, body) if kinds[0] == "play" else self._terminal(step_id, body, kinds[0])
        return Step(step_id, label, action)

    def _terminal(self, step_id: str, body: dict[str, Any], kind: str) -> Terminal:
        if extra := sorted(set(body) - {"label", kind}):
            raise self.fail(step_id, f"a {kind} step takes nothing but a label; remove {extra}")
        if kind == "queue":
            if not isinstance(body["queue"], str) or body["queue"] not in self._queues:
                raise self.fail(step_id, f"there is no queue {body['queue']!r}")
            return ToQueue(body["queue"])
        if body[kind] is not True:
            raise self.fail(step_id, f"write {kind} = true")
        return ToMessage() if kind == "message" else ToGoodbye()

    def _menu(self, step_id: str, body: dict[str, Any]) -> Menu:
        if extra := sorted(set(body) - set(_MENU)):
            raise self.fail(step_id, f"unknown {extra}; a menu knows {sorted(_MENU)}")
        if missing := sorted({"keys", "wrong_key", "otherwise"} - set(body)):
            raise self.fail(step_id, f"lacks {missing}")
        for name, kind in _MENU.items():
            if name in body and (not isinstance(body[name], kind) or isinstance(body[name], bool)):
                raise self.fail(step_id, f"{name} = {body[name]!r}: must be a {kind.__name__}")
        if not body["play"]:
            raise self.fail(step_id, "play at least one prompt, or nobody knows what to press")
        for prompt in [*body["play"], body["wrong_key"]]:
            if not isinstance(prompt, str) or prompt not in self._prompts:
                raise self.fail(step_id, f"prompt {prompt!r} is not in the catalogue")
        for key in body["keys"]:
            if len(key) != 1 or key not in KEYS:
                raise self.fail(step_id, f"key {key!r} is not one of {KEYS}")
        tries = body.get("tries", 3)
        if not 1 <= tries <= 9:
            raise self.fail(step_id, f"tries = {tries!r}: must be 1 to 9")
        return Menu(tuple(body["play"]), dict(body["keys"]), body["wrong_key"], tries, body["otherwise"])

    def check_graph(self, flow: Flow) -> None:
        if flow.start not in flow.steps:
            raise FlowError(f"{self._file}: start = {flow.start!r} names no step")
        for step in flow.steps.values():
            for target in targets(step):
                if not isinstance(target, str) or target not in flow.steps:
                    raise self.fail(step.id, f"goes on at {target!r}, which is no step")
        if orphans := sorted(set(flow.steps) - _reachable(flow)):
            raise self.fail(orphans[0], "no key leads here; remove it or connect it")
        for step_id in flow.steps:
            self._check_silence_ends(flow, step_id)

    def _check_silence_ends(self, flow: Flow, start: str) -> None:
        """A caller who only ever stays silent or presses wrong keys must arrive somewhere."""
        seen, step = {start}, flow.steps[start]
        while isinstance(step.action, Menu):
            step = flow.steps[step.action.otherwise]
            if step.id in seen:
                raise self.fail(
                    start, f"a silent caller goes round for ever at {step.id!r}; change `otherwise`"
                )
            seen.add(step.id)


def targets(step: Step) -> list[str]:
    """Steps that can follow `step`."""
    return [*step.action.keys.values(), step.action.otherwise] if isinstance(step.action, Menu) else []


def _reachable(flow: Flow) -> set[str]:
    seen: set[str] = set()
    todo = [flow.start]
    while todo:
        step_id = todo.pop()
        if step_id not in seen:
            seen.add(step_id)
            todo += targets(flow.steps[step_id])
    return seen
